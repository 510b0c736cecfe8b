import { describe, expect, inject, it } from "vitest";
import { aLogin, aSchema, pgClient, runSql, uniqueName } from "#test/support/postgres-client.ts";
import { failureOf } from "./remote-failure.ts";
import { aSession } from "./postgresql-session.ts";

/** A foreign table that reads another table of the same server. */
async function aForeignTable(schema: string, of: string): Promise<void> {
  const { host, port, user, password, database } = inject("postgres");
  const server = uniqueName("server");
  await runSql(
    "create extension if not exists postgres_fdw schema public",
    `create server ${server} foreign data wrapper postgres_fdw options (host '${host}', port '${port}', dbname '${database}')`,
    `create user mapping for ${user} server ${server} options (user '${user}', password '${password}')`,
    `create foreign table ${schema}.foreign_t (n int, tenth int) server ${server} options (schema_name '${schema}', table_name '${of}')`,
  );
}

describe("kinds of PostgreSQL relations", () => {
  it("lists tables, partitioned and foreign tables, views and materialized views, and no partition", async () => {
    const schema = await aSchema();
    await runSql(
      `create table ${schema}.plain as select n, n % 10 as tenth from generate_series(1, 20) n`,
      `create table ${schema}.parts (id int, at date) partition by range (at)`,
      `create table ${schema}.parts_2026 partition of ${schema}.parts for values from ('2026-01-01') to ('2027-01-01')`,
      `create view ${schema}.shown as select n from ${schema}.plain`,
      `create materialized view ${schema}.stored as select n from ${schema}.plain`,
      `create sequence ${schema}.counter`,
      `create index on ${schema}.plain (n)`,
    );
    await aForeignTable(schema, "plain");
    const session = await aSession();
    const listed = await session.listRelations({ schema, limit: 50 });
    expect(listed.map(({ name, kind, columnCount }) => [name, kind, columnCount])).toEqual([
      ["foreign_t", "foreign-table", 2],
      ["parts", "partitioned-table", 2],
      ["plain", "table", 2],
      ["shown", "view", 1],
      ["stored", "materialized-view", 1],
    ]);
    for (const relation of listed) {
      expect((await session.describe(relation)).kind).toBe(relation.kind);
      await session.probe(relation);
      expect(await session.countRows(relation)).toBe(relation.name === "parts" ? 0 : 20);
    }
    expect((await failureOf(session.describe({ schema, name: "counter" }))).reason).toBe("table-not-found");
  });

  it("describes a relation with the name of the role that owns it, one or several at a time", async () => {
    const [schema, { username }] = [await aSchema(), await aLogin()];
    await runSql(
      `create table ${schema}.theirs (n int)`,
      `alter table ${schema}.theirs owner to ${username}`,
      `create view ${schema}.ours as select n from ${schema}.theirs`,
    );
    const session = await aSession();
    const [theirs, ours] = ["theirs", "ours"].map((name) => ({ schema, name }));
    if (theirs === undefined || ours === undefined) throw new Error("no names");
    expect((await session.describe(theirs)).owner).toBe(username);
    const several = await session.describeMany([theirs, ours]);
    expect(several.map(({ owner }) => owner)).toEqual([username, inject("postgres").user]);
  });

  it("leaves out catalogs, temporary tables and Reeve's own schemas", async () => {
    const own = uniqueName("reeve_keys");
    const near = uniqueName("reeves");
    await runSql(`create schema ${own}`, `create schema ${near}`);
    await runSql(`create table ${own}.t ()`, `create table ${near}.t ()`);
    const client = await pgClient();
    await client.query("create temporary table fleeting ()");
    const listed = await (await aSession()).listRelations({ limit: 10_000 });
    const schemas = new Set(listed.map(({ schema }) => schema));
    expect(schemas).toContain(near);
    expect([...schemas].filter((name) => /^pg_|^information_schema$|^reeve(_|$)/.test(name))).toEqual([]);
    expect(listed.map(({ name }) => name)).not.toContain("fleeting");
  });

  it("lists only what the login may read as a whole", async () => {
    const schema = await aSchema();
    const hidden = await aSchema();
    const login = await aLogin();
    await runSql(
      `create table ${schema}.granted (a int, b int)`,
      `create table ${schema}.partly (a int, b int)`,
      `create table ${schema}.refused (a int)`,
      `create table ${hidden}.granted (a int)`,
      `grant usage on schema ${schema} to ${login.username}`,
      `grant select on ${schema}.granted, ${hidden}.granted to ${login.username}`,
      `grant select (a) on ${schema}.partly to ${login.username}`,
    );
    const session = await aSession(login);
    const listed = await session.listRelations({ limit: 10_000 });
    expect(listed.filter((relation) => [schema, hidden].includes(relation.schema))).toMatchObject([
      { schema, name: "granted" },
    ]);
    for (const relation of [
      { schema, name: "partly" },
      { schema, name: "refused" },
      { schema: hidden, name: "granted" },
    ]) {
      expect((await failureOf(session.probe(relation))).reason).toBe("permission-denied");
    }
  });
});

