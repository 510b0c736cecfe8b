import type { Job } from "#core/jobs/job.ts";
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
  state: "queued",
  checkpoint: null,
  progress: { done: 0, total },
  attempts: 0,
  fence: 0,
  admittedAt: null,
  slot: null,
  lease: null,
  cancelRequested: false,
  error: null,
  result: null,
  createdBy: asked.by,
  createdAt: asked.at.toISOString(),
  startedAt: null,
  finishedAt: null,
  correlationId: asked.correlationId,
});
