import * as fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { estimateDistinct, fromCatalog } from "#connectors/postgresql/estimate.ts";
import type { ColumnStatistics, Relation, RelationStatistics } from "#core/ports/remote.ts";
import { aSchema, runSql, uniqueName } from "#test/support/postgres-client.ts";
import { failureOf } from "./remote-failure.ts";
import { aSession } from "./postgresql-session.ts";

const rows = 40_000;
const series = (count: number): string =>
  `select n, n % 10 as tenth, case when n % 4 = 0 then n end as quarter from generate_series(1, ${count}) n`;

/** Statistics of `table` in a schema that the statements make. */
async function statisticsOf(
  make: (schema: string) => readonly string[],
  columns: readonly string[] = ["n", "tenth", "quarter"],
  rowCount: number = rows,
): Promise<RelationStatistics> {
  const relation: Relation = { schema: await aSchema(), name: "t" };
  await runSql(...make(relation.schema));
  return (await aSession()).columnStatistics(relation, columns, rowCount);
}

/** A figure that an estimate may give for this one. */
const about = (expected: number): unknown =>
  expect.toSatisfy((figure: number) => figure > expected * 0.85 && figure < expected * 1.15);

const named = ({ columns }: RelationStatistics, name: string): ColumnStatistics | undefined =>
  columns.find(({ column }) => column === name);

describe("statistics of a PostgreSQL relation", () => {
  it("come from the catalog once the table was analyzed", async () => {
    const statistics = await statisticsOf((s) => [
      `create table ${s}.t as ${series(rows)}`,
      `analyze ${s}.t`,
    ]);
    expect(statistics.source).toBe("catalog");
    expect(statistics.columns.every(({ exact }) => !exact)).toBe(true);
    expect(named(statistics, "n")?.distinct).toEqual(about(rows));
    expect(named(statistics, "tenth")?.distinct).toBe(10);
    expect(named(statistics, "quarter")?.distinct).toEqual(about(rows / 4));
    expect(named(statistics, "quarter")?.nulls).toEqual(about((rows * 3) / 4));
  });

  it("come from a sample where the catalog knows a table of another size", async () => {
    const statistics = await statisticsOf((s) => [
      `create table ${s}.t as ${series(10)}`,
      `analyze ${s}.t`,
      `insert into ${s}.t ${series(rows - 10)}`,
    ]);
    expect(statistics.source).toBe("sample");
    expect(named(statistics, "n")?.distinct).toBeGreaterThan(rows / 2);
  });

  it("of a partitioned table come from the figures over all partitions", async () => {
    const parts = (s: string): string[] => [
      `create table ${s}.t (n int, tenth int, quarter int) partition by hash (n)`,
      `create table ${s}.t0 partition of ${s}.t for values with (modulus 2, remainder 0)`,
      `create table ${s}.t1 partition of ${s}.t for values with (modulus 2, remainder 1)`,
      `insert into ${s}.t ${series(rows)}`,
    ];
    const sampled = await statisticsOf(parts);
    expect(sampled.source).toBe("sample");
    expect(named(sampled, "n")?.distinct).toEqual(about(rows));
    const analyzed = await statisticsOf((s) => [...parts(s), `analyze ${s}.t`]);
    expect(analyzed.source).toBe("catalog");
    expect(named(analyzed, "n")?.distinct).toEqual(about(rows));
    expect(named(analyzed, "tenth")?.distinct).toBe(10);
  });

  it("of an inheritance parent cover its children", async () => {
    const statistics = await statisticsOf((s) => [
      `create table ${s}.t as ${series(10)}`,
      `create table ${s}.child () inherits (${s}.t)`,
      `insert into ${s}.child ${series(rows - 10)}`,
      `analyze ${s}.t`,
    ]);
    expect(named(statistics, "n")?.distinct).toEqual(about(rows));
  });

  it.each([
    ["view", (s: string) => [`create view ${s}.t as ${series(rows)}`]],
    ["materialized view", (s: string) => [`create materialized view ${s}.t as ${series(rows)}`]],
  ])("of a %s come from a sample", async (_, make) => {
    const statistics = await statisticsOf(make);
    expect(statistics.source).toBe("sample");
    expect(named(statistics, "tenth")).toEqual({ column: "tenth", distinct: 10, nulls: 0, exact: false });
    expect(named(statistics, "n")?.distinct).toEqual(about(rows));
    expect(named(statistics, "quarter")?.nulls).toEqual(about((rows * 3) / 4));
  });

  it("of a foreign table come from its first rows", async () => {
    const { host, port, user, password, database } = inject("postgres");
    const server = uniqueName("server");
    const statistics = await statisticsOf((s) => [
      `create table ${s}.source as ${series(rows)}`,
      "create extension if not exists postgres_fdw schema public",
      `create server ${server} foreign data wrapper postgres_fdw options (host '${host}', port '${port}', dbname '${database}')`,
      `create user mapping for ${user} server ${server} options (user '${user}', password '${password}')`,
      `create foreign table ${s}.t (n int, tenth int, quarter int) server ${server} options (schema_name '${s}', table_name 'source')`,
    ]);
    expect(statistics.source).toBe("sample");
    expect(named(statistics, "tenth")?.distinct).toBe(10);
  });

  it("of a unique column that allows nulls subtract the nulls", async () => {
    const make = (s: string): string[] => [
      `create table ${s}.t as ${series(rows)}`,
      `create unique index on ${s}.t (quarter)`,
    ];
    for (const statistics of [
      await statisticsOf(make),
      await statisticsOf((s) => [...make(s), `analyze ${s}.t`]),
    ]) {
      const quarter = named(statistics, "quarter");
      expect(quarter?.nulls).toEqual(about((rows * 3) / 4));
      expect(quarter?.distinct).toBe(rows - (quarter?.nulls ?? 0));
      expect(quarter?.exact).toBe(false);
    }
  });

  it("are not exact when the relation is no longer as large as it was counted", async () => {
    const statistics = await statisticsOf((s) => [`create table ${s}.t as ${series(100)}`], ["n"], 90);
    expect(statistics).toEqual({
      source: "sample",
      columns: [{ column: "n", distinct: 90, nulls: 0, exact: false }],
    });
  });

  it("fall back to the first rows where the sampled pages are empty", async () => {
    // One row is left in nearly nine hundred pages, of which a thousandth is sampled.
    const statistics = await statisticsOf(
      (s) => [
        `create table ${s}.t (n int) with (fillfactor = 10)`,
        `insert into ${s}.t select generate_series(1, 20000)`,
        `delete from ${s}.t where n < 20000`,
      ],
      ["n"],
      10_000_000,
    );
    expect(statistics).toMatchObject({ source: "sample", columns: [{ nulls: 0, exact: false }] });
  });

  it("of a column of nulls are all nulls, in the catalog and in the sample", async () => {
    const make = (s: string): string[] => [
      `create table ${s}.t as select null::int as n from generate_series(1, ${rows})`,
    ];
    for (const statistics of [
      await statisticsOf(make, ["n"]),
      await statisticsOf((s) => [...make(s), `analyze ${s}.t`], ["n"]),
    ]) {
      expect(statistics.columns).toEqual([{ column: "n", distinct: 0, nulls: rows, exact: false }]);
    }
  });

  it("fail with table-not-found for a table that is gone", async () => {
    const session = await aSession();
    const working = session.columnStatistics({ schema: await aSchema(), name: "t" }, ["n"], 5);
    expect((await failureOf(working)).reason).toBe("table-not-found");
  });
});

