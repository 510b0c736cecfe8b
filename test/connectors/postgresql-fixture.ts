import { Client } from "pg";
import { inject } from "vitest";
import type { Relation } from "#core/ports/remote.ts";
import { quoteIdentifier, quoteRelation } from "#connectors/postgresql/identifiers.ts";
import { freePort } from "#test/support/free-port.ts";
import { aLogin, aSchema, runSql, uniqueName } from "#test/support/postgres-client.ts";
import type { ColumnSpec, ConnectorFixture, PlainType } from "./connector-fixture.ts";

/** The configuration of the run's PostgreSQL. */
export const postgresqlTestConfig = (): { host: string; port: number; database: string } => {
  const { host, port, database } = inject("postgres");
  return { host, port, database };
};

/** The superuser's credentials. */
export const postgresqlTestCredentials = (): { username: string; password: string } => {
  const { user, password } = inject("postgres");
  return { username: user, password };
};

const types: Readonly<Record<PlainType, string>> = {
  boolean: "boolean",
  integer: "integer",
  decimal: "numeric(10,2)",
  text: "text",
  timestamp: "timestamp",
};

const keys = { primary: "primary key", unique: "unique" };
const literal = (value: string | number | boolean | null): string =>
  typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);

const columnSql = ({ name, type, nullable = true, key }: ColumnSpec): string =>
  `${quoteIdentifier(name)} ${types[type]} ${nullable ? "" : "not null"} ${key === undefined ? "" : keys[key]}`;

async function viewOf(schema: string, select: string): Promise<Relation> {
  const view = { schema, name: uniqueName("view") };
  await runSql(`create view ${quoteRelation(view)} as ${select}`);
  return view;
}

/** How many statements whose text names the relation are being executed. */
async function runningNow({ name }: Relation): Promise<number> {
  const client = new Client(inject("postgres"));
  await client.connect();
  try {
    const { rowCount } = await client.query(
      `select from pg_stat_activity where state = 'active' and pid <> pg_backend_pid() and strpos(query, $1) > 0`,
      [name],
    );
    return rowCount ?? 0;
  } finally {
    await client.end();
  }
}

/** Makes what the contract suite needs in the run's PostgreSQL. */
export const postgresqlFixture: ConnectorFixture = {
  config: postgresqlTestConfig,
  credentials: postgresqlTestCredentials,
  aSchema,
  running: runningNow,
  async aTable(schema, { name = uniqueName("table"), comment, columns, rows = [] }) {
    const relation = { schema, name };
    const table = quoteRelation(relation);
    const values = rows.map((row) => `(${row.map(literal).join(", ")})`).join(", ");
    await runSql(
      `create table ${table} (${columns.map(columnSql).join(", ")})`,
      ...(comment === undefined ? [] : [`comment on table ${table} is ${literal(comment)}`]),
      ...columns.flatMap((column) =>
        column.comment === undefined
          ? []
          : [`comment on column ${table}.${quoteIdentifier(column.name)} is ${literal(column.comment)}`],
      ),
      ...(rows.length === 0 ? [] : [`insert into ${table} values ${values}`]),
    );
    return relation;
  },
  async aLargeTable(schema, rows) {
    const relation = { schema, name: uniqueName("large") };
    await runSql(`
      create table ${quoteRelation(relation)} as
      select n, n % 10 as tenth, case when n % 2 = 0 then n end as half from generate_series(1, ${rows}) n`);
    return relation;
  },
  aView: (schema, of) => viewOf(schema, `select * from ${quoteRelation(of)}`),
  // Not folded into a constant when the view is planned: the value comes from a row.
  aFailingView: (schema) =>
    viewOf(schema, `select n as fine, ('raw-value' || n)::int as broken from generate_series(1, 3) n`),
  aSlowView: (schema) => viewOf(schema, `select n, pg_sleep(60)::text as slow from generate_series(1, 3) n`),
  strangerCredentials: aLogin,
  deadConfig: async () => ({ ...postgresqlTestConfig(), port: await freePort() }),
  oddNames: [
    "Upper Case",
    'quo"te',
    "it's",
    "select",
    "a.b",
    "back\\slash",
    "naïve 🐘",
    "$1",
    "tab\tand\nline",
    "-- comment",
    "é".repeat(31) + "x",
  ],
};
