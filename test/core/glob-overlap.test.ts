import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commonName } from "#core/names/glob-overlap.ts";
import { matchesGlob } from "#core/names/glob.ts";

const glob = fc.array(fc.constantFrom("a", "b", "*", "?", "🐘")).map((all) => all.join(""));
const name = fc.array(fc.constantFrom("a", "b", "🐘")).map((all) => all.join(""));

describe("two globs", () => {
  it.each([
    ["sales", "sales", true],
    ["sales", "hr", false],
    ["sales*", "*_eu", true],
    ["sales_?", "sales_", false],
    ["*", "", true],
    ["a*c", "*b*", true],
    ["a*", "b*", false],
  ])("%j and %j have a name in common: %j", (a, b, common) => {
    expect(commonName(a, b) !== null).toBe(common);
    expect(commonName(b, a) !== null).toBe(common);
  });

  it("have the name in common that is given", () => {
    fc.assert(
      fc.property(glob, glob, (a, b) => {
        const common = commonName(a, b);
        expect(common === null || (matchesGlob(a, common) && matchesGlob(b, common))).toBe(true);
      }),
    );
  });

  it("that match one name have one in common", () => {
    fc.assert(
      fc.property(glob, glob, name, (a, b, text) => {
        const both = matchesGlob(a, text) && matchesGlob(b, text);
        expect(both && commonName(a, b) === null).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });
});
