import type { RemoteBudget } from "#core/ports/remote.ts";

/**
 * How long all checks of one data source may take together: less than a worker lives in the cloud (15 minutes), so
 * that figures which were taken in time are stored.
 */
export const checksTimeMs = 10 * 60_000;

/** What a job may take of a remote database. */
export const remoteBudget = (
  { statementTimeoutMs }: { readonly statementTimeoutMs: number },
  signal: AbortSignal,
  remainingMs?: () => number,
): RemoteBudget => ({ connectTimeoutMs: 10_000, statementTimeoutMs, signal, remainingMs });
