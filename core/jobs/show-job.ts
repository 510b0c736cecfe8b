import type * as z from "zod";
import type { Problem } from "#contracts/problems.ts";
import type { job } from "#contracts/resources/job.ts";
import { can } from "#core/access/can.ts";
import { madeBy, type JobView } from "#core/jobs/job-resources.ts";
import type { Job } from "#core/jobs/job.ts";
import type { Caller } from "#core/people/caller.ts";

/** A job as those see it who may read what it is about: without input, lease and place in line. */
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

/**
 * A job as somebody sees it. Who may move any job on, and may not read what it is about, is told how far it is and with
 * which problem it ended, and not what that was about or what came of it.
 */
export function showJobTo(user: Caller, { job: record, resource, made }: JobView): z.output<typeof job> {
  const shown = showJob(record);
  if (record.subject.type === "data-source") {
    const { subject, createdBy } = resource;
    // Of one that is gone it is whoever asked for the job that still may know.
    const mayRead = subject !== null && can(user, "data-source:read", subject);
    if (!mayRead && createdBy !== user.id) return aboutNothing(shown);
  }
  const mayKnow = madeBy(record).length === 0 || (made !== null && can(user, "data-source:read", made));
  return mayKnow ? shown : { ...shown, result: null };
}

const aboutNothing = ({ subject, error, ...shown }: z.output<typeof job>): z.output<typeof job> => ({
  ...shown,
  subject: { type: subject.type, id: "", name: "" },
  error: error && withoutDetail(error),
  result: null,
});

/** What a remote said may name its tables. */
const withoutDetail = ({ type, title, status, instance, code }: Problem): Problem => ({
  type,
  title,
  status,
  detail: title,
  instance,
  code,
});
