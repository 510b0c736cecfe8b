import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchesGlob } from "#core/names/glob.ts";

/** The definition, word for word; it takes for ever where there are many stars. */
function naive(glob: readonly string[], name: readonly string[]): boolean {
  const [first, ...rest] = glob;
  if (first === undefined) return name.length === 0;
  if (first === "*") return naive(rest, name) || (name.length > 0 && naive(glob, name.slice(1)));
  return name.length > 0 && (first === "?" || first === name[0]) && naive(rest, name.slice(1));
}

describe("a glob of schemas", () => {
  it.each([
    ["*", "anything", true],
    ["sales", "sales", true],
    ["sales", "Sales", false],
    ["sales", "sales_eu", false],
    ["sales_*", "sales_eu", true],
    ["*_eu", "sales_eu", true],
    ["s?les", "sales", true],
    ["s?les", "sles", false],
    ["?", "🎉", true],
    ["a.c", "abc", false],
    ["[a-z]*", "abc", false],
    ["a*b", "a\nb", true],
  ])("%s and %s: %s", (glob, name, matches) => {
    expect(matchesGlob(glob, name)).toBe(matches);
  });

  it("matches what its definition says", () => {
    const letters = fc.constantFrom("a", "b", "🎉");
    const globs = fc.array(fc.oneof(letters, fc.constantFrom("*", "?")), { maxLength: 7 });
    fc.assert(
      fc.property(globs, fc.array(letters, { maxLength: 8 }), (glob, name) => {
        expect(matchesGlob(glob.join(""), name.join(""))).toBe(naive(glob, name));
      }),
      { numRuns: 1000 },
    );
  });

  it("is decided at once, however many stars it has", () => {
    expect(matchesGlob(`${"*a".repeat(60)}*b`, "a".repeat(255))).toBe(false);
  });
});
