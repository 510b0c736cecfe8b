import type { Command } from "commander";
import type { BulkOptions } from "../actions/bulk.ts";
import type { ListOptions } from "../actions/listing.ts";
import type { DataSourceCreation, DataSourceFilters, DataSourceUpdate } from "../actions/data-sources.ts";
import { group, inSession, leaf, repeated } from "../command.ts";
import type { Terminal } from "../terminal.ts";
import { addHistory } from "./data-source-history.ts";
import { listOptions } from "./system.ts";

const actions = () => import("../actions/data-sources.ts");
const curation = () => import("../actions/curation.ts");

/** `reeve data-source …`. A data source is named by its id or by its name. */
export function addDataSourceCommands(program: Command, terminal: Terminal): void {
  const source = group(program, "data-source", "remote tables in the catalog");
  addReading(source, terminal);
  addBulk(source, terminal);
  addChanging(source, terminal);
  addCuration(source, terminal);
  addHistory(source, terminal);
}

/** What narrows the list narrows the counts alike. */
const filterOptions = (command: Command): Command =>
  command
    .option("--search <words>", "words of names, schemas, tables, tags and columns")
    .option("--tag <name>", "that carry this tag; repeated: or", repeated)
    .option("--connection <connection>", "of this connection", repeated)
    .option("--technology <technology>", "of this technology", repeated)
    .option("--health <status>", "healthy, unhealthy or unknown", repeated)
    .option("--status <status>", "enabled or disabled", repeated)
    .option("--origin <type>", "manual, bulk, dbt or schema-monitoring", repeated)
    .option("--role <role>", "that one is owner, expert, subscriber or ingest of", repeated);

function addReading(source: Command, terminal: Terminal): void {
  filterOptions(listOptions(leaf(source, "list", "list the data sources")))
    .option("--sort <order>", "name or -createdAt")
    .action(
      inSession(terminal, async (session, options: ListOptions & DataSourceFilters) =>
        (await actions()).listDataSources(session, options),
      ),
    );
  filterOptions(leaf(source, "facets", "count the data sources by what they are")).action(
    inSession(terminal, async (session, options: DataSourceFilters) =>
      (await actions()).showFacets(session, options),
    ),
  );
  leaf(source, "show <dataSource>", "show a data source with its health").action(
    inSession(terminal, async (session, name: string) => (await actions()).showDataSource(session, name)),
  );
  listOptions(leaf(source, "dictionary <dataSource>", "list the columns")).action(
    inSession(terminal, async (session, name: string, options: ListOptions) =>
      (await actions()).showDictionary(session, name, options),
    ),
  );
  leaf(source, "analyze <dataSource>", "show what the rows say of columns: counts, extremes, frequent values")
    .requiredOption("--column <column>", "a column; repeated: several", repeated)
    .action(
      inSession(terminal, async (session, name: string, { column }: { readonly column: readonly string[] }) =>
        (await import("../actions/analyze.ts")).analyze(session, name, column),
      ),
    );
}

function addBulk(source: Command, terminal: Terminal): void {
  leaf(source, "bulk", "expose every table of some schemas, by a job")
    .requiredOption("--connection <connection>", "its id or name")
    .requiredOption("--schema <glob>", "schemas, with * and ?; repeated: or", repeated)
    .option("--include <glob>", "only these tables; with a dot as schema.table; repeated: or", repeated)
    .option("--exclude <glob>", "not these tables", repeated)
    .option(
      "--name-template <template>",
      "with <database>, <schema>, <tablename> (default: <schema>.<tablename>)",
    )
    .option("--tag <name>", "a tag for each", repeated)
    .option("--no-wait", "print the job and go on, instead of waiting for its end")
    .addHelpText(
      "after",
      "\nExample:\n  $ reeve data-source bulk --connection shop --schema 'sales*' --exclude '*_old' --tag Sales",
    )
    .action(
      inSession(terminal, async (session, options: BulkOptions) =>
        (await import("../actions/bulk.ts")).registerDataSources(session, options),
      ),
    );
}

function addChanging(source: Command, terminal: Terminal): void {
  leaf(source, "create", "expose a remote table; one trivial query must pass first")
    .requiredOption("--connection <connection>", "its id or name")
    .requiredOption("--schema <schema>", "the table's schema")
    .requiredOption("--table <table>", "the table or view")
    .option("--name <name>", "its name in the catalog (default: made from schema and table)")
    .option("--description <text>", "what it is")
    .option("--tag <name>", "a tag", repeated)
    .option("--watch", "wait until its first health check has ended")
    .addHelpText(
      "after",
      "\nExample:\n  $ reeve data-source create --connection shop --schema public --table orders --tag Sales --watch",
    )
    .action(
      inSession(terminal, async (session, options: DataSourceCreation) =>
        (await actions()).createDataSource(session, options),
      ),
    );
  leaf(source, "update <dataSource>", "change what people state about a data source")
    .option("--name <name>", "its new name")
    .option("--description <text>", "what it is")
    .option("--status <status>", "enabled or disabled")
    .action(
      inSession(terminal, async (session, name: string, options: DataSourceUpdate) =>
        (await actions()).updateDataSource(session, name, options),
      ),
    );
  leaf(source, "delete <dataSource>", "delete a data source; its table is not touched").action(
    inSession(terminal, async (session, name: string) => (await actions()).deleteDataSource(session, name)),
  );
}

function addCuration(source: Command, terminal: Terminal): void {
  leaf(source, "check <dataSource>", "run health checks now")
    .option("--check <name>", "only this check", repeated)
    .option("--watch", "wait until they have ended")
    .action(
      inSession(
        terminal,
        async (
          session,
          name: string,
          options: { readonly check?: readonly string[]; readonly watch?: true },
        ) => (await curation()).runChecks(session, name, options),
      ),
    );
  leaf(source, "fingerprint <dataSource>", "make the fingerprint now, also where statistics are prevented")
    .option("--watch", "wait until it has ended")
    .action(
      inSession(terminal, async (session, name: string, options: { readonly watch?: true }) =>
        (await curation()).runFingerprint(session, name, options),
      ),
    );
  leaf(source, "tag <dataSource> <tag...>", "put tags on a data source").action(
    inSession(terminal, async (session, name: string, tags: readonly string[]) =>
      (await curation()).addTags(session, name, tags),
    ),
  );
  leaf(source, "untag <dataSource> <tag>", "take a tag off a data source; dbt's comes back with its next run")
    .option("--keep-away", "and let dbt not put it there again")
    .action(
      inSession(terminal, async (session, name: string, tag: string, options: { readonly keepAway?: true }) =>
        (await curation()).removeTag(session, name, tag, options),
      ),
    );
}
