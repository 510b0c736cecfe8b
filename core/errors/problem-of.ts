import { problems, problemType, type Problem } from "#contracts/problems.ts";
import { DomainError } from "#core/errors/domain-error.ts";

/** The problem that a caller gets for an error. Errors that nobody threw on purpose say nothing of themselves. */
export function problemOf(error: unknown, requestId: string): Problem {
  const known = error instanceof DomainError ? error : new DomainError("internal-error");
  const { status, title } = problems[known.code];
  return {
    type: problemType(known.code),
    title,
    status,
    detail: known.message,
    instance: requestId,
    code: known.code,
    ...(known.reason === undefined ? {} : { reason: known.reason }),
    ...(known.errors === undefined ? {} : { errors: [...known.errors] }),
  };
}
