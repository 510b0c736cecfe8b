import { auditedSystem } from "#core/audit/record.ts";
import { retryConflict } from "#core/call/retry-conflict.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { dispatchLine, type DispatchDeps } from "#core/jobs/dispatch.ts";
import { attemptProblem, deadLettered } from "#core/jobs/job-problem.ts";
import type { Job } from "#core/jobs/job.ts";
import { withoutResult, type EndWithoutResult } from "#core/jobs/without-result.ts";
import type { Write } from "#core/ports/change.ts";
import type { Ids } from "#core/ports/clock.ts";
import type { Committer, DataSourceStore, JobStore } from "#core/ports/store.ts";
import type { Timers } from "#core/ports/timers.ts";

/** How long a worker may be silent before somebody else takes its job. */
export const leaseMs = 120_000;
const heartbeatMs = 30_000;

/** A worker tries a job this often; then it has failed until a person sends it again. */
export const maxAttempts = 3;

/** What a handler gets beside its job. */
export interface Work {
  readonly job: Job;
  /** Aborted when the job is cancelled or its lease lost: stop, nothing more would be accepted. */
  readonly signal: AbortSignal;
  /** Tells people how far it is, with the next sign of life. */
  progress(done: number): void;
}

/** What a handler found. */
export interface Outcome {
  readonly result: Readonly<Record<string, unknown>>;
  /** Commits together with the job's end. Asked again when another change came between, to merge with it. */
  readonly writes: () => Promise<readonly Write[]>;
}

/** Does the work of one type of job. It may run twice, and must come to the same end. */
export type JobHandler = (work: Work) => Promise<Outcome>;

/** What a worker needs from outside. */
export interface WorkerDeps extends DispatchDeps {
  readonly store: Committer & JobStore & Pick<DataSourceStore, "dataSource">;
  readonly ids: Ids;
  readonly timers: Timers;
  readonly handlers: Readonly<Record<Job["type"], JobHandler>>;
}

/**
 * Runs the job that a message names, if nobody else does. Returns normally when the message is done with;
 * throws when the work failed and the message should come again.
 */
export async function runJob(deps: WorkerDeps, jobId: string): Promise<void> {
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
  await attempt(deps, job);
}

async function attempt(deps: WorkerDeps, job: Job): Promise<void> {
  const hold = keepLease(deps, job);
  try {
    const outcome = await deps.handlers[job.type](hold.work);
    hold.release();
    await retryConflict({ ifMatch: null }, async () =>
      endJob(
        deps,
        hold.latest(),
        { state: "succeeded", error: null, result: outcome.result },
        await outcome.writes(),
      ),
    );
  } catch (error) {
    hold.release();
    await afterFailure(deps, hold, error);
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

interface Hold {
  readonly work: Work;
  readonly release: () => void;
  /** The job with the progress reported so far. */
  readonly latest: () => Job;
  /** Why the work must stop, if it must. */
  readonly ended: () => "cancelled" | "lost" | null;
}

/** Shows signs of life until released, and ends the work when the job is cancelled or lost. */
function keepLease({ store, clock, timers, log }: WorkerDeps, job: Job): Hold {
  const controller = new AbortController();
  let done = job.progress.done;
  let ended: "cancelled" | "lost" | null = null;
  const latest = (): Job => ({ ...job, progress: { ...job.progress, done } });
  const beat = async (): Promise<void> => {
    const answer = await store.heartbeat(latest(), new Date(clock.now().getTime() + leaseMs));
    if (answer === "held") return;
    ended = answer === "lost" ? "lost" : "cancelled";
    controller.abort();
  };
  const release = timers.every(heartbeatMs, () => {
    // A beat that fails is no reason to stop: the lease holds for three more of them.
    beat().catch((error: unknown) => log.warn("a heartbeat failed", { jobId: job.id, error }));
  });
  return {
    work: {
      job,
      signal: controller.signal,
      progress: (value) => {
        done = value;
      },
    },
    release,
    latest,
    ended: () => ended,
  };
}

type EndDeps = Pick<WorkerDeps, "store" | "clock" | "ids" | "log" | "messages">;

/** Ends a job that came to no result; whatever waited for one is told. */
export const abandonJob = (
  deps: EndDeps,
  job: Job,
  end: { readonly state: EndWithoutResult } & Partial<Pick<Job, "error">>,
): Promise<void> =>
  retryConflict({ ifMatch: null }, async () =>
    endJob(deps, job, end, await withoutResult(deps.store, job, end.state)),
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
    auditedSystem(deps.ids, at, before.correlationId, {
      action: `job:${end.state}`,
      resource: { type: "job", id: before.id },
      details: { type: before.type, subject: before.subject, attempts: before.attempts },
    }),
  ]);
  await dispatchLine(deps, before.line);
}
