import { DomainError } from "#core/errors/domain-error.ts";

/**
 * What DynamoDB says when it was the request that was wrong (our own mistake, and no reason to try again),
 * or when a condition did not hold, which its sender understands.
 */
const ours = new Set([
  "AccessDeniedException",
  "ConditionalCheckFailedException",
  "ResourceNotFoundException",
  "ValidationException",
]);

/**
 * What a caller gets when the store cannot be reached, is throttled or fails: `unavailable`, with the cause
 * for the log. A request that is itself wrong stays as it is, and is an internal error.
 */
export function storageError(error: unknown): Error {
  if (error instanceof Error && (error instanceof DomainError || ours.has(error.name))) return error;
  return new DomainError("unavailable", undefined, { cause: error });
}