describe("the estimate of distinct values", () => {
  const sample = fc
    .tuple(fc.nat(10_000), fc.nat(10_000), fc.nat(10_000), fc.nat(1_000_000))
    .map(([once, repeated, extra, more]) => ({
      seen: { once, distinct: once + repeated, filled: once + repeated * 2 + extra * Math.min(1, repeated) },
      more,
    }));

  it("is never below what was seen nor above the rows there are", () => {
    fc.assert(
      fc.property(sample, ({ seen, more }) => {
        const population = seen.filled + more;
        const estimate = estimateDistinct(seen, population);
        expect(estimate).toBeGreaterThanOrEqual(seen.distinct);
        expect(estimate).toBeLessThanOrEqual(population);
        expect(Number.isInteger(estimate)).toBe(true);
      }),
    );
  });

  it("is the number of distinct values when the sample is the table", () => {
    fc.assert(
      fc.property(sample, ({ seen }) => {
        expect(estimateDistinct(seen, seen.filled)).toBe(seen.distinct);
      }),
    );
  });

  it("is Duj1: 10,000 rows of a million with 4,000 values, 1,000 of them once, make 4,440", () => {
    // 10000 * 4000 / (10000 - 1000 + 1000 * 10000 / 1000000)
    expect(estimateDistinct({ filled: 10_000, distinct: 4000, once: 1000 }, 1_000_000)).toBe(4440);
  });

  it("takes a column as unique when no sampled value comes twice", () => {
    expect(estimateDistinct({ filled: 500, distinct: 500, once: 500 }, 77_777)).toBe(77_777);
  });

  it("holds old catalog figures within the rows there are now", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.double({ min: -1, max: 0, noNaN: true }), fc.nat(10_000_000)),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(1_000_000),
        (nDistinct, nullFraction, rowCount) => {
          const { distinct, nulls } = fromCatalog({ nDistinct, nullFraction }, rowCount);
          expect(distinct).toBeGreaterThanOrEqual(0);
          expect(nulls).toBeGreaterThanOrEqual(0);
          expect(distinct + nulls).toBeLessThanOrEqual(rowCount);
        },
      ),
    );
  });
});
