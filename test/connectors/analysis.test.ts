import { describe, expect, it } from "vitest";
import { aSchema, runSql } from "#test/support/postgres-client.ts";
import { aSession } from "./postgresql-session.ts";

/** What two values of a type look like: smallest, largest and the most frequent first. */
async function analyzed(type: string, values: string) {
  const schema = await aSchema();
  await runSql(`create table ${schema}.t (x ${type})`, `insert into ${schema}.t values ${values}`);
  const [x] = await (await aSession()).analyze({ schema, name: "t" }, ["x"]);
  return {
    minimum: x?.minimum?.value ?? null,
    maximum: x?.maximum?.value ?? null,
    distinct: x?.distinct,
    top: x?.topValues.map(({ value, count }) => [value, count]),
  };
}

describe("values of PostgreSQL's types", () => {
  it.each([
    ["float8", "('NaN'), ('-infinity'), (0.1)", "-Infinity", "NaN"],
    ["numeric", "(1.0), (1.00), ('NaN')", "1.0", "NaN"],
    ["date", "('2024-02-29'), ('infinity')", "2024-02-29", "infinity"],
    [
      "timestamp",
      "('2024-02-29 13:00'), ('2024-02-29 12:00:00.5')",
      "2024-02-29T12:00:00.5",
      "2024-02-29T13:00:00",
    ],
    ["timestamptz", "('2024-02-29 13:00+02'), ('infinity')", "2024-02-29T11:00:00Z", "infinity"],
    ["bytea", String.raw`('\x00ff'), ('\x01')`, String.raw`\x00ff`, String.raw`\x01`],
    [
      "uuid",
      "('00000000-0000-0000-0000-000000000001')",
      "00000000-0000-0000-0000-000000000001",
      "00000000-0000-0000-0000-000000000001",
    ],
    ["boolean", "(true), (false)", "false", "true"],
    ["inet", "('10.0.0.1'), ('9.0.0.1')", "9.0.0.1/32", "10.0.0.1/32"],
    ["interval", "('1 day'), ('1 hour')", "01:00:00", "1 day"],
    ["char(4)", "('b'), ('a')", "a", "b"],
    ["regclass", "('pg_catalog.pg_class')", "pg_class", "pg_class"],
  ])("%s has an order", async (type, values, minimum, maximum) => {
    expect(await analyzed(type, values)).toMatchObject({ minimum, maximum });
  });

  it.each([
    ["json", `('{"a":1}'), ('{"a":1}'), ('[]')`, `{"a":1}`],
    ["jsonb", `('{"a": 1}'), ('{"a":1}'), ('[]')`, `{"a": 1}`],
    ["xml", "('<a/>'), ('<a/>'), ('<b/>')", "<a/>"],
    ["int[]", "('{1,2}'), ('{1,2}'), ('{}')", "{1,2}"],
    ["point", "('(1,2)'), ('(1,2)'), ('(0,0)')", "(1,2)"],
    ["int4range", "('[1,3)'), ('[1,3)'), ('empty')", "[1,3)"],
    ["tsvector", "('a'), ('a'), ('b')", "'a'"],
    ["xid", "('5'), ('5'), ('7')", "5"],
  ])("%s has none, and is looked at as text", async (type, values, most) => {
    const { minimum, maximum, distinct, top } = await analyzed(type, values);
    expect({ minimum, maximum, distinct }).toEqual({ minimum: null, maximum: null, distinct: 2 });
    expect(top?.[0]).toEqual([most, 2]);
  });

  it("enums have the order that they were made with, domains that of what they are based on", async () => {
    const schema = await aSchema();
    await runSql(
      `create type ${schema}.size as enum ('small', 'large')`,
      `create domain ${schema}.day as timestamptz check (value > '2000-01-01Z')`,
      `create type ${schema}.pair as (a int, b int)`,
      `create table ${schema}.t (s ${schema}.size, d ${schema}.day, p ${schema}.pair)`,
      `insert into ${schema}.t values ('large', '2024-01-01 00:00Z', (1, null)), ('small', null, (null, null))`,
    );
    const [size, day, pair] = await (await aSession()).analyze({ schema, name: "t" }, ["s", "d", "p"]);
    expect([size?.minimum?.value, size?.maximum?.value]).toEqual(["small", "large"]);
    expect(day?.minimum?.value).toBe("2024-01-01T00:00:00Z");
    // A value whose fields are all null is a value nevertheless.
    expect(pair).toMatchObject({ nulls: 0, distinct: 2, minimum: null });
  });

  it("a large analyzed table is looked at in random pages, a partitioned one in its first rows", async () => {
    const schema = await aSchema();
    await runSql(
      `create table ${schema}.t as select n, n % 7 as m from generate_series(1, 60000) n`,
      `analyze ${schema}.t`,
      `create table ${schema}.p (n int) partition by range (n)`,
      `create table ${schema}.p1 partition of ${schema}.p for values from (0) to (100000)`,
      `insert into ${schema}.p select n from generate_series(1, 20000) n`,
    );
    const session = await aSession();
    const [n, m] = await session.analyze({ schema, name: "t" }, ["n", "m"]);
    expect(n?.exact).toBe(false);
    expect(n?.count).toBeGreaterThan(5000);
    expect(Number(n?.maximum?.value)).toBeGreaterThan(50_000);
    expect(m?.distinct).toBe(7);
    const [p] = await session.analyze({ schema, name: "p" }, ["n"]);
    expect(p).toMatchObject({ count: 10_000, exact: false });
  });
});
