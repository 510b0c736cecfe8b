import { describe, expect, it } from "vitest";
import { heldBecause } from "#core/dbt/sync/plan/deletion-guard.ts";

const usual = { percent: 25, minimum: 5 };

describe("the guard on deletions", () => {
  it.each([
    // deletes, owned, bound, relations, settings, held
    [4, 4, 4, 1, usual, false],
    [5, 20, 20, 15, usual, false],
    [5, 19, 19, 14, usual, true],
    [25, 100, 100, 75, usual, false],
    [26, 100, 100, 74, usual, true],
    // What people made does not make the share smaller.
    [5, 19, 500, 495, usual, true],
    // An empty project, whatever the numbers.
    [1, 1, 1, 0, usual, true],
    [0, 0, 1, 0, usual, true],
    [0, 0, 0, 0, usual, false],
    [0, 100, 100, 100, { percent: 0, minimum: 0 }, false],
    [1, 100, 100, 99, { percent: 0, minimum: 0 }, true],
    [99, 100, 100, 1, { percent: 100, minimum: 1 }, false],
  ] as const)(
    "%i deletions of %i, with %i bound and %i relations, under %j: held is %j",
    (deletes, owned, bound, snapshot, settings, held) => {
      expect(heldBecause({ deletes, owned, bound, snapshot }, settings) !== null).toBe(held);
    },
  );
});
