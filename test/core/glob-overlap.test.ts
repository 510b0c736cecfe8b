import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { globsOverlap } from "#core/names/glob-overlap.ts";
import { matchesGlob } from "#core/names/glob.ts";

const letters = ["a", "🐘"];

/** Every name of so many letters at most. */
const names = (length: number): readonly string[] =>
  length === 0 ? [""] : ["", ...names(length - 1).flatMap((rest) => letters.map((letter) => letter + rest))];

const short = names(6);

describe("two globs", () => {
  it.each([
    ["sales", "sales", true],
    ["sales", "hr", false],
    ["sales*", "*_eu", true],
    ["sales_?", "sales_", false],
    ["*", "", true],
    ["**", "*?", true],
    ["a*c", "*b*", true],
    ["a*", "b*", false],
  ])("%j and %j overlap: %j", (a, b, overlap) => {
    expect(globsOverlap(a, b)).toBe(overlap);
    expect(globsOverlap(b, a)).toBe(overlap);
  });

  it("overlap exactly where a name matches both", () => {
    const glob = fc.array(fc.constantFrom(...letters, "*", "?"), { maxLength: 3 }).map((all) => all.join(""));
    fc.assert(
      fc.property(glob, glob, (a, b) => {
        // The shortest name in common has no more letters than both globs together.
        const common = short.some((name) => matchesGlob(a, name) && matchesGlob(b, name));
        expect(globsOverlap(a, b)).toBe(common);
      }),
      { numRuns: 1000 },
    );
  });

  it("are compared at once, however long and starry they are", () => {
    expect(globsOverlap(`${"*a".repeat(100)}b`, `${"*?".repeat(60)}c`)).toBe(false);
  });
});
