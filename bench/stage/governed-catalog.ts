import type { CatalogChange, CatalogDelta, MemberDocument } from "#core/ports/catalog-index.ts";
import type { Write } from "#core/ports/change.ts";
import type { OwnSubscription, SubscriptionKind } from "#core/subscriptions/subscription-policy.ts";
import { aGroup, aPolicy } from "#test/support/people-records.ts";
import { tagIds } from "./catalog-deltas.ts";

const [users, groups, localPolicies, globalPolicies] = [10_000, 1000, 200, 50];

/** Numbers without an order that anything could lean on, the same in every run. */
const scattered = (n: number, of: number): number =>
  ((Math.imul(n ^ (n >>> 15), 0x2c1b_3c6d) >>> 0) + n) % of;

export const groupId = (n: number): string => `grp_${String(n).padStart(4, "0")}`;
const kinds: readonly SubscriptionKind[] = ["individual", "approval", "entitlement", "individual"];

/** One of 200 local policies, each with a condition of its own. */
const ownTerms = (n: number): OwnSubscription => ({
  kind: kinds[n % kinds.length] ?? "individual",
  discoverable: n % 5 === 0,
  approvers: [],
  when: { who: "attribute", name: "desk", values: [String(n)] },
  source: n % 2 === 0 ? "owner" : "default",
  policyId: null,
});

/** A user and a group as members of the nth data source; every twentieth is one of the caller's hundred groups. */
const membersOf = (n: number): readonly MemberDocument[] => [
  { principal: `user:usr_${scattered(n, users)}`, role: "subscriber", expiresAt: null },
  {
    principal: `group:${groupId(n % 20 === 7 ? scattered(n, 100) : 100 + scattered(n, groups - 100))}`,
    role: n % 3 === 0 ? "expert" : "subscriber",
    expiresAt: n % 40 === 7 ? "2999-01-01T00:00:00.000Z" : null,
  },
];

/** The same catalog with terms, tags that lie scattered, and members. */
export function governed(deltas: readonly CatalogDelta[]): readonly CatalogDelta[] {
  let made = 0;
  const govern = (change: CatalogChange): CatalogChange => {
    if (change.header === undefined) return change;
    const n = (made += 1);
    const own = [0, 1, 2].map((place) => tagIds[scattered(n * 3 + place, tagIds.length)] ?? "");
    return {
      ...change,
      header: { ...change.header, tagIds: own, subscription: ownTerms(scattered(n, localPolicies)) },
      members: { changes: membersOf(n), version: 1, whole: true },
    };
  };
  return deltas.map((delta) => ({ ...delta, changes: delta.changes.map(govern) }));
}

/** The groups, and global policies each of which applies to what carries one of two tags. */
export const governing = (): readonly Write[] => [
  ...Array.from({ length: groups }, (_, n): Write => {
    const record = aGroup({ id: groupId(n), name: `Group ${n}`, attributes: {} });
    return { write: "put", kind: "group", record };
  }),
  ...Array.from({ length: globalPolicies }, (_, n): Write => {
    const terms = {
      kind: n % 3 === 0 ? "entitlement" : "individual",
      discoverable: n % 2 === 0,
      approvers: [],
      when: { who: "attribute", name: "department", values: [`d${n % 7}`] },
    } as const;
    const every = [[tagIds[n * 2] ?? "", tagIds[n * 2 + 1] ?? ""]];
    const record = aPolicy({
      id: `pol_${n}`,
      rule: { kind: "subscription", terms, scope: { on: "tagged", every } },
    });
    return { write: "put", kind: "policy", record };
  }),
];
