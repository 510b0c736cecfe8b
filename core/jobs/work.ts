import type { DomainError } from "#core/errors/domain-error.ts";
import type { Job } from "#core/jobs/job.ts";
import type { Write } from "#core/ports/change.ts";

/** What a handler gets beside its job. */
export interface Work {
  readonly job: Job;
  /** Aborted when the job is cancelled or its lease lost: stop, nothing more would be accepted. */
  readonly signal: AbortSignal;
  /** Tells people how far it is, with the next sign of life; `total` where it has become known. */
  progress(done: number, total?: number): void;
  /**
   * Commits writes together with what it takes to go on behind them, and with the progress that they make (or that
   * was told so far), if this attempt still holds the job and nobody has asked it to stop; throws otherwise, and
   * then nothing was taken. At most 99 items for the writes. A `result` in the checkpoint is what people see where
   * the job ends without its own.
   */
  checkpoint(
    reached: NonNullable<Job["checkpoint"]>,
    writes: readonly Write[],
    progress?: Job["progress"],
  ): Promise<void>;
  /** Whether the worker's time is nearly over: a handler that has checkpoints then says that the job goes on. */
  timeIsUp(): boolean;
  /** When that will be; null where there is all the time in the world. */
  readonly until: Date | null;
}

/** What a handler found. */
export interface Outcome {
  readonly result: Readonly<Record<string, unknown>>;
  /** Commits together with the job's end. Asked again when another change came between, to merge with it. */
  readonly writes: () => Promise<readonly Write[]>;
  /**
   * Told when the end did not commit, so that it can tidy up; says how the job ends where another attempt would be
   * refused alike, and null where it may come through.
   */
  readonly uncommitted?: (error: unknown) => Promise<Stopped | null>;
}

/** There is more to do than this worker has time for: the next one goes on from the last checkpoint. */
export interface GoesOn {
  readonly goesOn: true;
}

/** It cannot be done, and another attempt would come to the same: the job fails with this reason at once. */
export interface Stopped {
  readonly stopped: DomainError;
}

/** It goes on only if a person lets it: until then it has no slot, and shows what it would do. */
export interface Waits {
  readonly waits: { readonly result: Outcome["result"]; readonly writes: Outcome["writes"] };
}

/** Does the work of one type of job. It may run twice, and must come to the same end. */
export type JobHandler = (work: Work) => Promise<Outcome | GoesOn | Stopped | Waits>;
