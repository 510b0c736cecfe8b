import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CatalogReplica } from "#adapters/replica/catalog-replica.ts";
import type { CatalogChange, CatalogDelta, MemberDocument } from "#core/ports/catalog-index.ts";
import { headerDocument, healthDocument } from "#core/sources/catalog-documents.ts";
import { askedAt, people } from "#test/support/catalog-model.ts";
import { aQuery, everyPage, theFilters } from "#test/support/catalog-queries.ts";
import { aDataSource, aHealth } from "#test/support/catalog-records.ts";
import { FixedClock } from "#test/support/fixed-clock.ts";
import { rolesListed, rolesWanted } from "#test/support/segmented-catalog.ts";

const minute = 60_000;
const inMinutes = (minutes: number): string => new Date(askedAt.getTime() + minutes * minute).toISOString();

const aMember = fc.record({
  principal: fc.constantFrom(...people),
  role: fc.constantFrom("owner", "expert", "subscriber", "ingest", "removed", null),
  expiresAt: fc.constantFrom(null, inMinutes(-1), inMinutes(0), inMinutes(1)),
});
const someMembers = fc.uniqueArray(aMember, { selector: ({ principal }) => principal, maxLength: 3 });

/** How a data source's members came to be what they are: made by whoever owns it, then changed one time after the other. */
const aHistory = fc.record({
  /** Told as before there were other members. */
  byOwners: fc.boolean(),
  first: fc.uniqueArray(fc.constantFrom(...people), { minLength: 1, maxLength: 2 }),
  changes: fc.array(fc.record({ changes: someMembers, whole: fc.boolean() }), { maxLength: 6 }),
});

interface History {
  readonly byOwners: boolean;
  readonly first: readonly string[];
  readonly changes: readonly { readonly changes: readonly MemberDocument[]; readonly whole: boolean }[];
}

const madeBy = (principals: readonly string[]): readonly MemberDocument[] =>
  principals.map((principal) => ({ principal, role: "owner", expiresAt: null }));

/** All that is told of a data source's members over time, beside what else there is of it. */
function toldOf(id: string, { byOwners, first, changes }: History) {
  const header = headerDocument(aDataSource({ id, name: id }));
  const made: CatalogChange = byOwners
    ? { dataSourceId: id, owners: { principals: first, version: 1 } }
    : { dataSourceId: id, members: { changes: madeBy(first), version: 1, whole: true } };
  return [
    { dataSourceId: id, header },
    { dataSourceId: id, health: healthDocument(aHealth(id)) },
    made,
    ...changes.map((members, index) => ({ dataSourceId: id, members: { ...members, version: index + 2 } })),
  ] satisfies readonly CatalogChange[];
}

/** Deltas in the order in which they turn up. */
function replicaOf(changes: readonly (readonly CatalogChange[])[]) {
  const deltas = changes.map((of, index): CatalogDelta => {
    return { id: `dlt_${String(index).padStart(6, "0")}`, at: "2026-01-01T00:00:00.000Z", changes: of };
  });
  let told = 0;
  const since = () => Promise.resolve(deltas.slice(0, told));
  return {
    replica: new CatalogReplica({ deltas: { since }, clock: new FixedClock() }),
    tell: () => (told += 1) <= deltas.length,
  };
}

