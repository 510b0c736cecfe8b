import { isWaiting, jobRetentionDays } from "#core/jobs/job.ts";
import type { Census } from "./census.ts";
import { finding, type Finding } from "./finding.ts";

/** The sweep runs each minute and finds a job that nobody works on within three: later it is lost. */
const lostAfterMs = 15 * 60_000;

type CountedJob = Census["jobs"] extends Map<string, infer J> ? J : never;

/** A line holds exactly the jobs that wait in it. */
function* places(census: Census): Iterable<Finding> {
  const standing = new Set<string>();
  for (const { line, jobId } of census.places) {
    const job = census.jobs.get(jobId);
    if (job !== undefined && isWaiting(job) && job.line === line) standing.add(jobId);
    else yield finding("place-has-its-job", line, `${jobId} does not wait there`);
  }
  for (const [id, job] of census.jobs) {
    if (!isWaiting(job) || standing.has(id)) continue;
    yield finding("waiting-job-stands-in-line", id, `it is not in the line ${job.line}`);
  }
}

/** A slot is held by the job that says so, while it is not finished. */
function* slots(census: Census): Iterable<Finding> {
  const holding = new Set<string>();
  for (const { line, slot, jobId } of census.slots) {
    const job = census.jobs.get(jobId);
    const holds = job !== undefined && !job.finished && job.line === line && job.slot === slot;
    if (holds) holding.add(jobId);
    else yield finding("slot-has-its-job", `${line} ${slot}`, `${jobId} does not hold it`);
  }
  for (const [id, { slot }] of census.jobs) {
    if (slot === null || holding.has(id)) continue;
    yield finding("slot-has-its-job", id, `it does not hold its slot ${slot}`);
  }
}

const jobRetentionMs = jobRetentionDays * 24 * 60 * 60_000;

/** What has expired is removed within days and in any order: of a job that is so old its place may go first. */
const mayHaveExpired = ({ createdAt, finished }: CountedJob, now: Date): boolean =>
  finished && now.getTime() - Date.parse(createdAt) > jobRetentionMs;

/** Since when nobody has worked on a job that somebody should work on; null where all is well. */
function silentSince(job: CountedJob, now: Date): string | null {
  if (job.finished || job.state === "awaiting-approval") return null;
  const since = job.lease?.until ?? job.admittedAt;
  return since !== null && now.getTime() - Date.parse(since) > lostAfterMs ? since : null;
}

/** What is not finished is found by the sweep, and is worked on, waits in its line, or waits for a person. */
function* losses(census: Census, now: Date): Iterable<Finding> {
  for (const [id, job] of census.jobs) {
    if (job.active === job.finished) {
      const detail = job.finished ? "it is finished, and the sweep finds it" : "the sweep does not find it";
      yield finding("unfinished-job-is-found", id, detail);
    }
    const since = silentSince(job, now);
    if (since !== null) {
      yield finding("no-job-is-lost", id, `nobody has worked on it since ${since}`);
    }
    if (!census.inMonth.has(id) && !mayHaveExpired(job, now)) {
      yield finding("job-is-listed", id, "it is not in the list of its month");
    }
  }
}

/** A check that is shown as pending or running has a job that will settle it. */
function* checks(census: Census): Iterable<Finding> {
  const worked = new Set([...census.jobs.values()].flatMap(({ dataSourceIds }) => dataSourceIds));
  for (const [id, names] of census.waitingChecks) {
    const { deletedAt } = census.dataSources.get(id) ?? { deletedAt: "" };
    if (deletedAt !== null || worked.has(id)) continue;
    yield finding("check-waits-for-a-job", id, `${names.join(", ")} would wait for ever`);
  }
}

/** No job is lost, and nothing waits for one that is not there. */
export function* jobInvariants(census: Census, now: Date): Iterable<Finding> {
  yield* places(census);
  yield* slots(census);
  yield* losses(census, now);
  yield* checks(census);
}
