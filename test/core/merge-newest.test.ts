import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mergeNewest } from "#core/audit/merge-newest.ts";

const idOf = (number: number): string => `aud_${String(number).padStart(4, "0")}`;

describe("two lists merged newest first", () => {
  it("are, page by page and whatever the pages' length, all of both in order, each once", () => {
    const records = fc.uniqueArray(fc.record({ number: fc.nat(500), bulk: fc.boolean() }), {
      selector: ({ number }) => number,
    });
    fc.assert(
      fc.property(records, fc.integer({ min: 1, max: 7 }), (given, limit) => {
        const ordered = given.toSorted((a, b) => b.number - a.number);
        const [own, bulk] = [false, true].map((kind) =>
          ordered.filter((one) => one.bulk === kind).map(({ number }) => ({ id: idOf(number) })),
        );
        const seen: string[] = [];
        for (let more = true; more;) {
          const before = seen.at(-1) ?? null;
          const next = (own ?? []).filter(({ id }) => before === null || id < before).slice(0, limit);
          const page = mergeNewest(next, (bulk ?? []).toReversed(), before, limit);
          seen.push(...page.map(({ id }) => id));
          more = page.length === limit;
        }
        expect(seen).toEqual(ordered.map(({ number }) => idOf(number)));
      }),
    );
  });
});
