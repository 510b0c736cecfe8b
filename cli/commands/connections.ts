import type { Command } from "commander";
import type {
  ConnectionCreation,
  ConnectionUpdate,
  MemberCreation,
  TableFilters,
} from "../actions/connections.ts";
import type { ListOptions } from "../actions/listing.ts";
import { group, inSession, leaf, positive, repeated, whole } from "../command.ts";
import type { Terminal } from "../terminal.ts";
import { listOptions } from "./system.ts";

const actions = () => import("../actions/connections.ts");

const passwordHelp = `
The password is typed unseen, piped in, or taken from REEVE_PASSWORD; it is never an argument.`;

/** `reeve connection …`. A connection is named by its id or by its name. */
export function addConnectionCommands(program: Command, terminal: Terminal): void {
  const connection = group(program, "connection", "how remote databases are reached");
  addReading(connection, terminal);
  addChanging(connection, terminal);
  addMembers(connection, terminal);
}

function addReading(connection: Command, terminal: Terminal): void {
  listOptions(leaf(connection, "list", "list the connections")).action(
    inSession(terminal, async (session, options: ListOptions) =>
      (await actions()).listConnections(session, options),
    ),
  );
  leaf(connection, "show <connection>", "show a connection").action(
    inSession(terminal, async (session, name: string) => (await actions()).showConnection(session, name)),
  );
  leaf(connection, "test <connection>", "connect now and tell how it went").action(
    inSession(terminal, async (session, name: string) => (await actions()).testConnection(session, name)),
  );
  listOptions(leaf(connection, "tables <connection>", "list what can become a data source"))
    .option("--schema <schema>", "only this schema; repeated: or", repeated)
    .option("--search <text>", "only names that hold this text")
    .action(
      inSession(terminal, async (session, name: string, options: ListOptions & TableFilters) =>
        (await actions()).listTables(session, name, options),
      ),
    );
}

function addChanging(connection: Command, terminal: Terminal): void {
  leaf(connection, "create", "register a connection; it is tested before it is stored")
    .requiredOption("--name <name>", "its name")
    .requiredOption("--technology <technology>", "such as postgresql")
    .option("--config <field=value>", "how to reach it: host, port, database, tls, ca", repeated)
    .option("--username <name>", "the login")
    .option("--statement-timeout <seconds>", "how long one statement may take, at most 600", positive)
    .option("--concurrent-jobs <count>", "how many jobs may use it at a time, at most 4", positive)
    .addHelpText(
      "after",
      `${passwordHelp}\n
Example:
  $ reeve connection create --name shop --technology postgresql --username reader \\
      --config host=db.example.com --config port=5432 --config database=shop --config tls=verify-full --config ca=@ca.pem`,
    )
    .action(
      inSession(terminal, async (session, options: ConnectionCreation) =>
        (await actions()).createConnection(session, options),
      ),
    );
  leaf(connection, "update <connection>", "change a connection; it is tested before the change is stored")
    .option("--name <name>", "its new name")
    .option("--config <field=value>", "a field to change; field:=null takes one away", repeated)
    .option("--username <name>", "new credentials: the login; the password is asked for")
    .option("--statement-timeout <seconds>", "how long one statement may take; 0 takes the limit away", whole)
    .option("--concurrent-jobs <count>", "how many jobs may use it at a time; 0 takes the limit away", whole)
    .addHelpText("after", passwordHelp)
    .action(
      inSession(terminal, async (session, name: string, options: ConnectionUpdate) =>
        (await actions()).updateConnection(session, name, options),
      ),
    );
  leaf(connection, "delete <connection>", "delete a connection that no data source uses").action(
    inSession(terminal, async (session, name: string) => (await actions()).deleteConnection(session, name)),
  );
}

function addMembers(connection: Command, terminal: Terminal): void {
  listOptions(leaf(connection, "members <connection>", "list who may use a connection")).action(
    inSession(terminal, async (session, name: string, options: ListOptions) =>
      (await actions()).listMembers(session, name, options),
    ),
  );
  leaf(connection, "add-member <connection>", "let a user or a group use a connection")
    .option("--user <id>", "the user")
    .option("--group <id>", "the group")
    .requiredOption("--role <role>", "owner or registrar")
    .option("--schema <glob>", "only schemas like this", repeated)
    .action(
      inSession(terminal, async (session, name: string, options: MemberCreation) =>
        (await actions()).addMember(session, name, options),
      ),
    );
  leaf(connection, "remove-member <connection> <memberId>", "take a role away").action(
    inSession(terminal, async (session, name: string, memberId: string) =>
      (await actions()).removeMember(session, name, memberId),
    ),
  );
}
