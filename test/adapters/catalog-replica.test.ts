import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CatalogReplica } from "#adapters/replica/catalog-replica.ts";
import type { CatalogChange, CatalogDelta, CatalogSort, HeaderDocument } from "#core/ports/catalog-index.ts";
import { individually } from "#core/subscriptions/subscription-policy.ts";
import { aQuery } from "#test/support/catalog-queries.ts";
import { FixedClock } from "#test/support/fixed-clock.ts";

const header = (id: string, name: string, version = 1): HeaderDocument => ({
  id,
  name,
  technology: "postgresql",
  connectionId: "con_1",
  remote: { database: "d", schema: "s", table: name, kind: "table" },
  status: "enabled",
  subscription: individually,
  origin: { type: "manual" },
  createdBy: "usr_1",
  createdAt: `2026-01-01T00:00:${id.slice(-2)}.000Z`,
  updatedAt: "2026-01-01T00:00:00.000Z",
  version,
  description: "",
  tagIds: [],
  columnCount: 1,
});
const health = {
  status: "healthy",
  rowCount: null,
  highCardinalityColumn: null,
  fingerprintAt: null,
  version: 1,
} as const;
const owners = { principals: ["user:usr_1"], version: 1 };

/** A log of deltas as the table keeps it: ordered by id, read from any place. */
function aLog(clock: FixedClock) {
  const log: CatalogDelta[] = [];
  let reads = 0;
  return {
    add(id: string, change: CatalogChange) {
      log.push({ id, at: clock.now().toISOString(), changes: [change] });
      log.sort((a, b) => (a.id < b.id ? -1 : 1));
    },
    since(after: string | null) {
      reads += 1;
      return Promise.resolve(log.filter(({ id }) => after === null || id > after));
    },
    reads: () => reads,
  };
}

const names = async (replica: CatalogReplica, sort: CatalogSort = "name") =>
  (await replica.page(aQuery({ sort }))).entries.map(({ header: { name } }) => name);

