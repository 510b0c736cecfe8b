import { isIn, type Known, type Plan } from "#core/identity/ldap/plan.ts";
import type { Settings } from "#core/settings/settings.ts";

/** What a sync would remove, and of how much. */
export interface PeopleRemoval {
  /** People who could come in until now and would not any more, because the directory does not have them. */
  readonly removes: number;
  /** People of the provider who can come in. */
  readonly standing: number;
  /** How many people the directory has. */
  readonly read: number;
}

/**
 * Why removals wait for a person, in words, or null where they may be done: at least as many as the settings say and more
 * than that share would go; or the directory is empty and anybody is there. It is the guard of dbt's syncs, for people.
 */
export function peopleHeldBecause(
  { removes, standing, read }: PeopleRemoval,
  { percent, minimum }: Settings["deletionGuard"],
): string | null {
  if (read === 0 && removes > 0) {
    return `deletion-guard: the directory names nobody at all, and ${standing} people are there`;
  }
  if (removes === 0 || removes < minimum || removes * 100 <= percent * standing) return null;
  return `deletion-guard: ${removes} of ${standing} people would be removed, which is more than ${percent} %`;
}

/** What becomes of those whom the directory does not have any more. */
export interface Removals {
  readonly removes: readonly Known[];
  /** Those who wait for a person, and why; nobody, and null, where none does. */
  readonly holds: readonly Known[];
  readonly reason: string | null;
}

/**
 * Who is removed and who waits. A person lets go only those whom they were shown, who were missing at `approvedAsOf`;
 * whoever went since then is looked at by themselves.
 */
export function removalsOf(
  { goes, standing, read }: Pick<Plan, "goes" | "standing" | "read">,
  approvedAsOf: string | null,
  guard: Settings["deletionGuard"],
): Removals {
  const isApproved = ({ facts: { missingSince } }: Known): boolean =>
    approvedAsOf !== null && missingSince !== undefined && missingSince <= approvedAsOf;
  const others = goes.filter((one) => !isApproved(one));
  const reason = peopleHeldBecause({ removes: others.filter(isIn).length, standing, read }, guard);
  if (reason === null) return { removes: goes, holds: [], reason };
  return { removes: goes.filter(isApproved), holds: others, reason };
}
