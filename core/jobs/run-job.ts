import { auditedSystem } from "#core/audit/record.ts";
import { retryConflict } from "#core/call/retry-conflict.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { dispatchLine, type DispatchDeps } from "#core/jobs/dispatch.ts";
import { attemptProblem, deadLettered } from "#core/jobs/job-problem.ts";
import { resultSoFar, type Job } from "#core/jobs/job.ts";
import { keepLease, leaseMs, type Hold } from "#core/jobs/keep-lease.ts";
import type { JobHandler, Outcome, Stopped, Waits } from "#core/jobs/work.ts";
import { withoutResult, type EndWithoutResult, type NoResultStore } from "#core/jobs/without-result.ts";
import type { Write } from "#core/ports/change.ts";
import type { Ids } from "#core/ports/clock.ts";
import type { Committer, JobStore } from "#core/ports/store.ts";
import type { Timers } from "#core/ports/timers.ts";

/** A worker tries a job this often; then it has failed until a person sends it again. */
export const maxAttempts = 3;

/** What a worker needs from outside. */
export interface WorkerDeps extends DispatchDeps {
  readonly store: DispatchDeps["store"] & Committer & JobStore & NoResultStore;
  readonly ids: Ids;
  readonly timers: Timers;
  readonly handlers: Readonly<Record<Job["type"], JobHandler>>;
}

/**
 * Runs the job that a message names, if nobody else does; a job that can go on later leaves off at `until`. Returns
 * normally when the message is done with; throws when the work failed and the message should come again.
 */
export async function runJob(deps: WorkerDeps, jobId: string, until: Date | null = null): Promise<void> {
  const at = deps.clock.now();
  const job = await deps.store.claim(jobId, at, new Date(at.getTime() + leaseMs));
  if (job === null) {
    deps.log.info("nothing to do: the job is finished, waits or is in other hands", { jobId });
    return;
  }
  if (job.attempts > maxAttempts) {
    await abandonJob(deps, job, deadLettered(job));
    return;
  }
  if (job.cancelRequested) {
    await abandonJob(deps, job, { state: "cancelled" });
    return;
  }
  await attempt(deps, job, until);
}

async function attempt(deps: WorkerDeps, job: Job, until: Date | null): Promise<void> {
  const hold = keepLease(deps, job, until);
  try {
    const outcome = await deps.handlers[job.type](hold.work);
    hold.release();
    await settle(deps, hold, outcome);
  } catch (error) {
    hold.release();
    await afterFailure(deps, hold, error);
  }
}

/** Does with a job what its handler says. */
async function settle(deps: WorkerDeps, hold: Hold, outcome: Awaited<ReturnType<JobHandler>>): Promise<void> {
  const job = hold.latest();
  if ("goesOn" in outcome) {
    await goOn(deps, hold);
  } else if ("stopped" in outcome) {
    await stopJob(deps, job, outcome);
  } else if ("waits" in outcome) {
    await awaitApproval(deps, job, outcome);
  } else {
    await succeed(deps, job, outcome);
  }
}

const stopJob = (deps: WorkerDeps, job: Job, { stopped }: Stopped): Promise<void> =>
  abandonJob(deps, job, { state: "failed", error: attemptProblem(job, stopped) });

/** Ends a job with what it found. */
async function succeed(deps: WorkerDeps, job: Job, { result, writes, uncommitted }: Outcome): Promise<void> {
  const end = { state: "succeeded", error: null, result } as const;
  try {
    await retryConflict({ ifMatch: null }, async () => endJob(deps, job, end, await writes()));
  } catch (error) {
    const stopped = (await uncommitted?.(error)) ?? null;
    if (stopped === null) throw error;
    await stopJob(deps, job, stopped);
  }
}

/** Leaves a job to a person, with all that belongs to its waiting, and lets the next in line go. */
async function awaitApproval(deps: WorkerDeps, before: Job, { waits }: Waits): Promise<void> {
  const { result } = waits;
  const after: Job = { ...before, state: "awaiting-approval", error: null, result, lease: null, slot: null };
  await retryConflict({ ifMatch: null }, async () =>
    deps.store.commit([
      { write: "transition", before, after, otherwise: new DomainError("job-state") },
      ...(await waits.writes()),
      endAudit(deps, before, after),
    ]),
  );
  await dispatchLine(deps, before.line);
}

/**
 * Gives a job back whose worker's time is over, and sends word of it again. An attempt that came further counts
 * for nothing; one that did not is used up, so that nothing goes on for ever.
 */
async function goOn(deps: WorkerDeps, hold: Hold): Promise<void> {
  const before = hold.latest();
  const after = { ...before, lease: null, attempts: hold.advanced() ? 0 : before.attempts };
  await deps.store.commit([{ write: "transition", before, after, otherwise: new DomainError("job-state") }]);
  try {
    await deps.messages.send({ jobId: before.id, correlationId: before.correlationId });
  } catch (error) {
    deps.log.warn("word of a job that goes on is left to the sweep", { jobId: before.id, error });
  }
}

async function afterFailure(deps: WorkerDeps, hold: Hold, error: unknown): Promise<void> {
  const job = hold.latest();
  if (hold.ended() === "cancelled") {
    await abandonJob(deps, job, { state: "cancelled" });
    return;
  }
  if (hold.ended() === "lost" || (error instanceof DomainError && error.code === "job-state")) {
    deps.log.warn("the job is in other hands now", { jobId: job.id, attempt: job.attempts });
    return;
  }
  deps.log.error("a job's attempt failed", { jobId: job.id, attempt: job.attempts, error });
  await deps.store.yieldLease({ ...job, error: attemptProblem(job, error) });
  throw error;
}

type EndDeps = Pick<WorkerDeps, "store" | "clock" | "ids" | "log" | "messages">;

/** Ends a job that came to no result; whatever waited for one is told. */
export const abandonJob = (
  deps: EndDeps,
  job: Job,
  end: { readonly state: EndWithoutResult } & Partial<Pick<Job, "error">>,
): Promise<void> =>
  retryConflict({ ifMatch: null }, async () =>
    endJob(deps, job, end, await withoutResult(deps, job, end, new DomainError("job-state"))),
  );

/** Ends a job with all that belongs to its end in one transaction, and lets the next in line go. */
async function endJob(
  deps: EndDeps,
  before: Job,
  end: Pick<Job, "state"> & Partial<Pick<Job, "error" | "result">>,
  writes: readonly Write[] = [],
): Promise<void> {
  const at = deps.clock.now();
  const after: Job = {
    ...before,
    result: resultSoFar(before),
    ...end,
    progress:
      end.state === "succeeded" ? { ...before.progress, done: before.progress.total } : before.progress,
    lease: null,
    slot: null,
    finishedAt: at.toISOString(),
  };
  await deps.store.commit([
    { write: "transition", before, after, otherwise: new DomainError("job-state") },
    ...writes,
    endAudit(deps, before, after),
  ]);
  await dispatchLine(deps, before.line);
}

const endAudit = ({ ids, clock }: EndDeps, before: Job, { state }: Pick<Job, "state">): Write =>
  auditedSystem(ids, clock.now(), before.correlationId, {
    action: `job:${state}`,
    resource: { type: "job", id: before.id },
    details: { type: before.type, subject: before.subject, attempts: before.attempts },
  });
