import { nobody } from "#core/connections/connection.ts";
import { targetOf, type Connection } from "#core/connections/connection.ts";
import { detectColumns } from "#core/health/detect-columns.ts";
import type { RunnableCheck } from "#core/health/health-job.ts";
import type { DataSourceHealth } from "#core/health/health.ts";
import { measure, type Measured } from "#core/health/measure.ts";
import { healthInput } from "#core/health/job-input.ts";
import { runningChecks } from "#core/health/unfinished-checks.ts";
import { keepDomains, type DomainDeps } from "#core/health/keep-domains.ts";
import { replaceHealth } from "#core/health/replace-health.ts";
import { lateRemoval } from "#core/health/remove-domains.ts";
import { checksTimeMs, remoteBudget } from "#core/remote/remote-budget.ts";
import type { Job } from "#core/jobs/job.ts";
import type { JobHandler, Outcome, Work } from "#core/jobs/work.ts";
import type { Ids } from "#core/ports/clock.ts";
import type { RemoteSessions } from "#core/ports/remote.ts";
import type {
  Committer,
  ConnectionStore,
  ConnectionView,
  DataSourceStore,
  DictionaryStore,
  DictionaryView,
} from "#core/ports/store.ts";
import { relationOf } from "#core/sources/data-source.ts";
import { DomainError } from "#core/errors/domain-error.ts";

/** What a health job needs from outside. */
export interface HealthDeps extends DomainDeps {
  readonly store: Committer & ConnectionStore & DataSourceStore & DictionaryStore;
  readonly sessions: RemoteSessions;
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
    if (dictionary === null) return await ofDeleted(deps, work.job, dataSourceId);
    const { connectionId } = dictionary.dataSource;
    const view = connectionId === null ? null : await deps.store.connection(connectionId, nobody);
    if (view === null) throw new DomainError("not-found", "The connection of the data source is gone.");
    await markRunning(deps, work.job, dataSourceId, checks);
    const measured = await measureRemote(deps, work, { ...dictionary, ...view }, checks);
    return outcomeOf(deps, work.job, { dataSourceId, connection: view.connection }, measured);
  };

async function ofDeleted(deps: HealthDeps, job: Job, dataSourceId: string): Promise<Outcome> {
  const view = await deps.store.connection(job.line, nobody);
  const writes = lateRemoval(deps, job, view?.connection ?? null, dataSourceId, null);
  return { result: { skipped: "data-source-deleted" }, writes: () => Promise.resolve(writes) };
}

async function measureRemote(
  deps: HealthDeps,
  work: Work,
  { dataSource, columns, connection }: DictionaryView & Pick<ConnectionView, "connection">,
  checks: readonly RunnableCheck[],
): Promise<Measured> {
  const until = deps.clock.now().getTime() + checksTimeMs;
  const budget = remoteBudget(deps, work.signal, () => until - deps.clock.now().getTime());
  return await measure(deps.clock, checks, columns, {
    relation: relationOf(dataSource),
    changeSign: null,
    open: (ask) => deps.sessions.withSession(targetOf(connection), budget, ask),
    done: (count) => work.progress(count),
    keepDomains: (session, fingerprint) =>
      keepDomains(deps, { dataSource, columns, connection, budget }, session, fingerprint),
  });
}

/** Shows that the checks run. Another change in between is no reason to stop: the end merges. */
async function markRunning(
  { store, clock }: HealthDeps,
  job: Job,
  dataSourceId: string,
  checks: readonly RunnableCheck[],
): Promise<void> {
  const before = (await store.dataSource(dataSourceId, nobody))?.health;
  if (before === undefined) return;
  const after: DataSourceHealth = {
    ...before,
    checks: runningChecks(before.checks, checks, clock.now().toISOString()),
    version: before.version + 1,
  };
  try {
    await store.commit([
      { write: "fence", job, otherwise: new DomainError("job-state") },
      replaceHealth(before, after),
    ]);
  } catch (error) {
    if (!(error instanceof DomainError && error.code === "version-mismatch")) throw error;
  }
}

function outcomeOf(
  deps: HealthDeps,
  job: Job,
  { dataSourceId, connection }: { readonly dataSourceId: string; readonly connection: Connection },
  measured: Measured,
): Outcome {
  const detect = detectColumns(deps, job);
  return {
    result: {
      checks: Object.fromEntries(Object.entries(measured.checks).map(([name, { state }]) => [name, state])),
    },
    writes: async () => {
      const view = await deps.store.dataSource(dataSourceId, nobody);
      // Deleted while it was measured: the job ends, and there is nothing to tell.
      if (view === null) return lateRemoval(deps, job, connection, dataSourceId, measured);
      return (await detect(view.health, measured)).writes;
    },
  };
}
