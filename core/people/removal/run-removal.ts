import { auditedFor } from "#core/audit/record.ts";
import { retryConflict } from "#core/call/retry-conflict.ts";
import type { GoesOn, JobHandler, Outcome, Work } from "#core/jobs/work.ts";
import { leaveConnections } from "#core/people/removal/leave-connections.ts";
import { leaveDataSources, leaveDeletedDataSources } from "#core/people/removal/leave-data-sources.ts";
import { leaveGroups } from "#core/people/removal/leave-groups.ts";
import { leaveIntegrations } from "#core/people/removal/leave-integrations.ts";
import { removalInput, removalState, type RemovalState } from "#core/people/removal/removal-job.ts";
import type { RemovalDeps, RemovalPart, RemovalPhase, Removed } from "#core/people/removal/removal-phase.ts";
import type { Write } from "#core/ports/change.ts";

/**
 * All that a principal is taken off, one after the other. What makes new things for them comes before what is made.
 * A data source that was deleted or brought back between two of the looks is found by the third.
 */
const phases: readonly RemovalPhase[] = [
  leaveGroups,
  leaveIntegrations,
  leaveConnections,
  leaveDataSources,
  leaveDeletedDataSources,
  leaveDataSources,
];

/**
 * Takes away what is left of a user or group that was deleted. They are nothing by it any more already: this keeps lists
 * true. It may break off anywhere and be done again.
 */
export const removalHandler =
  (deps: RemovalDeps): JobHandler =>
  (work) =>
    new Removal(deps, work).run();

class Removal {
  private readonly deps: RemovalDeps;
  private readonly work: Work;
  private readonly removed: Removed;
  private state: RemovalState;

  constructor(deps: RemovalDeps, work: Work) {
    this.deps = deps;
    this.work = work;
    this.removed = removalInput.parse(work.job.input);
    const { checkpoint } = work.job;
    this.state = checkpoint === null ? { phase: 0, after: null, result: {} } : removalState.parse(checkpoint);
  }

  async run(): Promise<Outcome | GoesOn> {
    for (const [index, phase] of phases.entries()) {
      if (index < this.state.phase) continue;
      const after = index === this.state.phase ? this.state.after : null;
      for await (const part of phase.parts(this.deps, this.removed, after)) {
        this.work.signal.throwIfAborted();
        await retryConflict({ ifMatch: null }, () => this.take(index, phase, part));
        if (this.work.timeIsUp()) return { goesOn: true };
      }
    }
    return { result: this.state.result, writes: () => Promise.resolve([]) };
  }

  private async take(index: number, { name }: RemovalPhase, part: RemovalPart): Promise<void> {
    const { writes, ids } = await part.take();
    if (writes.length === 0) return;
    const result = { ...this.state.result, [name]: (this.state.result[name] ?? 0) + ids.length };
    const next: RemovalState = { phase: index, after: part.place, result };
    const done = Object.values(result).reduce((sum, count) => sum + count, 0);
    await this.work.checkpoint(next, [...writes, this.audited(name, ids)], { done, total: done });
    this.state = next;
  }

  private audited(name: string, of: readonly string[]): Write {
    const { ids, clock } = this.deps;
    const { job } = this.work;
    const { type, id } = this.removed.principal;
    const asked = { by: job.createdBy, at: clock.now(), correlationId: job.correlationId };
    return auditedFor(ids, asked, {
      action: `${type}:removed-from`,
      resource: { type, id },
      details: { jobId: job.id, [name]: of },
    });
  }
}
