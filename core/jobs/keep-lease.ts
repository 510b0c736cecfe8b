import { DomainError } from "#core/errors/domain-error.ts";
import type { Job } from "#core/jobs/job.ts";
import type { Work } from "#core/jobs/work.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { Log } from "#core/ports/log.ts";
import type { Committer, JobStore } from "#core/ports/store.ts";
import type { Timers } from "#core/ports/timers.ts";

/** How long a worker may be silent before somebody else takes its job. */
export const leaseMs = 120_000;
const heartbeatMs = 30_000;

/** What it takes to keep a lease. */
export interface LeaseDeps {
  readonly store: Committer & JobStore;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
}

/** A worker's hold on a job, and what its handler gets. */
export interface Hold {
  readonly work: Work;
  readonly release: () => void;
  /** The job with the progress told and the checkpoint reached so far. */
  readonly latest: () => Job;
  /** Whether this attempt has come further. */
  readonly advanced: () => boolean;
  /** Why the work must stop, if it must. */
  readonly ended: () => "cancelled" | "lost" | null;
}

/** Shows signs of life until released, and ends the work when the job is cancelled or lost. */
export function keepLease(deps: LeaseDeps, job: Job, until: Date | null): Hold {
  const keeper = new Keeper(deps, job);
  const release = deps.timers.every(heartbeatMs, () => {
    // A beat that fails is no reason to stop: the lease holds for three more of them.
    keeper.beat().catch((error: unknown) => deps.log.warn("a heartbeat failed", { jobId: job.id, error }));
  });
  return {
    work: {
      job,
      signal: keeper.signal,
      progress: (done, total) => keeper.tell(done, total),
      checkpoint: (...given) => keeper.checkpoint(...given),
      until,
      timeIsUp: () => until !== null && deps.clock.now().getTime() >= until.getTime(),
    },
    release,
    latest: () => keeper.job,
    advanced: () => keeper.job.checkpoint !== job.checkpoint,
    ended: () => keeper.ended,
  };
}

class Keeper {
  job: Job;
  ended: "cancelled" | "lost" | null = null;
  private readonly controller = new AbortController();
  private readonly deps: LeaseDeps;

  constructor(deps: LeaseDeps, job: Job) {
    this.deps = deps;
    this.job = job;
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  tell(done: number, total = this.job.progress.total): void {
    this.job = { ...this.job, progress: { done, total } };
  }

  async beat(): Promise<void> {
    const { store, clock } = this.deps;
    const answer = await store.heartbeat(this.job, new Date(clock.now().getTime() + leaseMs));
    if (answer === "held") return;
    this.ended = answer === "lost" ? "lost" : "cancelled";
    this.controller.abort();
  }

  async checkpoint(...[checkpoint, writes, progress]: Parameters<Work["checkpoint"]>): Promise<void> {
    const job = { ...this.job, checkpoint, progress: progress ?? this.job.progress };
    const refused = new DomainError("job-state");
    try {
      // First, because a job that is to stop says so before anything else does.
      await this.deps.store.commit([{ write: "checkpoint", job, otherwise: refused }, ...writes]);
    } catch (error) {
      if (error === refused) await this.beat();
      throw error;
    }
    this.job = job;
  }
}
