import { inLine, type Job } from "#core/jobs/job.ts";
import type { Ids } from "#core/ports/clock.ts";

/** Who asked for a job, when, and in which request. */
export interface Asked {
  readonly by: string;
  readonly at: Date;
  readonly correlationId: string;
}

/** A job that waits in its line. */
export const newJob = (
  ids: Ids,
  asked: Asked,
  { total, ...work }: Pick<Job, "type" | "line" | "subject" | "input"> & { readonly total: number },
): Job => ({
  id: ids.next("job"),
  ...work,
  ...inLine,
  checkpoint: null,
  progress: { done: 0, total },
  fence: 0,
  createdBy: asked.by,
  createdAt: asked.at.toISOString(),
  startedAt: null,
  correlationId: asked.correlationId,
});