describe("the replica of the catalog", () => {
  it("has seen every change that was committed before it was asked", async () => {
    const clock = new FixedClock();
    const log = aLog(clock);
    const replica = new CatalogReplica({ deltas: log, clock });
    expect(await names(replica)).toEqual([]);
    log.add("dlt_1", { dataSourceId: "ds_01", header: header("ds_01", "b"), health, owners });
    expect(await names(replica)).toEqual(["b"]);
    log.add("dlt_2", { dataSourceId: "ds_02", header: header("ds_02", "a"), health, owners });
    expect(await names(replica)).toEqual(["a", "b"]);
  });

  it("does not miss a change whose id was made before one that it has seen", async () => {
    const clock = new FixedClock();
    const log = aLog(clock);
    const replica = new CatalogReplica({ deltas: log, clock });
    log.add("dlt_2", { dataSourceId: "ds_02", header: header("ds_02", "late id"), health, owners });
    await names(replica);
    log.add("dlt_1", { dataSourceId: "ds_01", header: header("ds_01", "early id"), health, owners });
    log.add("dlt_3", { dataSourceId: "ds_03", header: header("ds_03", "next"), health, owners });
    expect(await names(replica)).toEqual(["early id", "late id", "next"]);
  });

  it("reads what is settled only once", async () => {
    const clock = new FixedClock();
    const log = aLog(clock);
    const asked: (string | null)[] = [];
    const replica = new CatalogReplica({
      deltas: {
        since: (after) => {
          asked.push(after);
          return log.since(after);
        },
      },
      clock,
    });
    log.add("dlt_1", { dataSourceId: "ds_01", header: header("ds_01", "old"), health, owners });
    await names(replica);
    clock.advance(120_000);
    await names(replica);
    await names(replica);
    expect(asked).toEqual([null, null, "dlt_1"]);
  });

  it("forgets what was deleted, also when an older delta turns up afterwards", async () => {
    const clock = new FixedClock();
    const log = aLog(clock);
    const replica = new CatalogReplica({ deltas: log, clock });
    log.add("dlt_2", { dataSourceId: "ds_01", deleted: { version: 3 } });
    log.add("dlt_3", { dataSourceId: "ds_01", header: header("ds_01", "a", 2), health, owners });
    expect(await names(replica)).toEqual([]);
    log.add("dlt_4", { dataSourceId: "ds_01", header: header("ds_01", "restored", 4), health, owners });
    expect(await names(replica)).toEqual(["restored"]);
  });

  it("reads anew for a caller who asks while a read is under way", async () => {
    const clock = new FixedClock();
    const log = aLog(clock);
    const replica = new CatalogReplica({ deltas: log, clock });
    const first = names(replica);
    log.add("dlt_1", { dataSourceId: "ds_01", header: header("ds_01", "a"), health, owners });
    const second = names(replica);
    await first;
    expect(await second).toEqual(["a"]);
    expect(log.reads()).toBe(2);
  });

  it("pages through everything once, in order, whatever the names", async () => {
    const anyNames = fc.uniqueArray(fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }), {
      maxLength: 30,
    });
    const sorts = fc.constantFrom<CatalogSort>("name", "-createdAt");
    await fc.assert(
      fc.asyncProperty(anyNames, sorts, fc.integer({ min: 1, max: 7 }), async (given, sort, limit) => {
        const clock = new FixedClock();
        const log = aLog(clock);
        given.forEach((name, index) => {
          const id = `ds_${String(index).padStart(2, "0")}`;
          log.add(`dlt_${id}`, { dataSourceId: id, header: header(id, name), health, owners });
        });
        const replica = new CatalogReplica({ deltas: log, clock });
        const seen: string[] = [];
        let after = null;
        do {
          const page = await replica.page(aQuery({ sort, limit, after }));
          seen.push(...page.entries.map((entry) => entry.header.id));
          after = page.next;
        } while (after !== null);
        expect(new Set(seen).size).toBe(given.length);
        expect(seen.length).toBe(given.length);
        // Ids were given in the order of creation.
        const newestFirst = sort === "-createdAt" ? seen.toSorted().toReversed() : seen;
        expect(seen).toEqual(newestFirst);
      }),
    );
  });

  it("lists after any history what one that is new lists, in every order", async () => {
    const change = fc.record({
      of: fc.integer({ min: 0, max: 5 }),
      name: fc.option(fc.constantFrom("a", "A", "b", "Ab", "é"), { nil: undefined }),
      healthy: fc.option(fc.boolean(), { nil: undefined }),
      owner: fc.option(fc.constantFrom("user:usr_1", "user:usr_2"), { nil: undefined }),
      deleted: fc.boolean(),
      listed: fc.option(fc.constantFrom<CatalogSort>("name", "-createdAt"), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 40 }), async (changes) => {
        const clock = new FixedClock();
        const log = aLog(clock);
        const replica = new CatalogReplica({ deltas: log, clock });
        for (const [index, { of, name, healthy, owner, deleted, listed }] of changes.entries()) {
          const id = `ds_0${of}`;
          const version = index + 1;
          log.add(`dlt_${String(index).padStart(3, "0")}`, {
            dataSourceId: id,
            ...(name === undefined ? {} : { header: header(id, name, version) }),
            ...(healthy === undefined
              ? {}
              : { health: { ...health, status: healthy ? "healthy" : "unhealthy", version } }),
            ...(owner === undefined ? {} : { owners: { principals: [owner], version } }),
            ...(deleted && name === undefined ? { deleted: { version } } : {}),
          });
          if (listed !== undefined) await names(replica, listed);
        }
        for (const sort of ["name", "-createdAt"] as const) {
          const query = aQuery({ sort });
          const anew = await new CatalogReplica({ deltas: log, clock }).page(query);
          expect(await replica.page(query)).toEqual(anew);
        }
      }),
      { numRuns: 300 },
    );
  });
});
