import { problems, problemType, type Problem, type ProblemCode } from "#contracts/problems.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Job } from "#core/jobs/job.ts";
import { RemoteError } from "#core/ports/remote.ts";

/** Why a job failed, in the shape of every other problem; `instance` is the request that caused the job. */
export const jobProblem = (job: Job, code: ProblemCode, detail: string): Problem => ({
  type: problemType(code),
  title: problems[code].title,
  status: problems[code].status,
  detail,
  instance: job.correlationId,
  code,
});

/** Why an attempt failed. Only errors whose text we wrote are told; of others the kind, since their text may hold anything. */
export function attemptProblem(job: Job, error: unknown): Problem {
  if (error instanceof DomainError) {
    const { code, message, reason, errors } = error;
    return {
      ...jobProblem(job, code, message),
      ...(reason === undefined ? {} : { reason }),
      ...(errors === undefined ? {} : { errors: [...errors] }),
    };
  }
  if (error instanceof RemoteError) {
    return { ...jobProblem(job, "connection-failed", error.message), reason: error.reason };
  }
  const kind = error instanceof Error ? error.name : typeof error;
  return jobProblem(
    job,
    "internal-error",
    `The worker failed with ${kind}; its log has more under ${job.id}.`,
  );
}

/** How a job ends whose attempts are used up: with the reason of the last one. */
export const deadLettered = (job: Job) => ({
  state: "failed" as const,
  error: jobProblem(job, "job-dead-lettered", job.error?.detail ?? "The worker was lost at every attempt."),
});
