import type { Command } from "commander";
import type { ListOptions } from "../actions/listing.ts";
import type { QueryOptions } from "../actions/queries.ts";
import { group, inSession, leaf } from "../command.ts";
import type { Terminal } from "../terminal.ts";
import { listOptions } from "./system.ts";

const actions = () => import("../actions/queries.ts");

/** `reeve query …`: queries that are kept with data sources. A query is named by its id or by its name. */
export function addQueryCommands(program: Command, terminal: Terminal): void {
  const query = group(program, "query", "queries that are kept with data sources; Reeve does not run them");
  listOptions(leaf(query, "list <dataSource>", "list the queries of a data source")).action(
    inSession(terminal, async (session, source: string, options: ListOptions) =>
      (await actions()).listQueries(session, source, options),
    ),
  );
  withSql(leaf(query, "save <dataSource> <name>", "save a query")).action(
    inSession(terminal, async (session, source: string, name: string, options: QueryOptions) =>
      (await actions()).saveQuery(session, source, name, options),
    ),
  );
  leaf(query, "show <dataSource> <query>", "show a query: its SQL, ready to be copied").action(
    inSession(terminal, async (session, source: string, name: string) =>
      (await actions()).showQuery(session, source, name),
    ),
  );
  withSql(leaf(query, "edit <dataSource> <query>", "change a query"))
    .option("--name <name>", "its new name")
    .action(
      inSession(terminal, async (session, source: string, name: string, options: QueryOptions) =>
        (await actions()).editQuery(session, source, name, options),
      ),
    );
  leaf(query, "delete <dataSource> <query>", "delete a query").action(
    inSession(terminal, async (session, source: string, name: string) =>
      (await actions()).deleteQuery(session, source, name),
    ),
  );
}

const withSql = (command: Command): Command =>
  command
    .option("--description <text>", "what it answers")
    .option("--sql <text>", "the query")
    .option("--file <name>", "a file that holds the query; - is standard input");
