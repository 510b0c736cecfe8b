import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AccessDirectory } from "#core/access/directory.ts";
import { callerOf } from "#core/people/caller.ts";
import { noFacts } from "#core/people/user-facts.ts";
import { standingOn } from "#core/sources/source-standing.ts";
import { holds } from "#core/members/source-members.ts";
import { aDataSourceMember } from "#test/support/catalog-records.ts";
import { aUser } from "#test/support/records.ts";
import { aGlobal, aWorld, expected, whoOf, type Terms, type World } from "#test/support/access-world.ts";

const now = new Date("2026-01-01T00:00:00.000Z");
const groupOf = (number: number) => ({ id: `grp_${number}`, name: `Group ${number}` });
const tagOf = (number: number): string => `tag_${number}`;
const termsOf = ({ when, ...terms }: Terms) => ({
  ...terms,
  when: when === null ? null : whoOf(when, groupOf),
});

/** What the domain says of the world. */
function standing(world: World) {
  const directory = new AccessDirectory({
    version: 1,
    groups: world.groups.map(({ attributes }, number) => ({
      ...groupOf(number),
      providerId: null,
      attributes,
      createdAt: now.toISOString(),
      version: 1,
    })),
    providers: [],
    subscriptions: world.globals.map(({ terms, scope }, index) => ({
      ...termsOf(terms),
      policyId: `pol_${index}`,
      name: `Policy ${index}`,
      every:
        scope?.map((part) => part.flatMap((tag) => (tag === 1 ? [tagOf(1), tagOf(2)] : [tagOf(tag)]))) ??
        null,
    })),
    combination: world.combination,
  });
  const user = aUser({
    groups: [...world.user.groups.map((number) => groupOf(number).id), "grp_gone"],
    attributes: world.user.attributes,
  });
  const caller = callerOf({ user, facts: noFacts(user.id), directory }, now);
  const memberships = world.stated
    .map(({ about, role, left }) =>
      aDataSourceMember({
        principal:
          about === "user" ? { type: "user", id: user.id } : { type: "group", id: groupOf(about).id },
        role,
        expiresAt: left === null ? null : new Date(now.getTime() + left).toISOString(),
      }),
    )
    .filter((member) => holds(member, now))
    .filter(({ principal }) => caller.principals.some(({ id }) => id === principal.id));
  const { own, status, tags } = world;
  const exposure = {
    status,
    subscription: { ...termsOf(own), source: own.source, policyId: null },
    tagIds: tags.map(tagOf),
  };
  return standingOn(caller, exposure, memberships);
}

const strength = [null, "ingest", "subscriber", "expert", "owner"];
const counts = (asks: readonly string[], kind: string): number => asks.filter((one) => one === kind).length;

describe("what somebody is to a data source", () => {
  it("is what the rules say, whatever members, groups, attributes, ends and policies there are", () => {
    fc.assert(
      fc.property(aWorld, (world) => {
        const { role, discoverable } = standing(world);
        expect({ role, discoverable }).toEqual(expected(world));
      }),
      { numRuns: 1000 },
    );
  });

  it("never becomes more by one more policy, where all must hold; no request takes fewer approvals", () => {
    fc.assert(
      fc.property(aWorld, aGlobal, (given, added) => {
        const before: World = { ...given, combination: "all", own: { ...given.own, source: "owner" } };
        const [had, has] = [standing(before), standing({ ...before, globals: [...before.globals, added] })];
        expect(strength.indexOf(has.role)).toBeLessThanOrEqual(strength.indexOf(had.role));
        expect(has.discoverable && !had.discoverable).toBe(false);
        if (has.ask === null) return;
        for (const kind of new Set(had.ask ?? ["nobody may ask"])) {
          expect(counts(has.ask, kind)).toBeGreaterThanOrEqual(counts(had.ask ?? ["nobody may ask"], kind));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("never becomes more by one more global policy in place of the default's successor, either", () => {
    fc.assert(
      fc.property(aWorld, aGlobal, aGlobal, (given, first, added) => {
        const before: World = {
          ...given,
          combination: "all",
          own: { ...given.own, source: "default" },
          globals: [{ ...first, scope: null }],
        };
        const [had, has] = [standing(before), standing({ ...before, globals: [...before.globals, added] })];
        expect(strength.indexOf(has.role)).toBeLessThanOrEqual(strength.indexOf(had.role));
        expect(has.discoverable && !had.discoverable).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it("never becomes less by one more policy, where any may admit", () => {
    fc.assert(
      fc.property(aWorld, aGlobal, (given, added) => {
        const before: World = { ...given, combination: "any", own: { ...given.own, source: "owner" } };
        const [had, has] = [standing(before), standing({ ...before, globals: [...before.globals, added] })];
        expect(strength.indexOf(has.role)).toBeGreaterThanOrEqual(strength.indexOf(had.role));
        expect(had.discoverable && !has.discoverable).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });
});