describe("describing PostgreSQL tables", () => {
  it("numbers columns without gaps where some were dropped", async () => {
    const schema = await aSchema();
    await runSql(`create table ${schema}.t (a int, b int, c int)`, `alter table ${schema}.t drop column b`);
    const { columns } = await (await aSession()).describe({ schema, name: "t" });
    expect(columns.map(({ name, ordinal }) => [name, ordinal])).toEqual([
      ["a", 1],
      ["c", 2],
    ]);
  });

  it("describes, probes and counts a table without columns", async () => {
    const schema = await aSchema();
    await runSql(`create table ${schema}.t ()`, `insert into ${schema}.t default values`);
    const session = await aSession();
    expect((await session.describe({ schema, name: "t" })).columns).toEqual([]);
    await session.probe({ schema, name: "t" });
    expect(await session.countRows({ schema, name: "t" })).toBe(1);
  });

  it("takes a column as unique only when every row is", async () => {
    const schema = await aSchema();
    await runSql(
      `create table ${schema}.t (
         pk int primary key, deferred int unique deferrable, plain int, partial int, folded text, one int, two int,
         covering int, unique (one, two))`,
      `create unique index on ${schema}.t (plain)`,
      `create unique index on ${schema}.t (partial) where partial > 0`,
      `create unique index on ${schema}.t (lower(folded))`,
      `create unique index on ${schema}.t (covering) include (one)`,
    );
    const { columns } = await (await aSession()).describe({ schema, name: "t" });
    const unique = columns.filter((column) => column.unique).map(({ name }) => name);
    expect(unique).toEqual(["pk", "deferred", "plain", "covering"]);
  });

  it("marks each column of a compound primary key, and none that it merely includes", async () => {
    const schema = await aSchema();
    await runSql(`create table ${schema}.t (x int, b int, a int, primary key (a, b) include (x))`);
    const { columns } = await (await aSession()).describe({ schema, name: "t" });
    expect(columns.map((c) => [c.name, c.inPrimaryKey, c.unique])).toEqual([
      ["x", false, false],
      ["b", true, false],
      ["a", true, false],
    ]);
  });

  it("believes the key of a partitioned table, and not that of an inheritance parent", async () => {
    const schema = await aSchema();
    await runSql(
      `create table ${schema}.parts (id int primary key) partition by hash (id)`,
      `create table ${schema}.parts_0 partition of ${schema}.parts for values with (modulus 1, remainder 0)`,
      `create table ${schema}.parent (id int primary key)`,
      `create table ${schema}.child () inherits (${schema}.parent)`,
    );
    const session = await aSession();
    const keyOf = async (name: string): Promise<unknown> =>
      (await session.describe({ schema, name })).columns;
    expect(await keyOf("parts")).toMatchObject([{ unique: true, inPrimaryKey: true }]);
    expect(await keyOf("parent")).toMatchObject([{ unique: false, inPrimaryKey: false }]);
  });

  it("takes a column as nullable while its NOT NULL is not validated", async () => {
    const schema = await aSchema();
    await runSql(
      `create table ${schema}.t (a int, b int not null)`,
      `insert into ${schema}.t values (null, 1)`,
      `alter table ${schema}.t add constraint later not null a not valid`,
    );
    const { columns } = await (await aSession()).describe({ schema, name: "t" });
    expect(columns.map(({ nullable }) => nullable)).toEqual([true, false]);
  });

  it("describes 1,600 columns and their statistics; PostgreSQL itself has no more", async () => {
    const schema = await aSchema();
    const columns = Array.from({ length: 1600 }, (_, index) => `c${index} int`);
    await runSql(
      `create table ${schema}.wide (${columns.join(", ")})`,
      `insert into ${schema}.wide default values`,
    );
    await expect(runSql(`create table ${schema}.wider (${columns.join(", ")}, last int)`)).rejects.toThrow(
      "1600",
    );
    const session = await aSession();
    const relation = { schema, name: "wide" };
    const described = await session.describe(relation);
    expect(described.columns).toHaveLength(1600);
    expect(described.columns.at(-1)).toMatchObject({ name: "c1599", ordinal: 1600 });
    await session.probe(relation);
    const names = described.columns.map(({ name }) => name);
    const statistics = await session.columnStatistics(relation, names, 1);
    expect(statistics.columns.map(({ column, nulls }) => [column, nulls])).toEqual(
      names.map((name) => [name, 1]),
    );
  });
});