describe("the members in the catalog's index", () => {
  it("are what was told last of each, in whatever order it is told, once or again", async () => {
    const histories = fc.array(aHistory, { minLength: 1, maxLength: 3 });
    const orders = fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(histories, orders, fc.integer({ min: 1, max: 5 }), async (given, order, atOnce) => {
        const changes = given.flatMap((history, index) => toldOf(`ds_${index}`, history));
        const shuffled: CatalogChange[] = [...changes];
        for (const [from, to] of order) {
          const [moved] = shuffled.slice(from % shuffled.length);
          // Some turn up a second time, elsewhere.
          if (moved !== undefined) shuffled.splice(to % shuffled.length, 0, moved);
        }
        const batches = Array.from({ length: Math.ceil(shuffled.length / atOnce) }, (_, index) =>
          shuffled.slice(index * atOnce, (index + 1) * atOnce),
        );
        const { replica, tell } = replicaOf(batches);
        while (tell()) await replica.carriesAny(new Set());
        expect(await rolesListed(replica)).toEqual(rolesWanted({ changes }));
      }),
      { numRuns: 200 },
    );
  });

  it("end with their time, without anything being told", async () => {
    const members: readonly MemberDocument[] = [
      { principal: "group:grp_1", role: "expert", expiresAt: inMinutes(10) },
      { principal: "user:usr_1", role: "removed", expiresAt: null },
      { principal: "user:usr_2", role: "subscriber", expiresAt: inMinutes(20) },
    ];
    const changes = toldOf("ds_1", {
      byOwners: false,
      first: [],
      changes: [{ changes: members, whole: false }],
    });
    const { replica, tell } = replicaOf([changes]);
    tell();
    const rolesAt = async (minutes: number, principals: readonly string[]) => {
      const now = new Date(askedAt.getTime() + minutes * minute);
      const visibility = { ...theFilters().visibility, principals, now };
      const { entries } = await replica.page(aQuery({ visibility }));
      return entries.flatMap(({ memberships }) => memberships.map(({ role }) => role)).toSorted();
    };
    const both = ["user:usr_2", "group:grp_1"];
    expect(await rolesAt(9.999, both)).toEqual(["expert", "subscriber"]);
    expect(await rolesAt(10, both)).toEqual(["subscriber"]);
    expect(await rolesAt(20, both)).toEqual([]);
    expect(await rolesAt(10, ["user:usr_1", "group:grp_1"])).toEqual(["removed"]);
    expect(await rolesAt(9, ["user:usr_3"])).toEqual([]);
  });

  it("of whatever role are found by principal, taken out ones too, until the data source is gone", async () => {
    const members: readonly MemberDocument[] = [
      { principal: "group:grp_1", role: "owner", expiresAt: inMinutes(-10) },
      { principal: "user:usr_1", role: "removed", expiresAt: null },
      { principal: "user:usr_2", role: "owner", expiresAt: null },
    ];
    const changes = toldOf("ds_1", {
      byOwners: false,
      first: [],
      changes: [{ changes: members, whole: false }],
    });
    const { replica, tell } = replicaOf([changes, [{ dataSourceId: "ds_1", deleted: { version: 2 } }]]);
    tell();
    const of = async (principal: string) =>
      [...(await replica.membersOf(principal))].map(([id, each]) => [id, each.length]);
    expect(await of("group:grp_1")).toEqual([["ds_1", 3]]);
    expect(await of("user:usr_1")).toEqual([["ds_1", 3]]);
    expect(await replica.membersOf("user:usr_2", "group:grp_1")).toEqual(new Map([["ds_1", members]]));
    const owns = (principal: string, now = askedAt) => replica.ownsAny(["user:usr_9", principal], now);
    expect(await owns("group:grp_1")).toBe(false);
    expect(await owns("group:grp_1", new Date(inMinutes(-11)))).toBe(true);
    expect([await owns("user:usr_1"), await owns("user:usr_2")]).toEqual([false, true]);
    tell();
    expect(await of("user:usr_2")).toEqual([]);
    expect(await owns("user:usr_2")).toBe(false);
  });

  it("come and go one by one, also where one data source has ten thousand", async () => {
    const count = 10_000;
    const many = Array.from({ length: count }, (_, n): MemberDocument => {
      return { principal: `user:usr_many_${n}`, role: "subscriber", expiresAt: null };
    });
    const [header, health] = toldOf("ds_1", { byOwners: false, first: [], changes: [] });
    const members = { changes: many, version: 1, whole: true };
    const left = { principal: "user:usr_many_5", role: null, expiresAt: null } as const;
    const { replica, tell } = replicaOf([
      [...(header ? [header] : []), ...(health ? [health] : []), { dataSourceId: "ds_1", members }],
      [{ dataSourceId: "ds_1", members: { changes: [left], version: 2 } }],
    ]);
    tell();
    const sees = async (principal: string) => {
      const sight = (_: unknown, roles: readonly string[]) => (roles.length > 0 ? ("read" as const) : null);
      const visibility = { ...theFilters().visibility, principals: [principal], sight };
      return (await everyPage(replica, aQuery({ visibility }))).length;
    };
    expect(await sees("user:usr_many_5")).toBe(1);
    tell();
    expect(await sees("user:usr_many_5")).toBe(0);
    expect(await sees("user:usr_many_6")).toBe(1);
  });
});
