import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isCronMinute, isDue } from "#core/identity/ldap/cron.ts";
import { planSync, wantedOf, type Known } from "#core/identity/ldap/plan.ts";
import { peopleHeldBecause } from "#core/identity/ldap/removals.ts";
import type { DirectoryGroup, DirectoryUser } from "#core/ports/ldap-directory.ts";

const issuer = "ldaps://directory.example";
const config = { attributes: { Department: "departmentNumber" }, subjects: null };
const nobodys = { groupNamed: () => undefined };

const user = (id: string, department: readonly string[] = []): DirectoryUser => ({
  kind: "user",
  dn: `uid=${id}`,
  id,
  subject: null,
  name: `User ${id}`,
  email: "",
  disabled: false,
  values: { departmentNumber: department },
});
const group = (name: string, members: readonly string[], id = name): DirectoryGroup => ({
  kind: "group",
  id,
  name,
  members: members.map((one) => `uid=${one}`),
});

describe("what a directory means", () => {
  it("joins no group of a name that somebody else's group bears, and says so", () => {
    const local = { groupNamed: () => ({ ...group("x", []), name: "x", providerId: null }) as never };
    const { people, groups, warnings } = wantedOf(
      { users: [user("a")], groups: [group("x", ["a"])] },
      config,
      local,
      "idp_1",
    );
    expect(people.map((one) => one.groups)).toEqual([[]]);
    expect([groups, warnings.length]).toEqual([[], 1]);
  });

  it("joins no group of a name that two entries bear", () => {
    const groups = [group("Sales", ["a"], "1"), group("sales", ["b"], "2")];
    const found = wantedOf({ users: [user("a"), user("b")], groups }, config, nobodys, "idp_1");
    expect(found.groups).toEqual([]);
    expect(found.warnings).toHaveLength(1);
  });

  it("refuses two entries that are one person", () => {
    expect(() => wantedOf({ users: [user("a"), user("a")], groups: [] }, config, nobodys, "idp_1")).toThrow(
      "one person",
    );
  });

  it("is the same in whatever order its entries come", () => {
    const users = ["a", "b", "c", "d"].map((id) => user(id, [id]));
    const groups = [group("one", ["a", "b"]), group("two", ["b", "d"]), group("Two", ["c"], "3")];
    const whole = wantedOf({ users, groups }, config, nobodys, "idp_1");
    fc.assert(
      fc.property(
        fc.shuffledSubarray(users, { minLength: users.length }),
        fc.shuffledSubarray(groups, { minLength: groups.length }),
        (some, others) => {
          expect(wantedOf({ users: some, groups: others }, config, nobodys, "idp_1")).toEqual(whole);
        },
      ),
    );
  });
});

/** Applies a plan as the store would. */
function applied(known: readonly Known[], people: ReturnType<typeof wantedOf>["people"]): readonly Known[] {
  const plan = planSync(people, issuer, known, (name) => name);
  const after = new Map(known.map((one) => [one.userId, one]));
  const say = (userId: string, wanted: (typeof people)[number]) =>
    after.set(userId, {
      userId,
      facts: {
        providerId: "idp_1",
        issuer,
        subject: wanted.subject,
        groups: wanted.groups,
        attributes: wanted.attributes,
        disabled: wanted.disabled,
        refreshedAt: "",
        tokenIssuedAt: null,
      },
    });
  for (const wanted of plan.comes) say(`usr_${wanted.subject}`, wanted);
  for (const { userId, wanted } of plan.changes) say(userId, wanted);
  for (const { userId } of plan.goes) {
    const one = after.get(userId);
    if (one)
      after.set(userId, { userId, facts: { ...one.facts, groups: [], attributes: {}, disabled: true } });
  }
  return [...after.values()];
}

const state = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e")).chain((ids) =>
  fc.record({
    users: fc.constant(ids.map((id) => user(id))),
    groups: fc
      .uniqueArray(fc.constantFrom("one", "two", "three"))
      .chain((names) =>
        fc.tuple(...names.map((name) => fc.subarray(ids).map((members) => group(name, members)))),
      ),
  }),
);

describe("a sync", () => {
  it("comes after any changes to the state of the directory, and then finds nothing to do", () => {
    fc.assert(
      fc.property(fc.array(state, { minLength: 1, maxLength: 6 }), (states) => {
        let known: readonly Known[] = [];
        for (const content of states) {
          const { people } = wantedOf(content, config, nobodys, "idp_1");
          known = applied(known, people);
          const again = planSync(people, issuer, known, (name) => name);
          expect([again.comes, again.changes, again.goes]).toEqual([[], [], []]);
          const standing = known.filter(({ facts }) => !facts.disabled);
          expect(standing.map(({ facts }) => facts.subject).toSorted()).toEqual(
            people.map(({ subject }) => subject),
          );
        }
      }),
    );
  });
});

describe("the guard of removals", () => {
  const guard = { percent: 25, minimum: 5 };
  it.each([
    [{ removes: 0, standing: 10, read: 10 }, false],
    [{ removes: 4, standing: 4, read: 1 }, false],
    [{ removes: 5, standing: 20, read: 15 }, false],
    [{ removes: 6, standing: 20, read: 14 }, true],
    [{ removes: 1, standing: 1, read: 0 }, true],
    [{ removes: 0, standing: 0, read: 0 }, false],
  ])("%j waits: %s", (removal, waits) => {
    expect(peopleHeldBecause(removal, guard) !== null).toBe(waits);
  });
});

describe("the time of a directory", () => {
  it("is found once, in the quarter of an hour that ended", () => {
    const at = (time: string) => new Date(`2026-01-05T${time}:30.000Z`);
    expect(isDue("0 * * * *", at("10:16"))).toBe(true);
    expect(isDue("0 * * * *", at("10:14"))).toBe(false);
    expect(isDue("0 * * * *", at("10:31"))).toBe(false);
    expect(isDue("*/15 * * * *", at("10:31"))).toBe(true);
  });

  it.each([
    ["30 2 * * 1", "2026-01-05T02:30:00Z", true],
    ["30 2 * * 7", "2026-01-04T02:30:00Z", true],
    ["30 2 1 * 1", "2026-01-05T02:30:00Z", true],
    ["30 2 */2 * *", "2026-01-02T02:30:00Z", false],
    ["5/20 * * * *", "2026-01-02T02:45:00Z", true],
  ])("%s at %s: %s", (expression, at, meets) => {
    expect(isCronMinute(expression, new Date(at))).toBe(meets);
  });
});
