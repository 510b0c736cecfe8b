import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { givenName } from "#contracts/resources/fields.ts";
import { claimOf, emailIn, mapClaims, maxTokenGroups, nameIn } from "#core/identity/map-claims.ts";
import { foldName } from "#core/names/fold.ts";
import { matchesGlob } from "#core/names/glob.ts";

const name = fc.oneof(
  fc.constantFrom("groups", "a.b", "a", "roles", "__proto__", "constructor"),
  fc.string(),
);
const claims = fc.dictionary(name, fc.jsonValue() as fc.Arbitrary<unknown>);
const glob = fc.oneof(fc.constantFrom("*", "data-*", "?", "DATA-*"), fc.string({ minLength: 1 }));
const mapping = fc.record({
  groupsClaim: fc.option(name),
  groups: fc.option(fc.array(glob, { minLength: 1, maxLength: 3 })),
  attributes: fc.dictionary(name, name),
});
const usual = { groupsClaim: "groups", groups: null, attributes: {} };

describe("claims of any kind", () => {
  it("become groups with names that groups may have, each once, of those that are let through", () => {
    fc.assert(
      fc.property(claims, mapping, (given, how) => {
        const { groups } = mapClaims(given, how);
        expect(new Set(groups.map(foldName)).size).toBe(groups.length);
        for (const group of groups) {
          expect(givenName.parse(group)).toBe(group);
          expect((how.groups ?? ["*"]).some((one) => matchesGlob(foldName(one), foldName(group)))).toBe(true);
        }
      }),
    );
  });

  it("become attributes of the names that are mapped, with texts, each once", () => {
    fc.assert(
      fc.property(claims, mapping, (given, how) => {
        const { attributes } = mapClaims(given, how);
        for (const [attribute, values] of Object.entries(attributes)) {
          expect(Object.keys(how.attributes)).toContain(attribute);
          expect(values.length).toBeGreaterThan(0);
          expect(new Set(values).size).toBe(values.length);
          for (const value of values) expect(value.isWellFormed()).toBe(true);
        }
      }),
    );
  });

  it("name somebody in a way that users may be named", () => {
    fc.assert(
      fc.property(claims, fc.string(), (given, subject) => {
        expect(givenName.parse(nameIn(given, subject))).toBe(nameIn(given, subject));
        expect(emailIn(given)).toMatch(/^$|^\S+@\S+$/);
      }),
    );
  });
});

describe("the groups of a token", () => {
  it("are the same in whatever order they stand, also where there are too many", () => {
    const many = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,6}$/), { minLength: 0, maxLength: 300 });
    const shuffled = many.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        const one = mapClaims({ groups: list }, usual);
        expect(one).toEqual(mapClaims({ groups: other }, usual));
        expect(one.groups.length).toBe(Math.min(list.length, maxTokenGroups));
        expect(one.leftOut).toBe(Math.max(0, list.length - maxTokenGroups));
      }),
    );
  });

  it.each([
    ["one text", "Legal", ["Legal"]],
    ["texts that differ by case alone", ["Legal", "LEGAL"], ["Legal"]],
    ["what is no name", ["", "  ", "a\u0000b", "x".repeat(201), null, {}, ["deep"]], []],
    ["numbers", [7, true], ["7", "true"]],
    ["nothing", undefined, []],
  ])("may be %s", (_, groups, expected) => {
    expect(mapClaims({ groups }, usual).groups).toEqual(expected);
  });
});

describe("a claim", () => {
  it("is found by its name before it is looked for along a path", () => {
    expect(claimOf({ "a.b": 1, a: { b: 2 } }, "a.b")).toBe(1);
    expect(claimOf({ a: { b: 2 } }, "a.b")).toBe(2);
    expect(claimOf({ "https://example.com/groups": ["x"] }, "https://example.com/groups")).toEqual(["x"]);
  });

  it("is nothing that every object has", () => {
    for (const inherited of ["constructor", "toString", "__proto__", "a.constructor"]) {
      expect(claimOf({ a: {} }, inherited)).toBeUndefined();
    }
  });
});

describe("attributes", () => {
  it("together are no longer than what a user may have", () => {
    const long = Array.from({ length: 100 }, (_, index) => `${index}${"x".repeat(900)}`);
    const attributes = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`a${index}`, "long"]));
    const mapped = mapClaims(
      { long, short: "kept" },
      { ...usual, attributes: { ...attributes, short: "short" } },
    );
    expect(JSON.stringify(mapped.attributes).length).toBeLessThan(33_000);
    expect(mapped.attributes["short"]).toEqual(["kept"]);
  });
});
