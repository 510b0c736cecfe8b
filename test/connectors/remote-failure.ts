import { expect } from "vitest";
import { RemoteError, type RemoteBudget } from "#core/ports/remote.ts";

/** Long enough that no test meets a limit by accident. */
export const amply: RemoteBudget = { connectTimeoutMs: 8000, statementTimeoutMs: 10_000 };

/** The failure of work that must fail, whose message must hold none of the secrets. */
export async function failureOf(work: Promise<unknown>, ...secrets: readonly string[]): Promise<RemoteError> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof RemoteError)) throw new Error("expected a RemoteError", { cause: error });
  for (const secret of secrets) expect(error.message).not.toContain(secret);
  expect(error.message).not.toBe("");
  return error;
}
