import type { RunnableCheck } from "#core/health/health-job.ts";
import type { Job } from "#core/jobs/job.ts";
import { newJob, type Asked } from "#core/jobs/new-job.ts";
import type { Ids } from "#core/ports/clock.ts";

/** The job that runs checks of many data sources of one connection. */
export const refreshJob = (
  ids: Ids,
  connection: { readonly id: string; readonly name: string },
  dataSourceIds: readonly string[],
  checks: readonly RunnableCheck[],
  asked: Asked,
): Job =>
  newJob(ids, asked, {
    type: "health-refresh",
    line: connection.id,
    subject: { type: "connection", id: connection.id, name: connection.name },
    input: { dataSourceIds, checks },
    total: dataSourceIds.length,
  });
