import type { KeyStores } from "#core/ports/key-store.ts";
import type {
  RelationDescription,
  RemoteGateway,
  RemoteSession,
  RemoteSessions,
} from "#core/ports/remote.ts";

const rows = 1_000_000;

/** A table as a remote would describe it: a key and then texts. */
const described = (schema: string, name: string, columns: number): RelationDescription => ({
  schema,
  name,
  kind: "table",
  comment: "One row for each line of an order",
  columns: Array.from({ length: columns }, (_, index) => ({
    name: index === 0 ? "id" : `order_line_column_${index}`,
    ordinal: index + 1,
    dataType: index === 0 ? "integer" : "text",
    remoteType: index === 0 ? "bigint" : "character varying(200)",
    nullable: index > 0,
    comment: index % 2 === 0 ? "What the order line says of itself" : "",
    countable: true,
    inPrimaryKey: index === 0,
    unique: index === 0,
  })),
});

/** A table's name that says how many columns it has. */
export const tableNamed = (name: string, columns: number): string => `${name}__${columns}`;

const columnsOf = (name: string): number => Number(/__(\d+)$/.exec(name)?.[1] ?? 50);

/** A remote database that answers at once, so that what is measured is ours. */
export const instantGateway: RemoteGateway = {
  server: () => Promise.resolve({ serverVersion: "18.4", database: "shop" }),
  listRelations: () => Promise.resolve([]),
  analyze: () => Promise.resolve([]),
  inspect: (_, { schema, name }) => Promise.resolve(described(schema, name, columnsOf(name))),
};

const instantSession: RemoteSession = {
  server: () => Promise.resolve({ serverVersion: "18.4", database: "shop" }),
  listRelations: () => Promise.resolve([]),
  describe: ({ schema, name }) => Promise.resolve(described(schema, name, columnsOf(name))),
  describeMany: (relations) =>
    Promise.resolve(
      relations.map(({ schema, name }) => ({ ...described(schema, name, columnsOf(name)), readable: true })),
    ),
  probe: () => Promise.resolve(),
  probeMany: () => Promise.resolve(new Map()),
  changeSigns: () => Promise.resolve(new Map()),
  countRows: () => Promise.resolve(rows),
  columnStatistics: (_, columns) =>
    Promise.resolve({
      source: "catalog",
      columns: columns.map((column, index) => ({
        column,
        distinct: Math.floor(rows / (index + 1)),
        nulls: index,
        exact: index === 0,
      })),
    }),
  keyStoreRefusal: () => Promise.resolve("key-schema-missing"),
  columnDomains: () => Promise.resolve([]),
  analyze: () => Promise.resolve([]),
  close: () => Promise.resolve(),
};

/** A remote without a key schema is never asked to keep anything. */
export const noKeyStores: KeyStores = {
  withKeyStore: () => Promise.reject(new Error("there is no key schema")),
};

/** Sessions with it. */
export const instantSessions: RemoteSessions = {
  withSession: (_target, _budget, work) => work(instantSession),
};

/** Sessions with a remote that has a schema of so many tables with so many columns each. */
export function sessionsOver(schema: string, tables: number, columns: number): RemoteSessions {
  const names = Array.from({ length: tables }, (_, index) =>
    tableNamed(`order_lines_${String(index).padStart(6, "0")}`, columns),
  );
  const session: RemoteSession = {
    ...instantSession,
    listRelations: ({ after, limit }) => {
      const from = after === undefined ? 0 : names.indexOf(after.name) + 1;
      const page = names.slice(from, from + limit);
      return Promise.resolve(page.map((name) => ({ schema, name, kind: "table", columnCount: columns })));
    },
  };
  return { withSession: (_target, _budget, work) => work(session) };
}
