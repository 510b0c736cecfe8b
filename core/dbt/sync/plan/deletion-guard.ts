import type { Settings } from "#core/settings/settings.ts";

/** What a plan would remove, and of how much. */
export interface Removal {
  /** Data sources that would be deleted. */
  readonly deletes: number;
  /** Data sources that the integration made and that are not deleted. */
  readonly owned: number;
  /** Everything that it is bound to and that is not deleted, made by it or not. */
  readonly bound: number;
  /** How many relations the snapshot has. */
  readonly snapshot: number;
}

/**
 * Why a plan waits for a person, in words, or null where it may go on: it would delete at least as many data sources as
 * the settings say and more than that share of what the integration made; or the snapshot is empty and anything is there.
 */
export function heldBecause(
  { deletes, owned, bound, snapshot }: Removal,
  { percent, minimum }: Settings["deletionGuard"],
): string | null {
  if (snapshot === 0 && bound > 0) {
    return `deletion-guard: the run names no relation at all, and ${bound} data sources are bound to it`;
  }
  // Without anything to delete a minimum of 0 would hold every run.
  if (deletes === 0 || deletes < minimum || deletes * 100 <= percent * owned) return null;
  return `deletion-guard: ${deletes} of ${owned} data sources would be deleted, which is more than ${percent} %`;
}
