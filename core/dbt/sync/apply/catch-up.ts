import { DomainError } from "#core/errors/domain-error.ts";

/** Others come between a look and its commit so often at most. */
const tries = 8;

/** Whether a commit was refused because somebody changed, took or freed something since it was looked at. */
const wasOvertaken = (error: unknown): boolean =>
  error instanceof DomainError &&
  (error.code === "version-mismatch" ||
    error.code === "data-source-name-taken" ||
    error.code === "data-source-exists");

/** Looks and commits, and looks again where somebody came between: nothing of theirs is lost. */
export async function catchingUp<T>(step: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await step();
    } catch (error) {
      if (!wasOvertaken(error)) throw error;
      if (attempt === tries) throw new DomainError("contention", undefined, { cause: error });
    }
  }
}
