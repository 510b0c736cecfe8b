import { Client } from "pg";
import { afterAll, inject } from "vitest";
import type { App } from "./app.ts";
import { shown } from "./health.ts";
import { aConnection, aDataSource, connectionBody, type DataSource, type Persona } from "./personas.ts";
import { runSql, uniqueName } from "./postgres-client.ts";

/** The masks that need domains. */
export const domainMasks = ["format-preserving-masking", "k-anonymization", "randomized-response"];

/** A value that a test looks for where none may be. */
export const marker = "Raw-Value-Nowhere-Else";

/** A database of its own, because the key schema has one name, with a connection whose login is no superuser. */
export async function aKeyDatabase(app: App, owner: Persona) {
  const database = uniqueName("keys");
  const login = { username: uniqueName("login"), password: uniqueName("secret") };
  await runSql(
    `create database ${database}`,
    `create role ${login.username} login password '${login.password}'`,
  );
  afterAll(() => runSql(`drop database ${database} with (force)`));
  const body = connectionBody();
  const config = { ...body.config, database };
  const connection = await aConnection(owner, { ...body, config, credentials: login });
  const inDatabase = async (...statements: readonly string[]): Promise<unknown[]> => {
    const client = new Client({ ...inject("postgres"), database });
    await client.connect();
    try {
      let rows: unknown[] = [];
      for (const statement of statements) ({ rows } = await client.query<Record<string, unknown>>(statement));
      return rows;
    } finally {
      await client.end();
    }
  };
  return {
    database,
    login,
    connection,
    inDatabase,

    aSource: async (rows = `values (1, '${marker}', 1.50), (2, 'other', 9), (3, null, null)`) => {
      const schema = uniqueName("data");
      await inDatabase(
        `create schema ${schema}`,
        `create table ${schema}.things (id int primary key, kind text, price numeric)`,
        `insert into ${schema}.things ${rows}`,
        `grant usage on schema ${schema} to ${login.username}`,
        `grant select on all tables in schema ${schema} to ${login.username}`,
      );
      return aDataSource(owner, connection, { schema, table: "things" });
    },

    columnsKept: ({ id }: Pick<DataSource, "id">) =>
      inDatabase(
        `select column_name, minimum, maximum, shortest, longest, listed
           from reeve_keys.column_domains where data_source_id = '${id}' order by column_name`,
      ),

    valuesKept: ({ id }: Pick<DataSource, "id">) =>
      inDatabase(
        `select value from reeve_keys.domain_values where data_source_id = '${id}' order by value collate "C"`,
      ),

    fingerprint: async (source: DataSource) => {
      await owner.api.runFingerprint({ params: { dataSourceId: source.id } });
      await app.drain();
      return shown(owner, source);
    },
  };
}
