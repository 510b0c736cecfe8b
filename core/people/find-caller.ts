import { callerOf, type Caller } from "#core/people/caller.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { PeopleStore } from "#core/ports/store.ts";

/** A user as they stand now, for work in their name; null where they are gone. */
export async function findCaller(
  { store, clock }: { readonly store: Pick<PeopleStore, "person">; readonly clock: Clock },
  userId: string,
): Promise<Caller | null> {
  const stored = await store.person(userId);
  return stored === null ? null : callerOf(stored, clock.now());
}
