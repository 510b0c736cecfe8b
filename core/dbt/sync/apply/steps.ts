import type { Basis } from "#core/dbt/sync/run/basis.ts";
import { reported, type Line } from "#core/dbt/sync/apply/report.ts";
import type { SyncState } from "#core/dbt/sync/run/sync-input.ts";
import type { SyncDeps } from "#core/dbt/sync/run/sync-deps.ts";
import { dispatchLine } from "#core/jobs/dispatch.ts";
import type { Work } from "#core/jobs/work.ts";
import type { Write } from "#core/ports/change.ts";

/** How far a step has come. */
export type Reached = Partial<Pick<SyncState, "phase" | "after">>;

/** A sync's way through its work: each step commits with what it reports and with how far it is. */
export class Steps {
  /** How far it is, which is what the job's checkpoint holds. */
  state: SyncState;
  private readonly deps: SyncDeps;
  private readonly work: Work;
  private readonly total: number;
  private done = 0;

  constructor(deps: SyncDeps, work: Work, state: SyncState, total: number) {
    this.deps = deps;
    this.work = work;
    this.state = state;
    this.total = total;
  }

  /** Commits a step; what it queues for the connection is sent on its way. */
  async reach(
    reached: Reached,
    lines: readonly Line[],
    writes: readonly Write[],
    done: number = this.done,
  ): Promise<void> {
    const writtenAt = this.deps.clock.now().toISOString();
    const next = reported({ ...this.state, ...reached }, lines, { jobId: this.work.job.id, writtenAt });
    await this.work.checkpoint(next.state, [...writes, ...next.writes], {
      done: Math.min(done, this.total),
      total: this.total,
    });
    this.state = next.state;
    this.done = done;
  }

  /** Commits what belongs to no step, under the job's fence. */
  async beside(writes: readonly Write[]): Promise<void> {
    await this.work.checkpoint(this.state, writes);
  }

  /** Sends jobs that were queued with a step on their way. */
  async dispatched({ connection }: Pick<Basis, "connection">, writes: readonly Write[]): Promise<void> {
    const queued = writes.some(({ write }) => write === "enqueue");
    if (connection !== null && queued) await dispatchLine(this.deps, connection.id);
  }
}
