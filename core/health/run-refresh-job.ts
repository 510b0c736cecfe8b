import { systemActor } from "#core/audit/record.ts";
import { retryConflict } from "#core/call/retry-conflict.ts";
import { targetOf, type Connection } from "#core/connections/connection.ts";
import { assessHealth } from "#core/health/assess-health.ts";
import type { RunnableCheck } from "#core/health/health-job.ts";
import { mergeMeasured, resultWrites } from "#core/health/health-result.ts";
import { refreshCheckpoint, refreshInput, type RefreshCounts } from "#core/health/job-input.ts";
import { keepDomains, type DomainSubject } from "#core/health/keep-domains.ts";
import { measure, unmeasured, type Measured } from "#core/health/measure.ts";
import { lateRemoval } from "#core/health/remove-domains.ts";
import { remoteBudget } from "#core/health/remote-budget.ts";
import type { HealthDeps } from "#core/health/run-health-job.ts";
import { settledWrites } from "#core/health/unfinished-checks.ts";
import type { GoesOn, JobHandler, Outcome, Work } from "#core/jobs/work.ts";
import type { Write } from "#core/ports/change.ts";
import { RemoteError, type RemoteSession } from "#core/ports/remote.ts";

/**
 * Runs the checks of many data sources of one connection in one session. What was found of each commits by
 * itself with the place that the job has come to, so that whoever goes on repeats one at most. There is no
 * mark `running` on each: it would double the writes, and the job's progress says where it is.
 */
export const refreshJobHandler =
  (deps: HealthDeps): JobHandler =>
  (work) =>
    new Refresh(deps, work).run();

/** So many data sources in a row lose their sessions: then it is the connection, and not they. */
const lossesInRow = 3;

/** What a session reaches, and what it may take. */
type Remote = Pick<DomainSubject, "connection" | "budget">;

class Refresh {
  private readonly deps: HealthDeps;
  private readonly work: Work;
  private readonly ids: readonly string[];
  private readonly checks: readonly RunnableCheck[];
  private counts: RefreshCounts;
  private position: number;
  private readonly first: number;
  /** Whether the one at `position` has lost a session already. */
  private again = false;
  private losses = 0;

  constructor(deps: HealthDeps, work: Work) {
    this.deps = deps;
    this.work = work;
    const { dataSourceIds, checks } = refreshInput.parse(work.job.input);
    const { checkpoint } = work.job;
    const before = checkpoint === null ? null : refreshCheckpoint.parse(checkpoint);
    this.ids = dataSourceIds;
    this.checks = checks;
    this.counts = before?.result ?? noneYet(dataSourceIds.length);
    this.position = before?.position ?? 0;
    this.first = this.position;
  }

  async run(): Promise<Outcome | GoesOn> {
    const view = await this.deps.store.connection(this.connectionId, systemActor);
    while (this.next() !== null) {
      // A connection is deleted after its data sources: those that are named here are gone too.
      const failure = view === null ? null : await this.session(view.connection);
      if (view === null || failure !== null) await this.unreached(failure);
    }
    if (this.position < this.ids.length) return { goesOn: true };
    return { result: this.counts, writes: () => Promise.resolve([]) };
  }

  private get connectionId(): string {
    return this.work.job.subject.id;
  }

  /** Whose turn it is; null when all are done with or the worker's time is over. Each worker does one at least. */
  private next(): string | null {
    if (this.position > this.first && this.work.timeIsUp()) return null;
    return this.ids[this.position] ?? null;
  }

  /** Goes on in a session until all is done, time is over, or the session is; gives why asking on is useless. */
  private async session(connection: Connection): Promise<RemoteError | null> {
    const budget = remoteBudget(this.deps, this.work.signal);
    let opened = false;
    try {
      return await this.deps.sessions.withSession(targetOf(connection), budget, async (session) => {
        opened = true;
        return await this.within(session, { connection, budget });
      });
    } catch (error) {
      if (opened || !(error instanceof RemoteError) || error.reason === "cancelled") throw error;
      return error;
    }
  }

