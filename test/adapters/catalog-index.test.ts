import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CatalogReplica } from "#adapters/replica/catalog-replica.ts";
import { searchTerms, searchWords } from "#core/names/words.ts";
import type { DataSourceRole } from "#contracts/resources/data-source.ts";
import type { CatalogChange, CatalogClass, CatalogDelta, CatalogSort } from "#core/ports/catalog-index.ts";
import {
  aChange,
  askedAt,
  catalogOf,
  documentsOf,
  expected,
  people,
  sightOf,
  tagIds,
  technologies,
  words,
  type Source,
} from "#test/support/catalog-model.ts";
import { aDataSource, aHealth } from "#test/support/catalog-records.ts";
import { headerDocument, healthDocument } from "#core/sources/catalog-documents.ts";
import { aQuery, aTerm, everyPage, theFilters } from "#test/support/catalog-queries.ts";
import { FixedClock } from "#test/support/fixed-clock.ts";

const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null });
const aSearchText = fc.oneof(
  fc.constantFrom(...words),
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.constantFrom("o", "or", "ord", "orde", '"', "*", "' OR 1=1 --"),
);
const aScope = fc.record({
  policyId: fc.constantFrom("pol_1", "pol_2"),
  every: fc.option(fc.array(fc.subarray([...tagIds]), { minLength: 1, maxLength: 2 }), { nil: null }),
});

/** The role of somebody whom one of two global policies lets in, unless they were taken out by hand. */
function roleFor(of: CatalogClass, stated: readonly string[]): DataSourceRole | null {
  const given = (["owner", "expert", "subscriber", "ingest"] as const).find((role) => stated.includes(role));
  if (given !== undefined) return given;
  return of.policyIds.includes("pol_1") && !stated.includes("removed") ? "subscriber" : null;
}

const someFilters = fc
  .record({
    principals: fc.subarray([...people], { minLength: 1 }),
    governs: fc.boolean(),
    discovers: fc.boolean(),
    scopes: fc.uniqueArray(aScope, { selector: ({ policyId }) => policyId, maxLength: 2 }),
    search: fc.array(aSearchText, { maxLength: 2 }),
    termTags: fc.subarray([...tagIds]),
    tagIds: maybe(fc.subarray([...tagIds])),
    technologies: maybe(fc.subarray([...technologies])),
    connectionIds: maybe(fc.subarray(["con_1", "con_2"])),
    healths: maybe(fc.subarray(["healthy", "unhealthy"])),
    statuses: maybe(fc.subarray(["enabled", "disabled"])),
    roles: maybe(fc.subarray(["owner", "expert", "subscriber"] as const)),
  })
  .map(({ principals, governs, discovers, scopes, search, termTags, roles, ...filters }) =>
    theFilters({
      ...filters,
      roles: roles && { wanted: roles, role: roleFor },
      visibility: {
        principals,
        now: askedAt,
        scopes,
        sight: (of, held) => {
          const role = roleFor(of, held);
          if (role === "owner") return "read";
          if (of.status === "disabled") return null;
          if (governs || role !== null) return "read";
          return discovers && of.subscription.discoverable ? "discover" : null;
        },
      },
      terms: search
        .flatMap(searchTerms)
        .map((ways) =>
          ways.map((words) =>
            words.map((text) => ({ text, tagIds: termTags, exactTagIds: termTags.slice(1) })),
          ),
        ),
    }),
  );

/** Deltas as the table gives them. */
function aLog() {
  const deltas: CatalogDelta[] = [];
  return {
    add(changes: readonly CatalogChange[]) {
      const id = `dlt_${String(deltas.length).padStart(6, "0")}`;
      deltas.push({ id, at: "2026-01-01T00:00:00.000Z", changes });
    },
    since: (after: string | null) => Promise.resolve(deltas.filter(({ id }) => after === null || id > after)),
  };
}

