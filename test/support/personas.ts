import { randomBytes } from "node:crypto";
import { inject } from "vitest";
import { reeveClient, type ReeveClient } from "#client/client.ts";
import type { RouteResult } from "#contracts/http/route.ts";
import type { Routes } from "#contracts/http/routes.ts";
import type { DataSourceRole } from "#contracts/resources/data-source.ts";
import { permission, type Permission } from "#contracts/resources/system.ts";
import type { Group } from "#core/people/group.ts";
import { groupNameGuard, groupNameTaken } from "#core/people/groups/group-rules.ts";
import { principalWords } from "#core/people/principal-directory.ts";
import type { ApiKey, User } from "#core/people/user.ts";
import type { Write } from "#core/ports/change.ts";
import { fixedParts } from "./composition.ts";
import type { App } from "./app.ts";
import { aGroup } from "./people-records.ts";
import { stateMember } from "./state-member.ts";
import { runSql, uniqueName } from "./postgres-client.ts";
import { putUser } from "./put-user.ts";
import { aUser, unique } from "./records.ts";

/** Somebody with a key. */
export interface Persona {
  readonly user: User;
  readonly key: string;
  /** The typed client, asking as them; it rejects where it is refused. */
  readonly api: ReeveClient;
}

export type Connection = RouteResult<Routes["createConnection"]>;
export type DataSource = RouteResult<Routes["createDataSource"]>;

/** Every permission, as the first administrator has them. */
export const everyPermission: readonly Permission[] = permission.options;

/** What is needed to register tables. */
export const registering: readonly Permission[] = ["CREATE_DATA_SOURCE"];

/** A user and a key of theirs, put into the table as they are. */
export async function aPersona(
  app: App,
  given: Partial<User> = {},
  key: Partial<ApiKey> = {},
): Promise<Persona> {
  const user = aUser(given);
  const token = `rv_${unique("key")}_${randomBytes(32).toString("base64url")}`;
  const own = { ...keyRecord(user, token), ...key };
  await putUser(app, user, own, await listings(app, user.id, [], user.groups));
  return personaOf(app, user, token);
}

/** A user who calls with a key. */
export const personaOf = (app: App, user: User, key: string): Persona => ({
  user,
  key,
  api: inProcessClient(app, key),
});

/** The writes by which groups that are there list a user, or do so no more. */
export async function listings(
  app: App,
  userId: string,
  before: readonly string[],
  after: readonly string[],
): Promise<readonly Write[]> {
  if (before.length + after.length === 0) return [];
  const directory = await app.store.directory();
  const record = (groupId: string) =>
    ({
      groupId,
      userId,
      providerId: null,
      addedBy: "usr_1",
      addedAt: app.clock.now().toISOString(),
    }) as const;
  const there = (id: string) => directory.group(id) !== undefined;
  const gone = before.filter((id) => !after.includes(id) && there(id));
  return [
    ...gone.map((id): Write => ({ write: "remove", kind: "group-member", record: record(id) })),
    ...after.filter(there).map((id): Write => ({ write: "put", kind: "group-member", record: record(id) })),
  ];
}

/** A group, which everybody's next request knows of. */
export async function aKnownGroup(app: App, given: Partial<Group> = {}): Promise<Group> {
  const record = aGroup({ name: unique("Group "), ...given });
  const { id, name } = record;
  await app.store.commit([
    { write: "claim", guard: groupNameGuard(name), owner: id, otherwise: groupNameTaken(name) },
    { write: "create", kind: "group", record },
    ...principalWords({ type: "group", id }, name),
    { write: "directory-changed" },
  ]);
  return record;
}

/** What the table keeps of a key. */
export const keyRecord = (user: User, token: string): ApiKey => ({
  ...fixedParts.keys.identify(token),
  userId: user.id,
  name: "test",
  expiresAt: null,
  createdAt: user.createdAt,
});

/** The typed client over the functions in this process instead of a network. */
const inProcessClient = (app: App, apiKey: string): ReeveClient =>
  reeveClient({
    baseUrl: "http://reeve.test",
    apiKey,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const url = new URL(request.url);
      const call = app.call(request.method, url.pathname, {
        query: Object.fromEntries(
          [...new Set(url.searchParams.keys())].map((name) => [name, url.searchParams.getAll(name)]),
        ),
        raw: await request.text(),
        headers: Object.fromEntries(request.headers),
      });
      const reply = await Promise.race([call, aborted(request.signal)]);
      return new Response(reply.text === "" ? null : reply.text, {
        status: reply.status,
        headers: reply.headers,
      });
    },
  });

/** Rejects when the signal says that the time is over. */
const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });

/** How to reach the run's PostgreSQL. */
export function postgresConfig(): { host: string; port: number; database: string } {
  const { host, port, database } = inject("postgres");
  return { host, port, database };
}

/** Its superuser. */
export function postgresCredentials(): { username: string; password: string } {
  const { user, password } = inject("postgres");
  return { username: user, password };
}

type Answer = Awaited<ReturnType<ReeveClient["createConnection"] | ReeveClient["createDataSource"]>>;

/** What was made within the request; fails where a job makes it later. */
export function atOnce<A extends Answer>(answer: A): Exclude<A, { readonly state: string }> {
  if ("state" in answer) throw new Error(`the remote database was not asked in time: ${answer.id}`);
  return answer as Exclude<A, { readonly state: string }>;
}

/** The body that registers the run's PostgreSQL. */
export const connectionBody = (name = unique("warehouse ")) => ({
  name,
  technology: "postgresql" as const,
  config: postgresConfig(),
  credentials: postgresCredentials(),
});

type ReeveConnectionBody = Parameters<ReeveClient["createConnection"]>[0]["body"];

/** A connection to the run's PostgreSQL, owned by who asks. */
export const aConnection = async (
  owner: Persona,
  given: Partial<ReeveConnectionBody> = {},
): Promise<Connection> =>
  atOnce(await owner.api.createConnection({ body: { ...connectionBody(), ...given } }));

/** A new remote table in a schema of its own; what it consists of is SQL. */
export async function aRemoteTable(
  columns = "id int primary key, name text",
  rows = "",
): Promise<{ readonly schema: string; readonly table: string }> {
  const schema = uniqueName("test");
  await runSql(
    `create schema ${schema}`,
    `create table ${schema}.things (${columns})`,
    ...(rows === "" ? [] : [`insert into ${schema}.things ${rows}`]),
  );
  return { schema, table: "things" };
}

/** A data source over a new remote table. */
export async function aDataSource(
  owner: Persona,
  connection: Connection,
  given: Partial<Parameters<ReeveClient["createDataSource"]>[0]["body"]> = {},
): Promise<DataSource> {
  const { schema, table } =
    given.schema === undefined ? await aRemoteTable() : { schema: given.schema, table: "things" };
  const body = { connectionId: connection.id, name: unique("source "), schema, table, ...given };
  return atOnce(await owner.api.createDataSource({ body }));
}

/** Gives somebody a role on a data source, around the routes and their rules; lists know of it. */
export async function makeMember(
  app: Pick<App, "store" | "ids" | "clock">,
  { id }: Pick<DataSource, "id">,
  { user }: Pick<Persona, "user">,
  role: DataSourceRole,
  expiresAt: string | null = null,
): Promise<void> {
  await stateMember(app, id, { type: "user", id: user.id }, role, expiresAt);
}

/** Somebody who may register tables, with a connection of theirs. */
export async function aRegistrar(app: App): Promise<{ owner: Persona; connection: Connection }> {
  const owner = await aPersona(app, { permissions: registering });
  return { owner, connection: await aConnection(owner) };
}
