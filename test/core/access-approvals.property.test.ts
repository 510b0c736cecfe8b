import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchApprovals, type Candidate } from "#core/access-requests/approvals.ts";
import { approverKinds, type ApproverKind } from "#core/subscriptions/subscription-policy.ts";

const kind = fc.constantFrom(...approverKinds);
const required = fc.array(kind, { maxLength: 6 });
const candidates = fc
  .array(fc.uniqueArray(kind, { minLength: 0, maxLength: 4 }), { maxLength: 7 })
  .map((all) => all.map((kinds, index): Candidate => ({ by: `usr_${index}`, kinds })));

/** The most that can be met, found by trying everything. */
function mostMet(wanted: readonly ApproverKind[], people: readonly Candidate[]): number {
  const [first, ...rest] = wanted;
  if (first === undefined) return 0;
  const without = mostMet(rest, people);
  const withSomebody = people
    .filter(({ kinds }) => kinds.includes(first))
    .map(
      (one) =>
        1 +
        mostMet(
          rest,
          people.filter((other) => other !== one),
        ),
    );
  return Math.max(without, ...withSomebody);
}

const met = (wanted: readonly ApproverKind[], people: readonly Candidate[]): number =>
  wanted.length - matchApprovals(wanted, people).missing.length;

describe("approvals that several people give", () => {
  it("meet as many of those that are required as can be met by different people", () => {
    fc.assert(
      fc.property(required, candidates, (wanted, people) => {
        expect(met(wanted, people)).toBe(mostMet(wanted, people));
      }),
      { numRuns: 500 },
    );
  });

  it("come to the same end in whatever order they are given", () => {
    const shuffled = candidates.chain((people) =>
      fc.tuple(
        fc.constant(people),
        fc.shuffledSubarray(people, { minLength: people.length, maxLength: people.length }),
      ),
    );
    fc.assert(
      fc.property(required, shuffled, (wanted, [people, others]) => {
        expect(met(wanted, others)).toBe(met(wanted, people));
      }),
      { numRuns: 500 },
    );
  });

  it("never suffice with fewer people than are required, whatever each may stand for", () => {
    fc.assert(
      fc.property(required, candidates, (wanted, people) => {
        const { missing, as } = matchApprovals(wanted, people);
        expect(as.size).toBe(wanted.length - missing.length);
        expect(as.size).toBeLessThanOrEqual(people.length);
        expect(missing.length).toBeGreaterThanOrEqual(wanted.length - people.length);
        // One and the same person, however often named, stands for one.
        const doubled = [...people, ...people];
        expect(met(wanted, doubled)).toBe(met(wanted, people));
      }),
      { numRuns: 500 },
    );
  });

  it("each count for one kind as which that person can approve, and for each kind as often as it is required", () => {
    fc.assert(
      fc.property(required, candidates, (wanted, people) => {
        const { missing, as } = matchApprovals(wanted, people);
        for (const [by, kind_] of as) {
          expect(people.find((person) => person.by === by)?.kinds).toContain(kind_);
        }
        expect([...as.values(), ...missing].toSorted()).toEqual(wanted.toSorted());
      }),
      { numRuns: 500 },
    );
  });

  it("never fall back by one approval more", () => {
    fc.assert(
      fc.property(required, candidates, (wanted, people) => {
        const counts = people.map((_, index) => met(wanted, people.slice(0, index + 1)));
        expect(counts).toEqual(counts.toSorted((a, b) => a - b));
      }),
      { numRuns: 500 },
    );
  });
});
