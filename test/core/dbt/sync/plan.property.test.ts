import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planSync, verdictOn, type Bound, type PlannedRelation } from "#core/dbt/sync/plan/plan.ts";
import type { SyncScope } from "#core/dbt/sync/plan/plan.ts";

const open: SyncScope = {
  schemas: null,
  registrarSchemas: null,
  isReservedSchema: () => false,
  database: null,
};
const keys = ["a", "b", "c", "d", "e", "f"] as const;

const bound: fc.Arbitrary<Bound> = fc.record({
  dataSourceId: fc.string({ minLength: 1 }),
  owned: fc.boolean(),
  deleted: fc.boolean(),
  digest: fc.constantFrom("1", "2", null),
});
const bindings = fc
  .dictionary(fc.constantFrom(...keys), bound)
  .map((found): ReadonlyMap<string, Bound> => new Map(Object.entries(found)));
const relation = (key: string): fc.Arbitrary<PlannedRelation> =>
  fc.record({
    key: fc.constant(key),
    database: fc.constant(null),
    schema: fc.constantFrom("marts", "raw", "pg_catalog"),
    table: fc.constant(key),
    digest: fc.constantFrom("1", "2"),
    built: fc.boolean(),
  });
const relations = fc.subarray([...keys]).chain((chosen) => fc.tuple(...chosen.map(relation)));
const scope = fc.record({
  schemas: fc.constantFrom(null, ["marts"], ["*"]),
  registrarSchemas: fc.constantFrom(null, ["r*"]),
  isReservedSchema: fc.constant((schema: string) => schema.startsWith("pg_")),
  database: fc.constant(null),
});

describe("a plan", () => {
  it("deletes nothing but what the integration made, that is there, and that the snapshot has no relation for", () => {
    fc.assert(
      fc.property(bindings, relations, scope, (known, found, of) => {
        const { deletes, detaches } = planSync(known, found, of);
        const named = new Set(found.map(({ key }) => key));
        for (const { relation: key } of deletes) {
          expect(known.get(key)).toMatchObject({ owned: true, deleted: false });
          expect(named).not.toContain(key);
        }
        for (const { relation: key } of detaches) {
          expect(known.get(key)).toMatchObject({ owned: false, deleted: false });
          expect(named).not.toContain(key);
        }
      }),
    );
  });

  it("does not depend on the order of the relations", () => {
    fc.assert(
      fc.property(bindings, relations, scope, (known, found, of) => {
        expect(planSync(known, found.toReversed(), of)).toEqual(planSync(known, found, of));
      }),
    );
  });

  it("comes to nothing once it was done", () => {
    fc.assert(
      fc.property(bindings, relations, (known, found) => {
        const after = new Map([...known].filter(([, { owned, deleted }]) => owned || !deleted));
        const { deletes, detaches } = planSync(known, found, open);
        for (const { relation: key } of deletes) {
          const before = after.get(key);
          if (before !== undefined) after.set(key, { ...before, deleted: true, digest: null });
        }
        for (const { relation: key } of detaches) after.delete(key);
        for (const each of found) {
          const verdict = verdictOn(each, after.get(each.key), open);
          if (verdict.is === "unchanged") continue;
          const dataSourceId = "dataSourceId" in verdict ? verdict.dataSourceId : each.key;
          const owned = after.get(each.key)?.owned ?? true;
          after.set(each.key, { dataSourceId, owned, deleted: false, digest: each.digest });
        }
        expect(planSync(after, found, open)).toMatchObject({ deletes: [], detaches: [], changes: 0 });
      }),
    );
  });

  it("spares what it is told to keep, and leaves alone what lies out of its scope", () => {
    const known = new Map([["a", { dataSourceId: "ds_a", owned: true, deleted: false, digest: "1" }]]);
    expect(planSync(known, [], open, ({ dataSourceId }) => dataSourceId === "ds_a").deletes).toEqual([]);
    const outside = { key: "a", database: null, schema: "raw", table: "a", digest: "2", built: false };
    const narrow = { ...open, schemas: ["marts"] };
    expect(planSync(known, [outside], narrow)).toMatchObject({ deletes: [], detaches: [], changes: 0 });
    expect(verdictOn(outside, known.get("a"), narrow)).toMatchObject({
      is: "skipped",
      skip: { reason: "out-of-scope" },
    });
  });
});

describe("what is to become of a relation", () => {
  const one = { key: "a", database: "Warehouse", schema: "marts", table: "a", digest: "1", built: false };
  const there = { dataSourceId: "ds_a", owned: true, deleted: false, digest: "1" };

  it.each([
    ["unchanged", there],
    ["changed", { ...there, digest: "2" }],
    ["changed", { ...there, digest: null }],
    ["changed", { ...there, owned: false, digest: null }],
    ["returning", { ...there, deleted: true }],
    ["unbound", { ...there, owned: false, deleted: true }],
    ["unbound", undefined],
  ] as const)("is %s by the binding %j", (is, binding) => {
    expect(verdictOn(one, binding, open).is).toBe(is);
  });

  it.each([
    ["reserved-schema", { isReservedSchema: (schema: string) => schema === "marts" }],
    ["other-database", { database: "other" }],
    ["out-of-scope", { schemas: ["raw*"] }],
    ["out-of-scope", { registrarSchemas: ["raw*"] }],
  ] as const)("is left out as %s where the integration has %j", (reason, of) => {
    expect(verdictOn(one, there, { ...open, ...of })).toMatchObject({ is: "skipped", skip: { reason } });
  });

  it("lies in the connection's database whatever the case of its name", () => {
    expect(verdictOn(one, there, { ...open, database: "warehouse" }).is).toBe("unchanged");
  });
});
