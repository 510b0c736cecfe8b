import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accessDuration, durationParts, isoDuration } from "#contracts/resources/access-duration.ts";
import { accessEnd, after } from "#core/access-requests/access-end.ts";

const at = (text: string) => new Date(text);

describe("a duration", () => {
  it("is kept in one form, which reads as what it was written as", () => {
    const count = fc.nat({ max: 9 });
    const parts = fc.record({
      years: count,
      months: count,
      weeks: count,
      days: count,
      hours: count,
      minutes: count,
      seconds: count,
    });
    fc.assert(
      fc.property(parts, (given) => {
        fc.pre(Object.values(given).some((value) => value > 0));
        expect(durationParts(isoDuration(given))).toEqual(given);
      }),
    );
  });

  it("is whatever a person writes, or refused: never taken for something else", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from("P1T2DdhMmwWYyHS. -+")), maxLength: 8 }),
        (text) => {
          const parsed = accessDuration.safeParse(text);
          if (!parsed.success) return;
          expect(parsed.data).toMatch(
            /^P(?=.)(?:\d+Y)?(?:\d+M)?(?:\d+W)?(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?$/,
          );
          expect(accessDuration.parse(parsed.data)).toBe(parsed.data);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it.each([
    ["2026-01-31T10:00:00.000Z", "P1M", "2026-02-28T10:00:00.000Z"],
    ["2028-01-31T10:00:00.000Z", "P1M", "2028-02-29T10:00:00.000Z"],
    ["2028-02-29T10:00:00.000Z", "P1Y", "2029-02-28T10:00:00.000Z"],
    ["2026-11-30T23:59:59.999Z", "P3M", "2027-02-28T23:59:59.999Z"],
    ["2026-12-31T23:30:00.000Z", "PT45M", "2027-01-01T00:15:00.000Z"],
    ["2026-10-24T12:00:00.000Z", "P2D", "2026-10-26T12:00:00.000Z"],
    ["2026-01-01T00:00:00.000Z", "P1W", "2026-01-08T00:00:00.000Z"],
    ["2026-01-31T00:00:00.000Z", "P1M1D", "2026-03-01T00:00:00.000Z"],
  ])("from %s of %s ends at %s", (from, duration, end) => {
    expect(after(at(from), duration).toISOString()).toBe(end);
  });

  it("always ends later than it began, and no earlier for a later beginning", () => {
    const time = fc.date({
      min: at("2020-01-01T00:00:00Z"),
      max: at("2060-01-01T00:00:00Z"),
      noInvalidDate: true,
    });
    const duration = fc
      .tuple(fc.integer({ min: 1, max: 120 }), fc.constantFrom("h", "d", "w", "m"))
      .map(([count, unit]) => accessDuration.parse(`${count}${unit}`));
    fc.assert(
      fc.property(time, fc.nat({ max: 100_000_000 }), duration, (from, wait, wished) => {
        const end = after(from, wished).getTime();
        expect(end).toBeGreaterThan(from.getTime());
        // Months clamp: the 30th and the 31st may end together, at the hour of each.
        const laterEnd = after(new Date(from.getTime() + wait), wished).getTime();
        expect(laterEnd).toBeGreaterThan(end - 86_400_000);
      }),
    );
  });
});

describe("the end of access", () => {
  const now = at("2026-06-01T00:00:00.000Z");
  const day = (count: number) => new Date(now.getTime() + count * 86_400_000).toISOString();
  const said = fc.option(fc.integer({ min: 1, max: 100 }).map(day), { nil: null });
  const approval = (kinds: readonly ("owner" | "GOVERNANCE")[]) =>
    fc.record({ kinds: fc.constant(kinds), expiresAt: said });
  const wish = fc.option(fc.integer({ min: 1, max: 100 }), { nil: null });

  it("is never later than any approver says, nor without an owner's word later than wished", () => {
    const approvals = fc.array(fc.oneof(approval(["owner"]), approval(["GOVERNANCE"])), { maxLength: 4 });
    fc.assert(
      fc.property(wish, approvals, (days, given) => {
        const end = accessEnd(now, days === null ? null : `P${days}D`, given);
        const bounds = given.flatMap(({ expiresAt }) => expiresAt ?? []);
        const owned = given.some(({ kinds, expiresAt }) => kinds.includes("owner") && expiresAt !== null);
        if (days !== null && !owned) bounds.push(day(days));
        expect(end).toBe(bounds.toSorted()[0] ?? null);
      }),
    );
  });

  it("reads times as times: the year 10000 is no earlier than tomorrow", () => {
    const far = new Date("9999-12-31T23:59:59-12:00").toISOString();
    expect(accessEnd(now, "P1D", [{ kinds: ["GOVERNANCE"], expiresAt: far }])).toBe(day(1));
  });
});
