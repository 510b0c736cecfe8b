import type { RunnableCheck } from "#core/health/health-job.ts";
import type { Job } from "#core/jobs/job.ts";
import { newJob, type Asked } from "#core/jobs/new-job.ts";
import type { Ids } from "#core/ports/clock.ts";

/**
 * The job that runs checks of many data sources of one connection. With `spares` nobody asked for it by hand: it leaves
 * alone what is disabled, and does not count where statistics are prevented.
 */
export const refreshJob = (
  ids: Ids,
  connection: { readonly id: string; readonly name: string },
  dataSourceIds: readonly string[],
  checks: readonly RunnableCheck[],
  asked: Asked,
  spares = false,
): Job =>
  newJob(ids, asked, {
    type: "health-refresh",
    line: connection.id,
    subject: { type: "connection", id: connection.id, name: connection.name },
    input: { dataSourceIds, checks, ...(spares ? { spares } : {}) },
    total: dataSourceIds.length,
  });
