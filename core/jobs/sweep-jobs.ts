import { failDeadLettered, type DeadLetterDeps } from "#core/jobs/dead-letter.ts";
import { dispatchLine } from "#core/jobs/dispatch.ts";
import type { Job } from "#core/jobs/job.ts";
import { abandonJob, maxAttempts } from "#core/jobs/run-job.ts";

/** What a sweep repaired. */
export interface SweepReport {
  readonly active: number;
  readonly resent: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly lines: number;
}

/** An admitted job whose message has not been answered for this long gets another one. */
const unansweredMs = 120_000;
/** A lapsed lease is left this long to the message's own redelivery. */
const lapsedMs = 60_000;

type Repair = "none" | "resend" | "fail" | "cancel";

/**
 * Repairs what crashes and lost messages left: sends word again of admitted jobs that nobody works on,
 * fails those whose attempts are used up, and gives free slots to waiting jobs, a line at a time in turn.
 * `deadWorkers` says that no worker from before is alive (one machine, just started): every lease is lapsed.
 */
export async function sweepJobs(deps: DeadLetterDeps, deadWorkers = false): Promise<SweepReport> {
  const jobs = await activeJobs(deps);
  const now = deps.clock.now().getTime();
  const counts = { none: 0, resend: 0, fail: 0, cancel: 0 };
  for (const job of jobs) {
    const repair = repairOf(job, now, deadWorkers);
    counts[repair] += 1;
    try {
      await apply(deps, job, repair, deadWorkers);
    } catch (error) {
      deps.log.warn("a job could not be repaired; the next sweep tries again", { jobId: job.id, error });
    }
  }
  const lines = new Set(jobs.filter(({ admittedAt }) => admittedAt === null).map(({ line }) => line));
  for (const line of lines) await dispatchLine(deps, line);
  return {
    active: jobs.length,
    resent: counts.resend,
    failed: counts.fail,
    cancelled: counts.cancel,
    lines: lines.size,
  };
}

async function activeJobs({ store }: DeadLetterDeps): Promise<readonly Job[]> {
  const jobs: Job[] = [];
  let after: string | null = null;
  do {
    const page = await store.activeJobs(after);
    jobs.push(...page.items);
    after = page.next;
  } while (after !== null);
  return jobs;
}

/** What a job needs. Times are compared with the table's, so that a late sweep does no harm. */
export function repairOf(job: Job, now: number, deadWorkers: boolean): Repair {
  if (job.admittedAt === null || job.state === "awaiting-approval") return "none";
  // A queued job waits for its message to be answered, a running one for its worker's next sign of life.
  const [since, patience] =
    job.state === "queued" ? [job.admittedAt, unansweredMs] : [job.lease?.until ?? job.admittedAt, lapsedMs];
  if (!deadWorkers && now - Date.parse(since) <= patience) return "none";
  if (job.cancelRequested) return "cancel";
  return job.attempts >= maxAttempts ? "fail" : "resend";
}

async function apply(deps: DeadLetterDeps, job: Job, repair: Repair, deadWorkers: boolean): Promise<void> {
  switch (repair) {
    case "none":
      return;
    case "resend":
      // A dead worker's lease would keep the job from its successor until it lapses.
      if (deadWorkers && job.lease !== null) await deps.store.yieldLease(job);
      await deps.messages.send({ jobId: job.id, correlationId: job.correlationId });
      return;
    case "fail":
      await failDeadLettered(deps, job.id);
      return;
    case "cancel":
      await abandonJob(deps, job, { state: "cancelled" });
      return;
  }
}
