import type { ProblemCode, ProblemError } from "#contracts/problems.ts";
import { problems } from "#contracts/problems.ts";

/** What a problem may carry beside its code. Details are shown to callers: never put a secret or another person's data in them. */
export interface DomainErrorOptions extends ErrorOptions {
  readonly errors?: readonly ProblemError[];
  /** The remote database's reason (`authentication-failed`, …). */
  readonly reason?: string;
  /** What was refused, as `can()` names it: for the audit, never for the caller. */
  readonly refused?: string;
  /** Methods that the path has, for 405. */
  readonly allow?: readonly string[];
}

/**
 * The one error that core throws on purpose. The code comes from the closed list and decides the HTTP
 * status; adapters translate foreign errors into it at their border.
 */
export class DomainError extends Error {
  readonly code: ProblemCode;
  readonly errors: readonly ProblemError[] | undefined;
  readonly reason: string | undefined;
  readonly allow: readonly string[] | undefined;
  readonly refused: string | undefined;

  constructor(code: ProblemCode, detail?: string, options: DomainErrorOptions = {}) {
    super(detail ?? problems[code].title, options.cause === undefined ? {} : { cause: options.cause });
    this.name = "DomainError";
    this.code = code;
    this.errors = options.errors;
    this.reason = options.reason;
    this.allow = options.allow;
    this.refused = options.refused;
  }
}
