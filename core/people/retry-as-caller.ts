import { factsAtCommit } from "#core/access/rights-at-commit.ts";
import type { Call } from "#core/call/call.ts";
import { retryConflict, staleAside } from "#core/call/retry-conflict.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Caller } from "#core/people/caller.ts";
import { findCaller } from "#core/people/find-caller.ts";
import type { Write } from "#core/ports/change.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { PeopleStore } from "#core/ports/store.ts";

/**
 * Runs a read-decide-commit step for a caller whose rights are demanded again by the commit (`callerStands`). Where
 * they, or what the step read, changed meanwhile, it runs again for the caller as they stand then.
 */
export async function retryAsCaller<T>(
  deps: { readonly store: Pick<PeopleStore, "person">; readonly clock: Clock },
  call: Call,
  step: (call: Call) => Promise<T>,
): Promise<T> {
  let current: Call | null = call;
  return await retryConflict(call, async () => {
    const asked = current ?? { ...call, user: await stillThere(deps, call.user.id) };
    current = null;
    return await step(asked);
  });
}

async function stillThere(deps: Parameters<typeof findCaller>[0], id: string): Promise<Caller> {
  const found = await findCaller(deps, id);
  if (found === null || found.disabled) throw new DomainError("forbidden", "Your rights changed meanwhile.");
  return found;
}

/** Demands at the commit that the caller is who they were; not where the change is about themselves, and says so already. */
export const callerStands = ({ user }: Pick<Call, "user">, changedId: string | null): readonly Write[] =>
  user.id === changedId
    ? []
    : [
        { write: "require", kind: "user", record: user, otherwise: staleAside() },
        factsAtCommit(user, staleAside()),
      ];
