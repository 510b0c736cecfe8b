import { DomainError } from "#core/errors/domain-error.ts";
import { RemoteError } from "#core/ports/remote.ts";

/** What a caller is told when a remote database said no: the driver's reason, stripped of credentials by the connector. */
export function remoteProblem(error: unknown): unknown {
  if (!(error instanceof RemoteError)) return error;
  const code = error.reason === "table-not-found" ? "table-not-found" : "connection-failed";
  return new DomainError(code, error.message, { reason: error.reason, cause: error });
}

/** Asks a remote database, turning its refusal into a problem. */
export async function askRemote<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    throw remoteProblem(error);
  }
}

/** Whether a problem came about only because a request may not wait longer: a job may get an answer. */
export const needsLonger = (error: unknown): boolean =>
  error instanceof DomainError && error.cause instanceof RemoteError && error.cause.needsLonger;
