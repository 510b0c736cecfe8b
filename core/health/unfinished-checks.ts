import { nobody } from "#core/connections/connection.ts";
import { runnableChecks, type RunnableCheck } from "#core/health/health-job.ts";
import { healthInput, refreshInput, refreshState } from "#core/health/job-input.ts";
import { lastEnd, type Check, type DataSourceHealth } from "#core/health/health.ts";
import { replaceHealth } from "#core/health/replace-health.ts";
import type { Job } from "#core/jobs/job.ts";
import type { Write } from "#core/ports/change.ts";
import type { DataSourceStore } from "#core/ports/store.ts";

type Checks = DataSourceHealth["checks"];

/**
 * The checks, some of them running. One that had failed keeps its reason: until it passes it counts as failed,
 * so that nothing is shown as healthy merely because it is looked at again.
 */
export const runningChecks = (checks: Checks, names: readonly RunnableCheck[], startedAt: string): Checks =>
  changed(checks, names, (before) => {
    const failure = before.state === "failed" ? before.detail : before.failure;
    const lastFinishedAt = lastEnd(before);
    return {
      state: "running",
      detail: "",
      startedAt,
      finishedAt: null,
      ...(lastFinishedAt === null ? {} : { lastFinishedAt }),
      ...(failure === undefined ? {} : { failure }),
    };
  });

/** The checks after a job that ended without their result: failed as before, or unknown. */
function withoutResult(checks: Checks, names: readonly RunnableCheck[], detail: string): Checks {
  return changed(checks, names, (before) => {
    if (before.state !== "pending" && before.state !== "running") return before;
    const { failure, ...check } = before;
    return failure === undefined
      ? { ...check, state: "unknown", detail }
      : { ...check, state: "failed", detail: failure };
  });
}

/** A health whose waiting checks no job will run any more: they are unknown. */
export function forgottenChecks(before: DataSourceHealth): DataSourceHealth {
  const checks = withoutResult(before.checks, runnableChecks, "");
  return runnableChecks.every((name) => checks[name] === before.checks[name])
    ? before
    : { ...before, checks, version: before.version + 1 };
}

const changed = (
  checks: Checks,
  names: readonly RunnableCheck[],
  change: (before: Check) => Check,
): Checks => ({
  ...checks,
  ...Object.fromEntries(names.map((name) => [name, change(checks[name])])),
});

type Store = Pick<DataSourceStore, "dataSource">;

/** The writes for one data source whose checks will have no result: none of them is left waiting. */
async function settled(
  store: Store,
  dataSourceId: string,
  names: readonly RunnableCheck[],
  detail: string,
): Promise<readonly Write[]> {
  const before = (await store.dataSource(dataSourceId, nobody))?.health;
  return before === undefined ? [] : settledWrites(before, names, detail);
}

/** The same for a data source that was read already. */
export function settledWrites(
  before: DataSourceHealth,
  names: readonly RunnableCheck[],
  detail: string,
): readonly Write[] {
  const checks = withoutResult(before.checks, names, detail);
  if (names.every((name) => checks[name] === before.checks[name])) return [];
  return [replaceHealth(before, { ...before, checks, version: before.version + 1 })];
}

/** The writes that go with the end of a job that came to no result. */
export function abandonedChecks(store: Store, job: Job, detail: string): Promise<readonly Write[]> {
  const { dataSourceId, checks } = healthInput.parse(job.input);
  return settled(store, dataSourceId, checks, detail);
}

/** Reads at once: what a table of many data sources is asked for in one go. */
const readAtOnce = 25;

/** The same for a job about many data sources: those behind its last checkpoint have their result. */
export async function abandonedRefresh(store: Store, job: Job, detail: string): Promise<readonly Write[]> {
  // The night's names nobody, and nobody waits for it: what it does not come to stays as it is.
  const { dataSourceIds = [], checks } = refreshInput.parse(job.input);
  const writes: Write[] = [];
  for (let first = refreshState(job).position; first < dataSourceIds.length; first += readAtOnce) {
    const ids = dataSourceIds.slice(first, first + readAtOnce);
    const found = await Promise.all(ids.map((id) => settled(store, id, checks, detail)));
    writes.push(...found.flat());
  }
  return writes;
}
