import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { can } from "#core/access/can.ts";
import { AccessDirectory } from "#core/access/directory.ts";
import { holds } from "#core/members/source-members.ts";
import { callerOf } from "#core/people/caller.ts";
import { noFacts } from "#core/people/user-facts.ts";
import { sourceResourceOf, standingOn } from "#core/sources/source-standing.ts";
import { subscriptionKinds, type Who } from "#core/subscriptions/subscription-policy.ts";
import { aDataSourceMember } from "#test/support/catalog-records.ts";
import { aGroup, anIdentityProvider, someProviderFacts } from "#test/support/people-records.ts";
import { aUser } from "#test/support/records.ts";

/** Times are hours around a day in the middle of it. */
const at = (hour: number): Date => new Date(Date.parse("2026-06-15T00:00:00.000Z") + hour * 3_600_000);
const hour = fc.oneof(fc.integer({ min: -60, max: 60 }), fc.constantFrom(-24, -23.9999, 0, 24, 23.9999));

/** Two groups of Reeve's own, and one of each of two providers. */
const groups = [null, null, 0, 1] as const;
const group = fc.nat(groups.length - 1);
const teams: fc.Arbitrary<readonly string[]> = fc.uniqueArray(fc.constantFrom("a", "b", "c"), {
  maxLength: 2,
});

type Condition =
  | { readonly is: "all" | "any"; readonly of: readonly Condition[] }
  | { readonly is: "not"; readonly of: Condition }
  | { readonly is: "in"; readonly group: number }
  | { readonly is: "has"; readonly teams: readonly string[] };

const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.record({ is: fc.constant("in" as const), group }),
    fc.record({ is: fc.constant("has" as const), teams: fc.constantFrom(["a"], ["b"], ["a", "b"]) }),
    fc.record({
      is: fc.constantFrom("all" as const, "any" as const),
      of: fc.array(tie("condition"), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ is: fc.constant("not" as const), of: tie("condition") }),
  ),
}));

const provider = fc.record({
  there: fc.constantFrom(true, true, true, false),
  syncedAt: fc.option(hour),
  /** What it says of the user, if it ever said anything. */
  says: fc.option(
    fc.record({
      member: fc.boolean(),
      teams,
      refreshedAt: hour,
      off: fc.constantFrom(false, false, false, true),
    }),
  ),
});

const aLife = fc.record({
  own: fc.record({ groups: fc.subarray([0, 1]), teams }),
  groupTeams: fc.tuple(teams, teams, teams, teams),
  providers: fc.tuple(provider, provider),
  members: fc.uniqueArray(
    fc.record({
      about: fc.oneof(fc.constant("user" as const), group),
      role: fc.constantFrom("owner" as const, "expert", "subscriber", "ingest"),
      until: fc.option(hour),
    }),
    { maxLength: 4, selector: ({ about }) => about },
  ),
  out: fc.boolean(),
  policies: fc.array(fc.record({ kind: fc.constantFrom(...subscriptionKinds), when: fc.option(condition) }), {
    minLength: 1,
    maxLength: 3,
  }),
  combination: fc.constantFrom("all" as const, "any" as const),
});
type Life = typeof aLife extends fc.Arbitrary<infer T> ? T : never;

const groupId = (number: number): string => `grp_${number}`;
const providerId = (number: number): string => `idp_${number}`;

function whoOf(wanted: Condition): Who {
  switch (wanted.is) {
    case "all":
    case "any":
      return { who: wanted.is, of: wanted.of.map(whoOf) };
    case "not":
      return { who: "not", of: whoOf(wanted.of) };
    case "in":
      return { who: "group", id: groupId(wanted.group), name: "" };
    case "has":
      return { who: "attribute", name: "TEAM", values: wanted.teams };
  }
}

