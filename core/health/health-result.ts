import { auditedSystem } from "#core/audit/record.ts";
import { assessHealth } from "#core/health/assess-health.ts";
import { runnableChecks, type RunnableCheck } from "#core/health/health-job.ts";
import { lastEnd, type DataSourceHealth } from "#core/health/health.ts";
import type { Measured } from "#core/health/measure.ts";
import { measurementWrites } from "#core/health/measurement.ts";
import { replaceHealth } from "#core/health/replace-health.ts";
import type { Job } from "#core/jobs/job.ts";
import type { Write } from "#core/ports/change.ts";
import type { Clock, Ids } from "#core/ports/clock.ts";
import { deltaWrite, healthDocument } from "#core/sources/catalog-documents.ts";

/** The figures that each check takes; they stand and fall with it. */
const figuresOf: Readonly<Record<RunnableCheck, readonly (keyof Measured["figures"])[]>> = {
  connectivity: [],
  "column-detection": [],
  "row-count": ["rowCount", "changeSign"],
  "high-cardinality": ["highCardinalityColumn"],
  // That domains may lie in the remote is true whatever was found since.
  fingerprint: ["fingerprint", "fingerprintAt", "domainsAt"],
};

/**
 * What is news among what was measured: a check that another job has finished since is left out, with its figures. A
 * long fingerprint must not put back a count that was taken minutes before a later one.
 */
export function newsOf({ checks: stored }: DataSourceHealth, measured: Measured): Measured {
  const outdated = runnableChecks.filter((name) => {
    const [known, found] = [lastEnd(stored[name]), measured.checks[name]?.finishedAt ?? null];
    return known !== null && found !== null && known > found;
  });
  if (outdated.length === 0) return measured;
  const figures = new Set<string>(outdated.flatMap((name) => figuresOf[name]));
  return {
    ...measured,
    checks: without(measured.checks, new Set<string>(outdated)),
    figures: without(measured.figures, figures),
    relation: outdated.includes("column-detection") ? null : measured.relation,
  };
}

const without = <T extends object>(all: T, left: ReadonlySet<string>): Partial<T> =>
  Object.fromEntries(Object.entries(all).filter(([name]) => !left.has(name))) as Partial<T>;

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
