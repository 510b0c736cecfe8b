import * as fc from "fast-check";
import * as z from "zod";
import { describe, expect, it } from "vitest";
import { fillPage, mostRounds } from "#core/call/fill-page.ts";
import type { Cursors } from "#core/ports/cursors.ts";

const cursors: Cursors = {
  seal: (_, position) => Promise.resolve(JSON.stringify(position)),
  open: (_, cursor, position) => Promise.resolve(position.parse(JSON.parse(cursor))),
};

/** A list of the numbers up to `size`, of which the caller may see some. */
function aList(size: number, visible: (item: number) => boolean) {
  const reads: number[] = [];
  const page = (limit: number, cursor?: string) =>
    fillPage(cursors, "numbers", { limit, cursor }, z.int(), {
      read: (after: number | null, wanted) => {
        reads.push(wanted);
        const from = (after ?? -1) + 1;
        const to = Math.min(size, from + wanted);
        const items = Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
        return Promise.resolve({ items: items.filter(visible), next: to < size ? to - 1 : null });
      },
      positionOf: (item) => item,
      show: (item) => item,
    });
  return { page, reads };
}

describe("a page", () => {
  it("ends after so many reads, however little the caller may see; the next one goes on from there", async () => {
    const { page, reads } = aList(1_500, (item) => item === 1_400);
    const first = await page(10);
    expect(first.items).toEqual([]);
    expect(first.nextCursor).not.toBeNull();
    expect(reads).toEqual(Array(mostRounds).fill(50));
    expect(await page(10, first.nextCursor ?? "")).toEqual({ items: [1_400], nextCursor: null });
  });

  it("reads one more than it shows where a page is large, and has no cursor where it is the last", async () => {
    const { page, reads } = aList(200, () => true);
    const whole = await page(200);
    expect(whole.items).toHaveLength(200);
    expect(whole.nextCursor).toBeNull();
    expect(reads).toEqual([201]);
  });

  it("after another gives everything that may be seen once and in order, and never reads without end", async () => {
    const given = fc.record({
      size: fc.nat(3_000),
      limit: fc.integer({ min: 1, max: 200 }),
      every: fc.integer({ min: 1, max: 2_000 }),
    });
    await fc.assert(
      fc.asyncProperty(given, async ({ size, limit, every }) => {
        const { page, reads } = aList(size, (item) => item % every === every - 1);
        const seen: number[] = [];
        let cursor: string | undefined = undefined;
        do {
          const before: number = reads.length;
          const found: Awaited<ReturnType<typeof page>> = await page(limit, cursor);
          expect(reads.length - before).toBeLessThanOrEqual(mostRounds);
          expect(found.items.length).toBeLessThanOrEqual(limit);
          seen.push(...found.items);
          cursor = found.nextCursor ?? undefined;
        } while (cursor !== undefined);
        expect(seen).toEqual(
          Array.from({ length: Math.floor(size / every) }, (_, index) => (index + 1) * every - 1),
        );
      }),
      { numRuns: 60 },
    );
  });
});
