import { DomainError } from "#core/errors/domain-error.ts";

/**
 * A service of ours did not do what was asked. Only the kind of error goes on: the text of a refusal may
 * repeat what was sent, and that may be a secret.
 */
export function unavailable(service: string, error: unknown): DomainError {
  const kind = error instanceof Error ? error.name : typeof error;
  return new DomainError("unavailable", `${service} cannot be reached just now.`, {
    cause: new Error(`${service}: ${kind}`),
  });
}

/** Whether an error of the AWS SDK is of this kind; compared by name, which holds across bundled copies of a class. */
export const isAwsError = (error: unknown, name: string): boolean =>
  error instanceof Error && error.name === name;
