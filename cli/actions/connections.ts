import type { ReeveClient } from "#client/client.ts";
import {
  connectionCreation,
  connectionMemberCreation,
  connectionPatch,
} from "#contracts/resources/connection.ts";
import { technologyContracts } from "#contracts/technologies/technology.ts";
import { UsageError } from "../failure.ts";
import { parseAssignment, textAt, type Assignment } from "../input/assignments.ts";
import { secret } from "../input/ask.ts";
import { checked, shaped } from "../input/check.ts";
import { shape } from "../input/shape.ts";
import { fileReader } from "../input/stdin.ts";
import { treeOf } from "../input/tree.ts";
import { cell } from "../output/derived-columns.ts";
import { printList, printOne } from "../output/print.ts";
import type { Column } from "../output/table.ts";
import type { Session } from "../session.ts";
import { say } from "../terminal.ts";
import { listed, type ListOptions } from "./listing.ts";
import { connectionId } from "./resolve.ts";
import { whatCame } from "./watch.ts";

type Connection = Awaited<ReturnType<ReeveClient["getConnection"]>>;
type Table = Awaited<ReturnType<ReeveClient["listTables"]>>["items"][number];
type Member = Awaited<ReturnType<ReeveClient["addConnectionMember"]>>;

const target = ({ config }: Connection): string =>
  ["host", "port", "database"].map((name) => cell(config[name])).join(" ");

const connectionColumns: readonly Column<Connection>[] = [
  { title: "id", value: ({ id }) => id, whole: true },
  { title: "name", value: ({ name }) => name },
  { title: "technology", value: ({ technology }) => technology },
  { title: "target", value: target },
];

const printConnection = (session: Session, connection: Connection): void =>
  printOne(session, connection, [
    ["id", connection.id],
    ["name", connection.name],
    ["technology", connection.technology],
    ...Object.entries(connection.config).map(([name, value]) => [name, cell(value)] as const),
    [
      "statement timeout",
      cell(connection.statementTimeoutSeconds && `${connection.statementTimeoutSeconds} s`),
    ],
    ["jobs at a time", cell(connection.concurrentJobs)],
    ["created", `${connection.createdAt} by ${connection.createdBy}`],
    ["version", String(connection.version)],
  ]);

/** The connections that one may see. */
export async function listConnections(session: Session, options: ListOptions): Promise<void> {
  const found = await listed(session.terminal, session.client.listConnections, {}, options);
  printList(session, connectionColumns, found);
}

/** One connection. */
export async function showConnection(session: Session, name: string): Promise<void> {
  const params = { connectionId: await connectionId(session, name) };
  printConnection(session, await session.client.getConnection({ params }));
}

/** Connects now. */
export async function testConnection(session: Session, name: string): Promise<void> {
  const params = { connectionId: await connectionId(session, name) };
  const test = await session.client.testConnection({ params });
  printOne(session, test, [
    ["ok", String(test.ok)],
    ["server", test.serverVersion],
    ["latency", `${Math.round(test.latencyMs)} ms`],
  ]);
}

const tableColumns: readonly Column<Table>[] = [
  { title: "schema", value: ({ schema }) => schema },
  { title: "name", value: ({ name }) => name },
  { title: "kind", value: ({ kind }) => kind },
  { title: "columns", value: ({ columnCount }) => String(columnCount), align: "right" },
  { title: "data source", value: ({ dataSourceId }) => dataSourceId ?? "", whole: true },
];

/** What a list of tables can be narrowed by. */
export interface TableFilters {
  readonly schema?: readonly string[];
  readonly search?: string;
}

/** What can become a data source. */
export async function listTables(
  session: Session,
  name: string,
  { schema, search, ...options }: ListOptions & TableFilters,
): Promise<void> {
  const params = { connectionId: await connectionId(session, name) };
  const found = await listed(
    session.terminal,
    ({ query }) => session.client.listTables({ params, query }),
    { schema: schema && [...schema], search },
    options,
  );
  printList(session, tableColumns, found);
}

/** The options of `connection create`. */
export interface ConnectionCreation {
  readonly name: string;
  readonly technology: string;
  readonly config?: readonly string[];
  readonly username?: string;
  readonly statementTimeout?: number;
  readonly concurrentJobs?: number;
}

/** The fields of the configuration, each below `config`. */
async function configFields(
  session: Session,
  config: readonly string[] = [],
): Promise<readonly Assignment[]> {
  const read = await fileReader(session.terminal, config);
  return config.map((one) => {
    const { field, given } = parseAssignment(one, read);
    return { field: ["config", ...field], given };
  });
}

const limitAt = (field: string, limit: number | undefined): readonly Assignment[] =>
  limit === undefined ? [] : [textAt([field], String(limit))];