/** What the domain says of somebody's life at a moment. */
function standing(life: Life, now: Date) {
  const [first, ...others] = life.policies.map(({ kind, when }) => ({
    kind,
    discoverable: false,
    approvers: ["owner" as const],
    when: when === null ? null : whoOf(when),
  }));
  if (first === undefined) throw new Error("there is no policy");
  const directory = new AccessDirectory({
    version: 1,
    groups: groups.map((of, number) =>
      aGroup({
        id: groupId(number),
        name: `Group ${number}`,
        providerId: of === null ? null : providerId(of),
        attributes: { Team: life.groupTeams[number] ?? [] },
      }),
    ),
    providers: life.providers.flatMap(({ there, syncedAt }, number) =>
      there
        ? [
            anIdentityProvider({
              id: providerId(number),
              syncedAt: syncedAt === null ? null : at(syncedAt).toISOString(),
            }),
          ]
        : [],
    ),
    subscriptions: others.map((terms, index) => ({
      ...terms,
      policyId: `pol_${index}`,
      name: "P",
      every: null,
    })),
    combination: life.combination,
  });
  const user = aUser({ groups: life.own.groups.map(groupId), attributes: { team: life.own.teams } });
  const providers = life.providers.flatMap(({ says }, number) =>
    says === null
      ? []
      : [
          someProviderFacts({
            providerId: providerId(number),
            disabled: says.off,
            attributes: { TEAM: says.teams },
            groups: says.member ? [groupId(groups.findIndex((of) => of === number))] : [],
            refreshedAt: at(says.refreshedAt).toISOString(),
          }),
        ],
  );
  const caller = callerOf({ user, facts: { ...noFacts(user.id), providers }, directory }, now);
  const stated = [
    ...life.members,
    ...(life.out ? [{ about: "user" as const, role: "removed" as const, until: null }] : []),
  ].map(({ about, role, until }) =>
    aDataSourceMember({
      principal: about === "user" ? { type: "user", id: user.id } : { type: "group", id: groupId(about) },
      role,
      expiresAt: until === null ? null : at(until).toISOString(),
    }),
  );
  const mine = stated
    .filter((member) => holds(member, now))
    .filter(({ principal }) => caller.principals.some(({ id }) => id === principal.id));
  const exposure = {
    status: "enabled",
    subscription: { ...first, source: "owner", policyId: null },
    tagIds: [],
  } as const;
  const { role, discoverable } = standingOn(caller, exposure, mine);
  return { role, reads: can(caller, "data-source:read", sourceResourceOf(exposure, { role, discoverable })) };
}

/** The same as somebody would say it who reads the rules, hour by hour. */
function told(life: Life, now: number) {
  const fresh = life.providers.map(({ there, says, syncedAt }) => {
    if (!there || says === null) return false;
    return now - says.refreshedAt < 24 || (syncedAt !== null && now - syncedAt < 24);
  });
  const stale = life.providers.map(({ says }, number) => says !== null && fresh[number] !== true);
  const isIn = (number: number): boolean => {
    const of = groups[number] ?? null;
    if (of === null) return life.own.groups.includes(number);
    return fresh[of] === true && life.providers[of]?.says?.member === true;
  };
  const teamsNow = [
    ...life.own.teams,
    ...life.groupTeams.filter((_, number) => isIn(number)).flat(),
    ...life.providers.filter((_, number) => fresh[number] === true).flatMap(({ says }) => says?.teams ?? []),
  ];
  const surelyIn = (number: number, is: boolean): boolean => {
    const of = groups[number] ?? null;
    const isKnown = of === null || (life.providers[of].there && stale[of] === false);
    return is ? isIn(number) : !isIn(number) && isKnown;
  };
  const surelyHas = (wanted: readonly string[], is: boolean): boolean => {
    const has = wanted.some((team) => teamsNow.includes(team));
    return is ? has : !has && !stale.includes(true);
  };
  // Whether something surely is so, or surely is not: what nobody can know is neither.
  const surely = (wanted: Condition, is: boolean): boolean => {
    switch (wanted.is) {
      case "all":
      case "any": {
        const demandsEach = (wanted.is === "all") === is;
        const each = (part: Condition): boolean => surely(part, is);
        return demandsEach ? wanted.of.every(each) : wanted.of.some(each);
      }
      case "not":
        return surely(wanted.of, !is);
      case "in":
        return surelyIn(wanted.group, is);
      case "has":
        return surelyHas(wanted.teams, is);
    }
  };
  const admits = life.policies.map(({ kind, when }) => {
    if (kind === "anyone") return when === null || surely(when, true);
    return kind === "entitlement" && when !== null && surely(when, true);
  });
  const roles = life.members
    .filter(({ about }) => about === "user" || isIn(about))
    .filter(({ until }) => until === null || until > now)
    .map(({ role }) => role);
  const automatic =
    !life.out && (life.combination === "all" ? !admits.includes(false) : admits.includes(true));
  const strong = (["owner", "expert", "subscriber"] as const).find((role) => roles.includes(role));
  const role = strong ?? (automatic ? "subscriber" : null) ?? (roles.includes("ingest") ? "ingest" : null);
  const off = life.providers.some(({ there, says }) => there && says?.off === true);
  return { role, reads: role !== null && !off };
}

const strength = [null, "ingest", "subscriber", "expert", "owner"];

describe("what somebody is to a data source as time goes by", () => {
  it("is at every moment what members, groups, policies and providers say that is not older than a day", () => {
    fc.assert(
      fc.property(aLife, fc.array(hour, { minLength: 1, maxLength: 4 }), (life, hours) => {
        for (const now of hours) expect(standing(life, at(now))).toEqual(told(life, now));
      }),
      { numRuns: 2000 },
    );
  });

  it("never becomes more while nobody says anything anew", () => {
    fc.assert(
      fc.property(aLife, hour, hour, (life, one, other) => {
        const [earlier, later] = [Math.min(one, other), Math.max(one, other)];
        const [had, has] = [standing(life, at(earlier)), standing(life, at(later))];
        expect(strength.indexOf(has.role)).toBeLessThanOrEqual(strength.indexOf(had.role));
        expect(has.reads && !had.reads).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});
