import { auditedSystem } from "#core/audit/record.ts";
import { assessHealth } from "#core/health/assess-health.ts";
import type { DataSourceHealth } from "#core/health/health.ts";
import type { Measured } from "#core/health/measure.ts";
import { measurementWrites } from "#core/health/measurement.ts";
import { replaceHealth } from "#core/health/replace-health.ts";
import type { Job } from "#core/jobs/job.ts";
import type { Write } from "#core/ports/change.ts";
import type { Clock, Ids } from "#core/ports/clock.ts";
import { deltaWrite, healthDocument } from "#core/sources/catalog-documents.ts";

/** What was measured replaces what it measures; a figure that could not be taken keeps its last value and date. */
export const mergeMeasured = (before: DataSourceHealth, { figures, checks }: Measured): DataSourceHealth => ({
  ...before,
  ...figures,
  checks: { ...before.checks, ...checks },
  version: before.version + 1,
});

/** What it takes to store a result. */
export interface ResultDeps {
  readonly clock: Clock;
  readonly ids: Ids;
}

/** The writes of one data source's result: its health, its history, word to the index, and a record where it turned. */
export function resultWrites(
  { ids, clock }: ResultDeps,
  job: Job,
  before: DataSourceHealth,
  measured: Measured,
): readonly Write[] {
  const after = mergeMeasured(before, measured);
  const at = clock.now();
  const { dataSourceId } = after;
  const status = assessHealth(after);
  const turned: readonly Write[] =
    assessHealth(before) === status
      ? []
      : [
          auditedSystem(ids, at, job.correlationId, {
            action: `data-source:${status}`,
            resource: { type: "data-source", id: dataSourceId },
            details: { jobId: job.id },
          }),
        ];
  return [
    replaceHealth(before, after),
    deltaWrite(ids, at, [{ dataSourceId, health: healthDocument(after) }]),
    ...measurementWrites(ids, dataSourceId, measured),
    ...turned,
  ];
}
