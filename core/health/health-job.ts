import type { CheckName } from "#contracts/resources/data-source.ts";
import type { Job } from "#core/jobs/job.ts";
import { newJob, type Asked } from "#core/jobs/new-job.ts";
import type { Ids } from "#core/ports/clock.ts";
import { relationPlace, type DataSource } from "#core/sources/data-source.ts";

/** What a health job can run. */
export const runnableChecks = [
  "connectivity",
  "column-detection",
  "row-count",
  "high-cardinality",
  "fingerprint",
] as const satisfies readonly CheckName[];
export type RunnableCheck = (typeof runnableChecks)[number];

/** What a creation starts by itself; its connectivity has just been proven. */
export const automaticChecks = [
  "row-count",
  "high-cardinality",
  "fingerprint",
] as const satisfies readonly RunnableCheck[];

/** The job that runs checks of one data source, which has a connection. */
export const healthJob = (
  ids: Ids,
  dataSource: DataSource,
  checks: readonly RunnableCheck[],
  asked: Asked,
): Job =>
  newJob(ids, asked, {
    type: "health-check",
    line: relationPlace(dataSource),
    subject: { type: "data-source", id: dataSource.id, name: dataSource.name },
    input: { dataSourceId: dataSource.id, checks },
    total: checks.length,
  });
