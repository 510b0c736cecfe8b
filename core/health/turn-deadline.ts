import type { Measured } from "#core/health/measure.ts";
import { checksTimeMs } from "#core/remote/remote-budget.ts";

/** What has begun when a worker should leave off may take so much longer: it has three minutes then. */
const overtimeMs = 120_000;

/**
 * When a data source's turn is over, in milliseconds. The first of a worker has all the time that its checks may take,
 * the others what the worker has left, and so the first when it is tried again: the worker would be killed over it.
 * `until` is when the worker should leave off.
 */
export function turnDeadline(now: Date, until: Date | null, hasAllTime: boolean): number {
  const own = now.getTime() + checksTimeMs;
  return until === null || hasAllTime ? own : Math.min(own, until.getTime() + overtimeMs);
}

/** Whether any check ended because the time was over. */
export const ranOutOfTime = (measured: Measured | null): boolean =>
  Object.values(measured?.checks ?? {}).some(({ detail }) => detail.startsWith("time-budget"));
