import type { JobType } from "#contracts/resources/job.ts";
import { abandonedSync } from "#core/dbt/sync/run/run-ends.ts";
import { abandonedChecks, abandonedRefresh } from "#core/health/unfinished-checks.ts";
import type { DomainError } from "#core/errors/domain-error.ts";
import type { Job } from "#core/jobs/job.ts";
import type { Write } from "#core/ports/change.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { DbtStore } from "#core/ports/dbt-store.ts";
import type { Committer, DataSourceStore } from "#core/ports/store.ts";

/** What it takes to read what a job was about. */
export type NoResultStore = Pick<DataSourceStore, "dataSource"> & Pick<DbtStore, "integration" | "runRecord">;

interface Deps {
  readonly store: NoResultStore & Pick<Committer, "commit">;
  readonly clock: Clock;
}

/** How a job ends that came to no result, and with which problem. */
export interface NoResult extends Partial<Pick<Job, "error">> {
  readonly state: EndWithoutResult;
}

/** Tells whatever waited for a job's result that there will be none, and why. */
type TellNoResult = (
  deps: Deps,
  job: Job,
  end: NoResult & { readonly detail: string },
) => Promise<readonly Write[]>;

/** Nothing else shows what such a job would have found. */
const nothingWaits: TellNoResult = () => Promise.resolve([]);

/** For each type of job, what else must change when one ends without a result. */
const tell: Readonly<Record<JobType, TellNoResult>> = {
  // What it made stays; each part of it has a job of its own for its checks.
  "bulk-registration": nothingWaits,
  // Credentials that wait for a connection are the hourly sweep's.
  "connection-creation": nothingWaits,
  "data-source-creation": nothingWaits,
  "dbt-removal": nothingWaits,
  "dbt-sync": (deps, job, { state, error, detail }) =>
    abandonedSync(deps, job, {
      state,
      reason: error ? `${error.code}: ${error.detail}` : detail,
    }),
  "domain-removal": nothingWaits,
  "health-check": ({ store }, job, { detail }) => abandonedChecks(store, job, detail),
  "health-refresh": ({ store }, job, { detail }) => abandonedRefresh(store, job, detail),
  // What it applied stays; the next sync looks anew.
  "identity-sync": nothingWaits,
  // Who is gone is nothing by what is left of them; it is taken away once the job is sent again.
  "principal-removal": nothingWaits,
  // The index stays as it was.
  rebuild: nothingWaits,
  "table-check": nothingWaits,
};

/** Why there is no result, led by a code. */
const details = {
  cancelled: "cancelled: the job was cancelled",
  failed: "job-dead-lettered: the job failed at every attempt",
} as const;

/** How a job ends that came to no result. */
export type EndWithoutResult = keyof typeof details;

/** Health records hold a figure for each column: so many surely fit into one transaction (4 MB). */
const atOnce = 25;

/**
 * The writes that go with such an end: nothing is left waiting for what will not come. Where these are more than
 * fit beside the end, the first of them are committed already, if the job still is as it was read, and else `otherwise`.
 */
export async function withoutResult(
  deps: Deps,
  job: Job,
  end: NoResult,
  otherwise: DomainError,
): Promise<readonly Write[]> {
  const { store } = deps;
  const writes = await tell[job.type](deps, job, { ...end, detail: details[end.state] });
  const last = Math.max(0, writes.length - atOnce);
  for (let first = 0; first < last; first += atOnce) {
    await store.commit([
      { write: "require-job", job, otherwise },
      ...writes.slice(first, Math.min(first + atOnce, last)),
    ]);
  }
  return writes.slice(last);
}