  private async within(session: RemoteSession, remote: Remote): Promise<RemoteError | null> {
    for (let id = this.next(); id !== null; id = this.next()) {
      const measured = await this.measure(session, remote, id);
      const broken = measured?.broken ?? null;
      if (broken !== null && !this.again) {
        // It may have nothing to do with this one: it gets another session.
        this.again = true;
        return null;
      }
      this.again = false;
      this.losses = broken === null ? 0 : this.losses + 1;
      await this.settle(id, measured);
      if (broken !== null) return this.losses < lossesInRow ? null : broken;
    }
    return null;
  }

  /** What the remote says of one data source; null where it is none of this connection any more. */
  private async measure(session: RemoteSession, remote: Remote, id: string): Promise<Measured | null> {
    const { store, clock } = this.deps;
    const dictionary = await store.dictionary(id);
    if (dictionary === null || dictionary.dataSource.connectionId !== this.connectionId) return null;
    const { dataSource, columns } = dictionary;
    const { schema, table } = dataSource.remote;
    return await measure(clock, this.checks, columns, {
      relation: { schema, name: table },
      open: (ask) => ask(session),
      done: () => {},
      keepDomains: (asked, fingerprint) =>
        keepDomains(this.deps, { dataSource, columns, ...remote }, asked, fingerprint),
    });
  }

  /** All that are left fail for the same reason, and the remote is not asked again for each. */
  private async unreached(error: RemoteError | null): Promise<void> {
    for (let id = this.next(); id !== null; id = this.next()) {
      await this.settle(id, error === null ? null : unmeasured(this.deps.clock, this.checks, error));
    }
  }

  /** Stores what was found of one with the place behind it, merged with what others stored meanwhile. */
  private async settle(id: string, measured: Measured | null): Promise<void> {
    const reached = this.position + 1;
    this.work.progress(reached);
    this.counts = await retryConflict({ ifMatch: null }, async () => {
      const { writes, counts } = await this.result(id, measured);
      await this.work.checkpoint({ position: reached, result: counts }, writes);
      return counts;
    });
    this.position = reached;
  }

  private async result(
    id: string,
    measured: Measured | null,
  ): Promise<{ readonly writes: readonly Write[]; readonly counts: RefreshCounts }> {
    const view = await this.deps.store.dataSource(id, systemActor);
    const left = view !== null && view.dataSource.connectionId !== this.connectionId;
    if (view === null || left || measured === null) {
      const writes =
        view === null ? this.lateRemoval(id, measured) : settledWrites(view.health, this.checks, leftDetail);
      return { writes, counts: { ...this.counts, skipped: this.counts.skipped + 1 } };
    }
    const after = mergeMeasured(view.health, measured);
    const writes = resultWrites(this.deps, this.work.job, view.health, measured);
    return { writes, counts: counted(this.counts, measured, assessHealth(after) === "unhealthy") };
  }

  /** Of one that was deleted while it was measured. */
  private lateRemoval(id: string, measured: Measured | null): readonly Write[] {
    const { job } = this.work;
    return measured === null ? [] : lateRemoval(this.deps, job, job.subject, id, measured);
  }
}

/** Why a data source that left the connection has no result. */
const leftDetail = "connection-changed: it stands on another connection now";

const noneYet = (total: number): RefreshCounts => ({
  total,
  measured: 0,
  skipped: 0,
  unhealthy: 0,
  checks: { passed: 0, failed: 0, skipped: 0 },
});

function counted(before: RefreshCounts, { checks }: Measured, unhealthy: boolean): RefreshCounts {
  const states = Object.values(checks).map(({ state }) => state);
  const of = (state: "passed" | "failed" | "skipped"): number =>
    before.checks[state] + states.filter((each) => each === state).length;
  return {
    ...before,
    measured: before.measured + 1,
    unhealthy: before.unhealthy + (unhealthy ? 1 : 0),
    checks: { passed: of("passed"), failed: of("failed"), skipped: of("skipped") },
  };
}
