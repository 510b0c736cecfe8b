import { describe, expect, it } from "vitest";
import { AccessDirectory } from "#core/access/directory.ts";
import { callerOf } from "#core/people/caller.ts";
import { noFacts, type ProviderFacts } from "#core/people/user-facts.ts";
import type { User } from "#core/people/user.ts";
import { satisfies } from "#core/subscriptions/admission.ts";
import type { Who } from "#core/subscriptions/subscription-policy.ts";
import { aGroup, anIdentityProvider, someProviderFacts } from "#test/support/people-records.ts";
import { aUser } from "#test/support/records.ts";

const now = new Date("2026-01-10T00:00:00.000Z");
const fresh = "2026-01-09T12:00:00.000Z";
const old = "2026-01-01T00:00:00.000Z";

const local = aGroup({ id: "grp_local", name: "Local", attributes: {} });
const provided = aGroup({ id: "grp_provided", name: "Provided", providerId: "idp_1", attributes: {} });
const directory = new AccessDirectory({
  version: 1,
  groups: [local, provided],
  providers: [anIdentityProvider({ id: "idp_1" })],
  subscriptions: [],
  combination: "all",
});

/** A user with what a provider says of them, if it says anything. */
const person = (given: Partial<User>, ...providers: readonly ProviderFacts[]) => {
  const user = aUser(given);
  return callerOf({ user, facts: { ...noFacts(user.id), providers }, directory }, now);
};

const group = (id: string | null, name: string): Who => ({ who: "group", id, name });
const attribute = (name: string, ...values: readonly string[]): Who => ({
  who: "attribute",
  name,
  values: values.length === 0 ? null : values,
});
const not = (of: Who): Who => ({ who: "not", of });

describe("a condition on a group", () => {
  it("goes by its id where it was known, and by its name, any case, where it was not", () => {
    const member = person({ groups: ["grp_local"] });
    expect(satisfies(member, group("grp_local", "Whatever it was called"))).toBe(true);
    expect(satisfies(member, group(null, "LOCAL"))).toBe(true);
    expect(satisfies(person({}), group(null, "LOCAL"))).toBe(false);
    expect(satisfies(person({}), not(group(null, "LOCAL")))).toBe(true);
  });

  it("that is gone or never was there holds for nobody, nor does its opposite, however it is said", () => {
    for (const missing of [group("grp_gone", "Local"), group(null, "Nowhere")]) {
      for (const who of [
        missing,
        not(missing),
        not(not(missing)),
        not({ who: "all", of: [missing, missing] }),
      ]) {
        expect(satisfies(person({ groups: ["grp_local", "grp_gone"] }), who)).toBe(false);
      }
      const here = group("grp_local", "Local");
      const member = person({ groups: ["grp_local"] });
      // What decides without it decides.
      expect(satisfies(member, { who: "any", of: [missing, here] })).toBe(true);
      expect(satisfies(member, { who: "all", of: [missing, here] })).toBe(false);
      expect(satisfies(member, not({ who: "all", of: [missing, not(here)] }))).toBe(true);
    }
  });
});

describe("what a provider says", () => {
  const says = (refreshedAt: string, given: Partial<ProviderFacts> = {}) =>
    someProviderFacts({
      providerId: "idp_1",
      groups: ["grp_provided"],
      attributes: { Barred: ["yes"] },
      refreshedAt,
      ...given,
    });

  it("holds for 24 hours; then nobody is told to be in its groups, and nobody not to be", () => {
    const [held, lapsed] = [person({}, says(fresh)), person({}, says(old))];
    const who = group("grp_provided", "Provided");
    expect([satisfies(held, who), satisfies(held, not(who))]).toEqual([true, false]);
    expect([satisfies(lapsed, who), satisfies(lapsed, not(who))]).toEqual([false, false]);
    expect(satisfies(lapsed, not(group("grp_local", "Local")))).toBe(true);
  });

  it("of attributes neither holds nor is denied when it is too old", () => {
    const [held, lapsed] = [person({}, says(fresh)), person({}, says(old))];
    const barred = attribute("barred", "yes");
    expect([satisfies(held, barred), satisfies(held, not(barred))]).toEqual([true, false]);
    expect([satisfies(lapsed, barred), satisfies(lapsed, not(barred))]).toEqual([false, false]);
    // What is set in Reeve does not lapse.
    const own = person({ attributes: { Barred: ["yes"] } }, says(old));
    expect([satisfies(own, barred), satisfies(own, not(barred))]).toEqual([true, false]);
  });

  it("is denied of somebody of whom no provider says anything", () => {
    const nobody = person({});
    expect(satisfies(nobody, not(group("grp_provided", "Provided")))).toBe(true);
    expect(satisfies(nobody, not(attribute("Barred")))).toBe(true);
  });
});

describe("a condition on an attribute", () => {
  it.each(["constructor", "toString", "__proto__", "hasOwnProperty"])("named %s holds for nobody", (name) => {
    expect(satisfies(person({}), attribute(name))).toBe(false);
    expect(satisfies(person({}), not(attribute(name)))).toBe(true);
  });
});
