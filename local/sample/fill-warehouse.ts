import { readFile } from "node:fs/promises";
import type pg from "pg";
import { databaseName } from "./sample-plan.ts";
import type { Warehouse } from "./warehouse-server.ts";

/** The warehouse's contents, in this order. */
const files = ["sales", "crm", "finance", "hr", "web", "logistics"];

/** Where the warehouse answers, and as whom to change it. */
export type WarehouseAddress = Pick<Warehouse, "port" | "administrator">;

/** Works on a database of the warehouse as its administrator. */
async function asAdministrator<T>(
  { port, administrator }: WarehouseAddress,
  database: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const { default: driver } = await import("pg");
  const client = new driver.Client({ host: "127.0.0.1", port, database, ...administrator });
  // A connection that is lost is reported by the statement that needs it.
  client.on("error", () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Whoever reads several of the tables at once may be in each other's way with us. */
const tries = 10;

const isDeadlock = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "40P01";

/** Runs statements, all of them or none; again where PostgreSQL breaks a deadlock with a reader by ending us. */
async function inTransaction(client: pg.Client, statements: readonly string[]): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query("begin");
      for (const statement of statements) await client.query(statement);
      await client.query("commit");
      return;
    } catch (error) {
      await client.query("rollback");
      if (!isDeadlock(error) || attempt === tries) throw error;
    }
  }
}

/** Makes the warehouse's database where there is none. */
async function makeDatabase(warehouse: Warehouse): Promise<void> {
  await asAdministrator(warehouse, "postgres", async (client) => {
    const { rowCount } = await client.query("select 1 from pg_database where datname = $1", [databaseName]);
    if (rowCount === 0) await client.query(`create database ${databaseName}`);
  });
}

/** Fills the warehouse, all of it in one transaction; one that is filled stays as it is. */
export async function fillWarehouse(warehouse: Warehouse): Promise<void> {
  await makeDatabase(warehouse);
  await asAdministrator(warehouse, databaseName, async (client) => {
    const { rows } = await client.query<{ filled: boolean }>(
      "select to_regclass('sales.orders') is not null as filled",
    );
    if (rows[0]?.filled === true) return await makeKeySchema(client, warehouse);
    const contents = await Promise.all(
      files.map((name) => readFile(new URL(`warehouse/${name}.sql`, import.meta.url), "utf8")),
    );
    await inTransaction(client, [...contents, ...readerStatements(client, warehouse)]);
    await makeKeySchema(client, warehouse);
    await client.query("vacuum analyze");
  });
}

/**
 * The one place where Reeve's login may write: the login makes no schemas, so that it can be shown to change
 * nothing else. Warehouses of earlier releases have none yet.
 */
async function makeKeySchema(client: pg.Client, { reader }: Warehouse): Promise<void> {
  const name = client.escapeIdentifier(reader.username);
  await client.query(`create schema if not exists reeve_keys authorization ${name}`);
}

/** The login of Reeve's connection: it may read everything, write no table of others, and sees no other databases. */
function readerStatements(client: pg.Client, { reader }: Warehouse): readonly string[] {
  const name = client.escapeIdentifier(reader.username);
  const schemas = files.join(", ");
  return [
    `create role ${name} login connection limit 40 password ${client.escapeLiteral(reader.password)}`,
    `alter role ${name} set default_transaction_read_only = on`,
    `grant usage on schema ${schemas} to ${name}`,
    `grant select on all tables in schema ${schemas} to ${name}`,
  ];
}

/** One imported row without a date: the view that reads dates fails from now on. */
export async function breakView(warehouse: Warehouse): Promise<void> {
  await asAdministrator(warehouse, databaseName, async (client) => {
    await client.query(
      `insert into crm.imported_contacts (id, email, signed_up)
       values (1000000, 'broken@example.com', 'n/a') on conflict do nothing`,
    );
  });
}

/** Runs SQL in the warehouse, all of it or none. */
export async function runWarehouseSql(warehouse: WarehouseAddress, sql: string): Promise<void> {
  await asAdministrator(warehouse, databaseName, (client) => inTransaction(client, [sql]));
}

/** Whether the warehouse has a relation. */
export const hasRelation = (warehouse: WarehouseAddress, schema: string, table: string): Promise<boolean> =>
  asAdministrator(warehouse, databaseName, async (client) => {
    const { rowCount } = await client.query(
      "select 1 from pg_class where relnamespace = to_regnamespace($1) and relname = $2",
      [schema, table],
    );
    return rowCount === 1;
  });
