import { DomainError } from "#core/errors/domain-error.ts";
import type { DispatchDeps } from "#core/jobs/dispatch.ts";
import { deadLettered } from "#core/jobs/job-problem.ts";
import { isFinished } from "#core/jobs/job.ts";
import { abandonJob } from "#core/jobs/run-job.ts";
import type { Ids } from "#core/ports/clock.ts";
import type { Committer, DataSourceStore, JobStore } from "#core/ports/store.ts";

/** What it takes to bury a message. */
export interface DeadLetterDeps extends DispatchDeps {
  readonly store: Committer & JobStore & Pick<DataSourceStore, "dataSource">;
  readonly ids: Ids;
}

const tries = 5;

/**
 * Leaves the job of a dead-lettered message `failed`, with the reason of its last attempt, so that people
 * see it and can send it again. A job that was finished meanwhile stays as it is.
 */
export async function failDeadLettered(deps: DeadLetterDeps, jobId: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const job = await deps.store.job(jobId);
    if (job === null || isFinished(job.state) || job.state === "awaiting-approval") return;
    try {
      await abandonJob(deps, job, deadLettered(job));
      return;
    } catch (error) {
      const moved = error instanceof DomainError && error.code === "job-state";
      if (!moved || attempt === tries) throw error;
    }
  }
}
