import { auditedSystem } from "#core/audit/record.ts";
import { staleRead } from "#core/call/retry-conflict.ts";
import { targetOf } from "#core/connections/connection.ts";
import { assessHealth } from "#core/health/assess-health.ts";
import type { RunnableCheck } from "#core/health/health-job.ts";
import type { DataSourceHealth } from "#core/health/health.ts";
import { measure, type Measured } from "#core/health/measure.ts";
import { healthInput, runningChecks } from "#core/health/unfinished-checks.ts";
import type { Job } from "#core/jobs/job.ts";
import type { JobHandler, Outcome, Work } from "#core/jobs/work.ts";
import type { Write } from "#core/ports/change.ts";
import type { Clock, Ids } from "#core/ports/clock.ts";
import type { RemoteSessions } from "#core/ports/remote.ts";
import type {
  Committer,
  ConnectionStore,
  DataSourceStore,
  DictionaryStore,
  DictionaryView,
} from "#core/ports/store.ts";
import { deltaWrite, healthDocument } from "#core/sources/catalog-documents.ts";
import { systemActor } from "#core/audit/record.ts";
import { DomainError } from "#core/errors/domain-error.ts";

/** What a health job needs from outside. */
export interface HealthDeps {
  readonly store: Committer & ConnectionStore & DataSourceStore & DictionaryStore;
  readonly sessions: RemoteSessions;
  readonly clock: Clock;
  readonly ids: Ids;
  /** How long the remote engine may work on one statement. */
  readonly statementTimeoutMs: number;
}

/**
 * Runs the checks of one data source and stores what they found together with the job's end. It may run
 * twice: it measures anew and the later result stands.
 */
export const healthJobHandler =
  (deps: HealthDeps): JobHandler =>
  async (work) => {
    const { dataSourceId, checks } = healthInput.parse(work.job.input);
    const dictionary = await deps.store.dictionary(dataSourceId);
    if (dictionary === null) return { result: { skipped: "data-source-deleted" }, writes: noWrites };
    await markRunning(deps, work.job, dataSourceId, checks);
    const measured = await measureRemote(deps, work, dictionary, checks);
    return outcomeOf(deps, work.job, dataSourceId, measured);
  };

const noWrites = (): Promise<readonly Write[]> => Promise.resolve([]);

async function measureRemote(
  deps: HealthDeps,
  work: Work,
  { dataSource, columns }: DictionaryView,
  checks: readonly RunnableCheck[],
): Promise<Measured> {
  const view = await deps.store.connection(dataSource.connectionId, systemActor);
  if (view === null) throw new DomainError("not-found", "The connection of the data source is gone.");
  const budget = {
    connectTimeoutMs: 10_000,
    statementTimeoutMs: deps.statementTimeoutMs,
    signal: work.signal,
  };
  return await measure(deps.clock, checks, columns, {
    relation: { schema: dataSource.remote.schema, name: dataSource.remote.table },
    open: (ask) => deps.sessions.withSession(targetOf(view.connection), budget, ask),
    done: (count) => work.progress(count),
  });
}

/** Shows that the checks run. Another change in between is no reason to stop: the end merges. */
async function markRunning(
  { store, clock }: HealthDeps,
  job: Job,
  dataSourceId: string,
  checks: readonly RunnableCheck[],
): Promise<void> {
  const before = (await store.dataSource(dataSourceId, systemActor))?.health;
  if (before === undefined) return;
  const record: DataSourceHealth = {
    ...before,
    checks: runningChecks(before.checks, checks, clock.now().toISOString()),
    version: before.version + 1,
  };
  const replace: Write = {
    write: "replace",
    kind: "data-source-health",
    record,
    expected: before.version,
    otherwise: staleRead(),
  };
  try {
    await store.commit([{ write: "fence", job, otherwise: new DomainError("job-state") }, replace]);
  } catch (error) {
    if (!(error instanceof DomainError && error.code === "version-mismatch")) throw error;
  }
}

function outcomeOf(deps: HealthDeps, job: Job, dataSourceId: string, measured: Measured): Outcome {
  return {
    result: {
      checks: Object.fromEntries(Object.entries(measured.checks).map(([name, { state }]) => [name, state])),
    },
    writes: async () => {
      const view = await deps.store.dataSource(dataSourceId, systemActor);
      // Deleted while it was measured: the job ends, and there is nothing to tell.
      if (view === null) return [];
      return healthWrites(deps, job, view.health, merge(view.health, measured));
    },
  };
}

/** What was measured replaces what it measures; a figure that could not be taken keeps its last value and date. */
const merge = (before: DataSourceHealth, measured: Measured): DataSourceHealth => ({
  ...before,
  ...measured.figures,
  checks: { ...before.checks, ...measured.checks },
  version: before.version + 1,
});

function healthWrites(
  { ids, clock }: HealthDeps,
  job: Job,
  before: DataSourceHealth,
  after: DataSourceHealth,
): readonly Write[] {
  const at = clock.now();
  const { dataSourceId } = after;
  const turned = assessHealth(before) !== assessHealth(after);
  return [
    {
      write: "replace",
      kind: "data-source-health",
      record: after,
      expected: before.version,
      otherwise: staleRead(),
    },
    deltaWrite(ids, at, [{ dataSourceId, health: healthDocument(after) }]),
    ...(turned
      ? [
          auditedSystem(ids, at, job.correlationId, {
            action: `data-source:${assessHealth(after)}`,
            resource: { type: "data-source", id: dataSourceId },
            details: { jobId: job.id },
          }),
        ]
      : []),
  ];
}
