import { systemActor } from "#core/audit/record.ts";
import type { Connection } from "#core/connections/connection.ts";
import type { Decision } from "#core/dbt/sync/plan/decisions.ts";
import type { Made } from "#core/dbt/sync/apply/prepare.ts";
import { automaticChecks, runnableChecks } from "#core/health/health-job.ts";
import { refreshJob } from "#core/health/refresh-job.ts";
import type { Job } from "#core/jobs/job.ts";
import type { Ids } from "#core/ports/clock.ts";

/** What a chunk has done that checks follow. */
export interface ToCheck {
  readonly decisions: readonly Decision[];
  readonly made: readonly Made[];
}

/**
 * The jobs that check what a chunk touched: new data sources are measured, what comes back is looked at in every way,
 * and what the run built is described anew and measured. Where statistics are prevented, only the description is.
 */
export function refreshJobs(
  ids: Ids,
  connection: Connection | null,
  { decisions, made }: ToCheck,
  asked: { readonly at: Date; readonly correlationId: string },
): readonly Job[] {
  if (connection === null) return [];
  const fresh = made.filter(({ decision }) => !decision.statisticsPrevented && !decision.relation.built);
  const built = [
    ...made.filter(({ decision }) => decision.relation.built).map(({ records }) => records.dataSource.id),
    ...decisions.flatMap(builtSource),
  ];
  const returned = decisions.flatMap((decision) =>
    decision.does === "restore" ? [decision.view.dataSource.id] : [],
  );
  const by = { by: systemActor, ...asked };
  const jobs = [
    { of: fresh.map(({ records }) => records.dataSource.id), checks: automaticChecks },
    { of: built, checks: builtChecks },
    { of: returned, checks: runnableChecks },
  ] as const;
  return jobs.flatMap(({ of, checks }) =>
    of.length === 0 ? [] : [refreshJob(ids, connection, of, checks, by, true)],
  );
}

/** The checks of what a run has just built. */
const builtChecks = ["column-detection", ...automaticChecks] as const;

/** The data source of a relation that the run built, of those that were there before. */
function builtSource(decision: Decision): readonly string[] {
  if (decision.does === "check") return [decision.dataSourceId];
  return decision.does === "update" && decision.relation.built ? [decision.view.dataSource.id] : [];
}