describe("the catalog's index", () => {
  it("lists and counts what a plain filter over everything does, warm or cold, whatever changed", async () => {
    const steps = fc.array(
      fc.record({ changes: fc.array(aChange, { minLength: 1, maxLength: 6 }), filters: someFilters }),
      {
        minLength: 1,
        maxLength: 5,
      },
    );
    const orders = fc.record({
      sort: fc.constantFrom<CatalogSort>("name", "-createdAt"),
      wholeWordsFirst: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(steps, orders, fc.integer({ min: 1, max: 5 }), async (given, order, limit) => {
        const log = aLog();
        const clock = new FixedClock();
        const warm = new CatalogReplica({ deltas: log, clock });
        const all: CatalogChange[] = [];
        for (const { changes, filters } of given) {
          const made = changes.map((change, index) => documentsOf(change, all.length + index + 1));
          log.add(made);
          all.push(...made);
          const catalog = catalogOf(all);
          const wanted = expected(catalog, filters, order);
          for (const index of [warm, new CatalogReplica({ deltas: log, clock })]) {
            expect(await everyPage(index, aQuery({ ...filters, ...order, limit }))).toEqual(wanted);
            const counts = await index.facets(filters);
            const passing = catalog.filter(({ header }) => wanted.includes(header.id));
            const readable = passing.filter((source) => sightOf(filters, source) === "read");
            const counted = (valuesOf: (source: Source) => readonly string[], of = readable) =>
              Object.fromEntries(
                [...Map.groupBy(of.flatMap(valuesOf), (value) => value)].map(
                  ([value, all]) => [value, all.length] as const,
                ),
              );
            expect(Object.fromEntries(counts.technology)).toEqual(
              counted(({ header }) => [header.technology], passing),
            );
            expect(Object.fromEntries(counts.connectionId)).toEqual(
              counted(({ header }) => (header.connectionId === null ? [] : [header.connectionId])),
            );
            expect(Object.fromEntries(counts.health)).toEqual(counted(({ health }) => [health.status]));
            expect(Object.fromEntries(counts.origin)).toEqual(counted(({ header }) => [header.origin.type]));
            expect(Object.fromEntries(counts.tagId)).toEqual(counted(({ header }) => header.tagIds, passing));
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it("finds any name by the beginning of any of its words, whatever letters they are of", async () => {
    const anyText = fc.string({ unit: "binary", minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(anyText, fc.nat(), fc.nat(), async (name, word, length) => {
        const log = aLog();
        const header = headerDocument(aDataSource({ id: "ds_1", name }));
        log.add([{ dataSourceId: "ds_1", header, health: healthDocument(aHealth("ds_1")) }]);
        const all = searchWords(name);
        const chosen = Array.from(all[word % Math.max(1, all.length)] ?? "");
        const text = chosen.slice(0, 1 + (length % Math.max(1, chosen.length))).join("");
        fc.pre(text !== "" && !text.includes("\0"));
        const { entries } = await new CatalogReplica({ deltas: log, clock: new FixedClock() }).page(
          aQuery({ terms: [aTerm(text)] }),
        );
        expect(entries.map((entry) => entry.header.name)).toEqual([name]);
      }),
      { numRuns: 300 },
    );
  });

  it("puts whole words before beginnings of words, and keeps to the order asked for within each", async () => {
    const log = aLog();
    const named = ["orders_by_day", "orderly", "a.order", "order", "z_order_z", "orders"];
    log.add(
      named.map((name, index) => {
        const remote = { database: "d", schema: "s", table: "t", kind: "table" } as const;
        const header = headerDocument(aDataSource({ id: `ds_${index}`, name, remote }));
        return { dataSourceId: header.id, header, health: healthDocument(aHealth(header.id)) };
      }),
    );
    const index = new CatalogReplica({ deltas: log, clock: new FixedClock() });
    const ids = await everyPage(index, aQuery({ terms: [aTerm("order")], limit: 2 }));
    expect(ids.map((id) => named[Number(id.slice(3))])).toEqual([
      "a.order",
      "order",
      "z_order_z",
      "orderly",
      "orders",
      "orders_by_day",
    ]);
  });

  it("shows what stays exactly once while others come and go between pages", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(aChange, { minLength: 5, maxLength: 40 }),
        fc.boolean(),
        async (moves, searched) => {
          const log = aLog();
          const staying = Array.from({ length: 9 }, (_, n) => `ds_stay_${n}`);
          const put = (id: string, name: string, version: number) => {
            const header = headerDocument(aDataSource({ id, name, version }));
            log.add([{ dataSourceId: id, header, health: healthDocument(aHealth(id)) }]);
          };
          staying.forEach((id, n) => put(id, `order ${n % 3}`, 1));
          const left = [...moves];
          const query = aQuery({ limit: 2, terms: searched ? [aTerm("ord")] : [] });
          const seen = await everyPage(
            new CatalogReplica({ deltas: log, clock: new FixedClock() }),
            query,
            () => {
              const move = left.pop();
              if (move !== undefined) log.add([documentsOf(move, left.length + 1)]);
              return Promise.resolve();
            },
          );
          const stayed = seen.filter((id) => staying.includes(id));
          expect(stayed.toSorted()).toEqual(staying);
        },
      ),
    );
  });
});
