import { DomainError } from "#core/errors/domain-error.ts";
import type { Call } from "#core/call/call.ts";

const tries = 8;

/** Somebody changed the record between our read and our commit. */
export const staleRead = (): DomainError => new DomainError("version-mismatch");

class StaleAside extends DomainError {}

/** The same, of a record that no `If-Match` speaks of: a caller's version says nothing about it. */
export const staleAside = (): DomainError => new StaleAside("version-mismatch");

/**
 * Runs a read-decide-commit step again when another change came between. With `If-Match` the caller has
 * said which version they mean, so that the first conflict about it is theirs to know.
 */
export async function retryConflict<T>(call: Pick<Call, "ifMatch">, step: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await step();
    } catch (error) {
      const conflict = error instanceof DomainError && error.code === "version-mismatch";
      const theirs = call.ifMatch !== null && !(error instanceof StaleAside);
      if (!conflict || theirs) throw error;
      if (attempt === tries) throw new DomainError("contention", undefined, { cause: error });
    }
  }
}

/** Refuses a change to another version than the one the caller saw. */
export function demandVersion(call: Pick<Call, "ifMatch">, version: number): void {
  if (call.ifMatch !== null && call.ifMatch !== version) {
    throw new DomainError("version-mismatch", `It is at version ${version} now; you sent ${call.ifMatch}.`);
  }
}
