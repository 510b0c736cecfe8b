import type { RemoteBudget } from "#core/ports/remote.ts";

/** What a job may take of a remote database. */
export const remoteBudget = (
  { statementTimeoutMs }: { readonly statementTimeoutMs: number },
  signal: AbortSignal,
): RemoteBudget => ({ connectTimeoutMs: 10_000, statementTimeoutMs, signal });
