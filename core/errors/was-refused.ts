import { DomainError } from "#core/errors/domain-error.ts";
import { ReplayError } from "#core/ports/change.ts";

/** Whether a commit that ended in this error has surely changed nothing; after any other error it may have happened. */
export const wasRefused = (error: unknown): boolean =>
  error instanceof ReplayError || (error instanceof DomainError && error.code !== "unavailable");
