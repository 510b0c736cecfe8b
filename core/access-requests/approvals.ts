import type { ApproverKind } from "#core/subscriptions/subscription-policy.ts";

/** Somebody who approves, with all as whom they can. */
export interface Candidate {
  readonly by: string;
  readonly kinds: readonly ApproverKind[];
}

/** Which of the approvals that are required are met, and by whom. */
export interface Match {
  /** For each person for whom an approval counts, for which. */
  readonly as: ReadonlyMap<string, ApproverKind>;
  /** Those that nobody meets yet. */
  readonly missing: readonly ApproverKind[];
}

/**
 * Gives each required approval to a different person, so that as many are met as can be: somebody who could stand for
 * several gives way where another one can only stand for one of these. In which order they approved does not matter to
 * how many are met.
 */
export function matchApprovals(required: readonly ApproverKind[], candidates: readonly Candidate[]): Match {
  const people = [...new Map(candidates.map((candidate) => [candidate.by, candidate])).values()];
  const holders: (Candidate | null)[] = required.map(() => null);
  // Kuhn's algorithm: the places are few, and so is who approves.
  const seat = (candidate: Candidate, seen: Set<number>): boolean =>
    required.some((kind, place) => {
      if (seen.has(place) || !candidate.kinds.includes(kind)) return false;
      seen.add(place);
      const holder = holders[place] ?? null;
      if (holder !== null && !seat(holder, seen)) return false;
      holders[place] = candidate;
      return true;
    });
  for (const candidate of people) seat(candidate, new Set());
  return {
    as: new Map(
      required.flatMap((kind, place) => {
        const by = holders[place]?.by;
        return by === undefined ? [] : [[by, kind] as const];
      }),
    ),
    missing: required.filter((_, place) => holders[place] === null),
  };
}
