import type { Connection } from "#core/connections/connection.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Write } from "#core/ports/change.ts";
import {
  RemoteError,
  relationKey,
  type Relation,
  type RelationDescription,
  type RemoteGateway,
  type RemoteSession,
  type RemoteSessions,
} from "#core/ports/remote.ts";
import type { App } from "./app.ts";
import { aConnection, aConnectionMember } from "./catalog-records.ts";
import type { Persona } from "./personas.ts";
import { unique } from "./records.ts";

/** A remote database that is as a test says. */
export interface ScriptedRemote {
  /** Tables by schema, ordered by name; those that begin with `broken` cannot be read. */
  readonly tables: Map<string, readonly string[]>;
  readonly sessions: RemoteSessions;
  readonly gateway: RemoteGateway;
}

const described = ({ schema, name }: Relation): RelationDescription => ({
  schema,
  name,
  kind: "table",
  comment: "",
  columns: [
    {
      name: "id",
      ordinal: 1,
      dataType: "integer",
      remoteType: "integer",
      nullable: false,
      comment: "",
      countable: true,
      inPrimaryKey: true,
      unique: true,
    },
  ],
});

const refusal = (): RemoteError => new RemoteError("query-failed", "the view is broken");

/** Makes one, empty; it answers at once. */
export function scriptedRemote(): ScriptedRemote {
  const tables = new Map<string, readonly string[]>();
  const exists = ({ schema, name }: Relation): boolean => tables.get(schema)?.includes(name) === true;
  const session: RemoteSession = {
    server: () => Promise.resolve({ serverVersion: "1", database: "shop" }),
    listRelations: ({ schema: asked = [], after, limit }) => {
      const listed = [asked]
        .flat()
        .flatMap((schema) =>
          (tables.get(schema) ?? [])
            .filter((name) => after === undefined || name > after.name)
            .map((name) => ({ schema, name, kind: "table", columnCount: 1 }) as const),
        );
      return Promise.resolve(listed.slice(0, limit));
    },
    describe: (relation) => Promise.resolve(described(relation)),
    describeMany: (relations) =>
      Promise.resolve(relations.filter(exists).map((one) => ({ ...described(one), readable: true }))),
    probe: () => Promise.resolve(),
    probeMany: (relations) =>
      Promise.resolve(
        new Map(
          relations.flatMap((relation) =>
            relation.name.startsWith("broken") ? [[relationKey(relation), refusal()] as const] : [],
          ),
        ),
      ),
    changeSigns: () => Promise.resolve(new Map()),
    countRows: () => Promise.resolve(3),
    columnStatistics: (_, columns) =>
      Promise.resolve({
        source: "catalog",
        columns: columns.map((column) => ({ column, distinct: 3, nulls: 0, exact: true })),
      }),
    keyStoreRefusal: () => Promise.resolve("key-schema-missing"),
    columnDomains: () => Promise.resolve([]),
    analyze: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  };
  return {
    tables,
    sessions: { withSession: (_target, _budget, work) => work(session) },
    gateway: {
      server: () => session.server(),
      listRelations: (_, query) => session.listRelations(query),
      inspect: (_, relation) => session.describe(relation),
      analyze: (_, relation, columns) => session.analyze(relation, columns),
    },
  };
}

/** A connection to it, with whoever owns it as its registrar; nothing is asked of the remote. */
export async function aScriptedConnection(app: App, { user }: Persona, name: string): Promise<Connection> {
  const connection = aConnection({ id: unique("con_"), name, createdBy: user.id });
  const member = { connectionId: connection.id, principal: { type: "user", id: user.id } } as const;
  const otherwise = new DomainError("contention");
  await app.store.commit([
    { write: "create", kind: "connection", record: connection },
    { write: "claim", guard: { guard: "connection-name", name }, owner: connection.id, otherwise },
    ...(["owner", "registrar"] as const).map((role): Write => ({
      write: "create",
      kind: "connection-member",
      record: aConnectionMember({ ...member, role }),
    })),
  ]);
  return connection;
}
