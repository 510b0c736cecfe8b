import { DomainError } from "#core/errors/domain-error.ts";
import type { DispatchDeps } from "#core/jobs/dispatch.ts";
import { deadLettered } from "#core/jobs/job-problem.ts";
import { isFinished, type Job } from "#core/jobs/job.ts";
import type { NoResultStore } from "#core/jobs/without-result.ts";
import { abandonJob } from "#core/jobs/run-job.ts";
import type { Ids } from "#core/ports/clock.ts";
import type { Committer, JobStore } from "#core/ports/store.ts";

/** What it takes to bury a message. */
export interface DeadLetterDeps extends DispatchDeps {
  readonly store: DispatchDeps["store"] & Committer & JobStore & NoResultStore;
  readonly ids: Ids;
}

const tries = 5;

/** Whether a message could still be about it: not one that waits anew, and none that a worker holds right now. */
function isAbandoned({ state, admittedAt, lease }: Job, now: string): boolean {
  if (isFinished(state) || state === "awaiting-approval" || admittedAt === null) return false;
  return lease === null || lease.until <= now;
}

/**
 * Leaves the job of a dead-lettered message `failed`, with the reason of its last attempt, so that people
 * see it and can send it again. A job that was finished meanwhile stays as it is, and so does one that was
 * sent again and waits or is worked on: the message is an older one's.
 */
export async function failDeadLettered(deps: DeadLetterDeps, jobId: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const job = await deps.store.job(jobId);
    if (job === null || !isAbandoned(job, deps.clock.now().toISOString())) return;
    try {
      await abandonJob(deps, job, deadLettered(job));
      return;
    } catch (error) {
      const moved = error instanceof DomainError && error.code === "job-state";
      if (!moved || attempt === tries) throw error;
    }
  }
}