/** Registers a connection. The password is asked for last, when all else is known to be right. */
export async function createConnection(session: Session, options: ConnectionCreation): Promise<void> {
  const { name, technology, username = "", config, statementTimeout, concurrentJobs } = options;
  const fields = [
    textAt(["name"], name),
    textAt(["technology"], technology),
    ...(await configFields(session, config)),
    textAt(["credentials", "username"], username),
    ...limitAt("statementTimeoutSeconds", statementTimeout),
    ...limitAt("concurrentJobs", concurrentJobs),
  ];
  const withPassword = (password: string) =>
    connectionCreation.parse(
      shaped(connectionCreation, treeOf([...fields, textAt(["credentials", "password"], password)])),
    );
  withPassword("-");
  const body = withPassword(await secret(session.terminal, "Password", "REEVE_PASSWORD"));
  const answer = await session.client.createConnection({ body });
  const made = await whatCame(session, answer, (id) =>
    session.client.getConnection({ params: { connectionId: id } }),
  );
  printConnection(session, made);
}

/** The options of `connection update`. */
export interface ConnectionUpdate {
  readonly name?: string;
  readonly config?: readonly string[];
  readonly username?: string;
  readonly statementTimeout?: number;
  readonly concurrentJobs?: number;
}

/** A limit as a change says it: zero takes it away. */
const changedLimit = (field: string, limit: number | undefined): Readonly<Record<string, number | null>> =>
  limit === undefined ? {} : { [field]: limit === 0 ? null : limit };

/** Changes a connection: what is given and nothing else. */
export async function updateConnection(
  session: Session,
  ref: string,
  options: ConnectionUpdate,
): Promise<void> {
  const { name, config, username } = options;
  const limits = {
    ...changedLimit("statementTimeoutSeconds", options.statementTimeout),
    ...changedLimit("concurrentJobs", options.concurrentJobs),
  };
  if ([name, config, username, ...Object.keys(limits)].every((given) => given === undefined)) {
    throw new UsageError(
      "Say what to change: --name, --config, --username, --statement-timeout or --concurrent-jobs.",
    );
  }
  const id = await connectionId(session, ref);
  const { technology } = await session.client.getConnection({ params: { connectionId: id } });
  const changed = treeOf(await configFields(session, config));
  const configTree = "fields" in changed ? changed.fields.get("config") : undefined;
  const given = {
    ...limits,
    ...(name === undefined ? {} : { name }),
    ...(configTree === undefined
      ? {}
      : { config: shape(technologyContracts[technology].config, configTree, ["config"]) }),
    ...(username === undefined
      ? {}
      : {
          credentials: { username, password: await secret(session.terminal, "Password", "REEVE_PASSWORD") },
        }),
  };
  const body = connectionPatch.parse(checked(connectionPatch, given));
  printConnection(session, await session.client.updateConnection({ params: { connectionId: id }, body }));
}

/** Deletes a connection. */
export async function deleteConnection(session: Session, name: string): Promise<void> {
  const params = { connectionId: await connectionId(session, name) };
  await session.client.deleteConnection({ params });
  say(session.terminal, `Connection ${name} is deleted.`);
}

const memberColumns: readonly Column<Member>[] = [
  { title: "id", value: ({ id }) => id, whole: true },
  { title: "type", value: ({ principal }) => principal.type },
  { title: "principal", value: ({ principal }) => principal.id },
  { title: "role", value: ({ role }) => role },
  { title: "schemas", value: ({ schemas }) => schemas?.join(", ") ?? "all" },
];

/** Who may use a connection. */
export async function listMembers(session: Session, name: string, options: ListOptions): Promise<void> {
  const params = { connectionId: await connectionId(session, name) };
  const list = ({ query }: { readonly query: { readonly limit: number } }) =>
    session.client.listConnectionMembers({ params, query });
  printList(session, memberColumns, await listed(session.terminal, list, {}, options));
}

/** The options of `connection add-member`. */
export interface MemberCreation {
  readonly user?: string;
  readonly group?: string;
  readonly role: string;
  readonly schema?: readonly string[];
}

/** Lets a user or a group use a connection. */
export async function addMember(session: Session, name: string, options: MemberCreation): Promise<void> {
  const { user, group, role, schema } = options;
  if ((user === undefined) === (group === undefined)) throw new UsageError("Give either --user or --group.");
  const tree = treeOf([
    textAt(["principal", "type"], user === undefined ? "group" : "user"),
    textAt(["principal", "id"], user ?? group ?? ""),
    textAt(["role"], role),
    ...(schema ?? []).map((glob) => textAt(["schemas"], glob)),
  ]);
  const body = connectionMemberCreation.parse(shaped(connectionMemberCreation, tree));
  const params = { connectionId: await connectionId(session, name) };
  printList(session, memberColumns, [await session.client.addConnectionMember({ params, body })]);
}

/** Takes a role away. */
export async function removeMember(session: Session, name: string, memberId: string): Promise<void> {
  const params = { connectionId: await connectionId(session, name), memberId };
  await session.client.removeConnectionMember({ params });
  say(session.terminal, `Member ${memberId} is removed.`);
}
