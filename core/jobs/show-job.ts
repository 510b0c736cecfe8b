import type * as z from "zod";
import type { job } from "#contracts/resources/job.ts";
import type { Job } from "#core/jobs/job.ts";

/** A job as people see it: without input, lease and place in line. */
export const showJob = (record: Job): z.output<typeof job> => ({
  id: record.id,
  type: record.type,
  state: record.state,
  progress: { ...record.progress },
  subject: { ...record.subject },
  attempts: record.attempts,
  error: record.error,
  createdBy: record.createdBy,
  createdAt: record.createdAt,
  startedAt: record.startedAt,
  finishedAt: record.finishedAt,
  result: record.result === null ? null : { ...record.result },
});
