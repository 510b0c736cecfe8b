import * as z from "zod";
import { describe, expect, it } from "vitest";
import { dataTypeOf, isCountable } from "#connectors/postgresql/types.ts";
import { dataTypes } from "#contracts/resources/remote.ts";
import { aSchema, pgClient, runSql } from "#test/support/postgres-client.ts";
import { aSession } from "./postgresql-session.ts";

// Without a counterpart in Reeve's words: addresses within the log and the table, snapshots, permissions,
// cursors, paths into JSON, and what the planner keeps for itself.
const withoutCounterpart = new Set([
  "aclitem",
  "gtsvector",
  "jsonpath",
  "pg_brin_bloom_summary",
  "pg_brin_minmax_multi_summary",
  "pg_dependencies",
  "pg_lsn",
  "pg_mcv_list",
  "pg_ndistinct",
  "pg_node_tree",
  "pg_snapshot",
  "refcursor",
  "tid",
  "txid_snapshot",
]);

const typeRow = z.object({ name: z.string(), sql: z.string() });

async function builtInTypes(): Promise<readonly z.infer<typeof typeRow>[]> {
  const { rows } = await (
    await pgClient()
  ).query(
    `select typname as name, oid::regtype::text as sql from pg_type
      where typelem not in (select oid from pg_type where typtype in ('c', 'p')) and typnamespace = 'pg_catalog'::regnamespace and typtype in ('b', 'r', 'm') order by typname`,
  );
  return z.array(typeRow).parse(rows);
}

describe("PostgreSQL types", () => {
  it("maps every type that the engine has, and counts every countable one", async () => {
    const schema = await aSchema();
    const types = await builtInTypes();
    expect(types.length).toBeGreaterThan(120);
    await runSql(
      `create table ${schema}.t (${types.map(({ sql }, index) => `c${index} ${sql}`).join(", ")})`,
      `insert into ${schema}.t default values`,
    );
    const session = await aSession();
    const { columns } = await session.describe({ schema, name: "t" });
    const unknown = columns.flatMap(({ dataType }, index) =>
      dataType === "unknown" ? (types[index]?.name ?? []) : [],
    );
    expect(unknown.toSorted()).toEqual([...withoutCounterpart].toSorted());
    const countable = columns.filter((column) => column.countable).map(({ name }) => name);
    expect(countable.length).toBeGreaterThan(35);
    const statistics = await session.columnStatistics({ schema, name: "t" }, countable, 1);
    expect(statistics.columns.map(({ nulls, exact }) => [nulls, exact])).toEqual(
      countable.map(() => [1, true]),
    );
  });

  it.each([
    ["boolean", "boolean", "boolean"],
    ["int", "integer", "integer"],
    ["bigserial", "integer", "bigint"],
    ["oid", "integer", "oid"],
    ["numeric(10,2)", "decimal", "numeric(10,2)"],
    ["money", "decimal", "money"],
    ["real", "float", "real"],
    ["varchar(20)", "text", "character varying(20)"],
    ["char(3)", "text", "character(3)"],
    ['"char"', "text", '"char"'],
    ["name", "text", "name"],
    ["bytea", "binary", "bytea"],
    ["date", "date", "date"],
    ["timetz(3)", "time", "time(3) with time zone"],
    ["timestamp", "timestamp", "timestamp without time zone"],
    ["timestamptz", "timestamp with time zone", "timestamp with time zone"],
    ["interval day to second", "interval", "interval day to second"],
    ["uuid", "uuid", "uuid"],
    ["jsonb", "json", "jsonb"],
    ["xml", "xml", "xml"],
    ["int[][]", "array", "integer[]"],
    ["int2vector", "array", "int2vector"],
    ["int4range", "range", "int4range"],
    ["datemultirange", "range", "datemultirange"],
    ["inet", "network", "inet"],
    ["macaddr8", "network", "macaddr8"],
    ["bit(4)", "bit", "bit(4)"],
    ["tsvector", "search", "tsvector"],
    ["polygon", "geometry", "polygon"],
    ["pg_lsn", "unknown", "pg_lsn"],
  ])("a column declared %s is %s, written %s", async (sql, dataType, remoteType) => {
    const schema = await aSchema();
    await runSql(`create table ${schema}.t (c ${sql})`);
    const { columns } = await (await aSession()).describe({ schema, name: "t" });
    expect(columns).toMatchObject([
      { dataType, remoteType, countable: isCountable(columns[0]?.dataType ?? "unknown") },
    ]);
  });

  it("maps types that people define by what they are made of", async () => {
    const schema = await aSchema();
    await runSql(
      `create type ${schema}.mood as enum ('sad', 'ok')`,
      `create type ${schema}.pair as (a int, b text)`,
      `create type ${schema}.span as range (subtype = date)`,
      `create domain ${schema}.positive as int check (value > 0)`,
      `create domain ${schema}.required as ${schema}.positive not null`,
      `create domain ${schema}.moods as ${schema}.mood[]`,
      `create table ${schema}.t (mood ${schema}.mood, pair ${schema}.pair, span ${schema}.span,
         positive ${schema}.positive, required ${schema}.required, moods ${schema}.moods, rows ${schema}.pair[])`,
      `create view ${schema}.v as select * from ${schema}.t`,
    );
    const session = await aSession();
    const { columns } = await session.describe({ schema, name: "t" });
    expect(columns.map((c) => [c.name, c.dataType, c.remoteType, c.nullable])).toEqual([
      ["mood", "enum", `${schema}.mood`, true],
      ["pair", "struct", `${schema}.pair`, true],
      ["span", "range", `${schema}.span`, true],
      ["positive", "integer", `${schema}.positive`, true],
      ["required", "integer", `${schema}.required`, false],
      ["moods", "array", `${schema}.moods`, true],
      ["rows", "array", `${schema}.pair[]`, true],
    ]);
    // An outer join gives nulls of a domain that forbids them.
    const view = await session.describe({ schema, name: "v" });
    expect(view.columns.find(({ name }) => name === "required")?.nullable).toBe(true);
  });

  it("knows the types of common extensions wherever they are installed", async () => {
    const schema = await aSchema();
    await runSql(
      `create extension if not exists citext schema public`,
      `create extension if not exists hstore schema public`,
      `create table ${schema}.t (email citext, tags hstore, emails citext[])`,
      `insert into ${schema}.t values ('A@b.c'), ('a@B.C')`,
    );
    const session = await aSession();
    const { columns } = await session.describe({ schema, name: "t" });
    expect(columns.map((c) => [c.dataType, c.remoteType, c.countable])).toEqual([
      ["text", "citext", true],
      ["struct", "hstore", false],
      ["array", "citext[]", false],
    ]);
    const statistics = await session.columnStatistics({ schema, name: "t" }, ["email"], 2);
    expect(statistics.columns).toMatchObject([{ distinct: 1 }]);
    expect(dataTypeOf({ kind: "b", name: "geography", isArray: false, builtIn: false })).toBe("geometry");
    expect(dataTypeOf({ kind: "b", name: "vector", isArray: false, builtIn: false })).toBe("unknown");
  });

  it("counts scalars that compare by value, and nothing else", () => {
    expect(dataTypes.filter((type) => !isCountable(type))).toEqual([
      "json",
      "xml",
      "array",
      "struct",
      "range",
      "geometry",
      "search",
      "unknown",
    ]);
  });
});
