import { nobody } from "#core/connections/connection.ts";
import { retryConflict } from "#core/call/retry-conflict.ts";
import { targetOf, type Connection } from "#core/connections/connection.ts";
import { assessHealth } from "#core/health/assess-health.ts";
import type { RunnableCheck } from "#core/health/health-job.ts";
import { CurrentConnection } from "#core/health/current-connection.ts";
import { detectColumns, type DetectColumns } from "#core/health/detect-columns.ts";
import { refreshInput, refreshState, type RefreshCounts } from "#core/health/job-input.ts";
import { keepDomains, type DomainSubject } from "#core/health/keep-domains.ts";
import { measure, unmeasured, type Measured } from "#core/health/measure.ts";
import { counted, noneYet } from "#core/health/refresh-counts.ts";
import {
  checksBy,
  isLeftAlone,
  isUnchanged,
  knownSigns,
  leftDetail,
  turnsOf,
  type ReadTurns,
} from "#core/health/refresh-turns.ts";
import { lateRemoval } from "#core/health/remove-domains.ts";
import { remoteBudget } from "#core/remote/remote-budget.ts";
import type { HealthDeps } from "#core/health/run-health-job.ts";
import { ranOutOfTime, turnDeadline } from "#core/health/turn-deadline.ts";
import { settledWrites } from "#core/health/unfinished-checks.ts";
import type { GoesOn, JobHandler, Outcome, Work } from "#core/jobs/work.ts";
import type { Write } from "#core/ports/change.ts";
import { relationKey, RemoteError, type RemoteSession } from "#core/ports/remote.ts";
import type { DataSourceView, Turn } from "#core/ports/store.ts";
import { relationOf } from "#core/sources/data-source.ts";

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

/** One whose turn has come: as it is stored, or null where it is none of this connection's. */
interface Due extends Turn {
  readonly view: DataSourceView | null;
}

class Refresh {
  private readonly deps: HealthDeps;
  private readonly work: Work;
  private readonly checks: readonly RunnableCheck[];
  private readonly readTurns: ReadTurns;
  private readonly connectionId: string;
  private readonly current: CurrentConnection;
  /** Whether it is the night's, which leaves alone what nobody asked for and what has not changed. */
  private readonly nightly: boolean;
  private readonly checksOf: ReturnType<typeof checksBy>;
  private counts: RefreshCounts;
  private position: number;
  private place: string | null;
  private readonly first: number;
  private due: Due[] = [];
  private atEnd = false;
  /** What the engine says of changes to those that are due, by relation; null while it was not asked. */
  private signs: ReadonlyMap<string, string | null> | null = null;
  /** Whether the one whose turn it is has lost a session already. */
  private again = false;
  private losses = 0;
  /** When the one whose turn it is has used up its time, in milliseconds. */
  private deadline = Infinity;
  private unstored = false;

  constructor(deps: HealthDeps, work: Work) {
    this.deps = deps;
    this.work = work;
    this.connectionId = work.job.subject.id;
    this.current = new CurrentConnection(deps.store, this.connectionId);
    const input = refreshInput.parse(work.job.input);
    const { position, place, result } = refreshState(work.job);
    this.checks = input.checks;
    this.nightly = input.dataSourceIds === undefined;
    this.checksOf = checksBy(input.checks, input.spares ?? false);
    this.readTurns = turnsOf(deps.store, this.connectionId, input.dataSourceIds);
    this.counts = result ?? noneYet(input.dataSourceIds?.length ?? 0);
    this.position = position;
    this.place = place;
    this.first = position;
  }

  async run(): Promise<Outcome | GoesOn> {
    while ((await this.next()) !== null) {
      const connection = await this.current.read();
      // A connection is deleted after its data sources: those that are named here are gone too.
      const failure = connection === null ? null : await this.session(connection);
      if (connection === null) await this.unreached(null);
      else if (failure !== null && !(await this.hasMoved(connection))) await this.unreached(failure);
    }
    if (this.due.length > 0 || !this.atEnd) {
      await this.storePlace();
      return { goesOn: true };
    }
    return { result: this.counts, writes: () => Promise.resolve([]) };
  }

  /** Whether the connection is another by now: whatever was lost was lost with the one before. */
  private async hasMoved(used: Connection): Promise<boolean> {
    const moved = await this.current.hasMoved(used);
    if (moved) this.losses = 0;
    return moved;
  }

  /** Whose turn it is; null when all are done with or the worker's time is over. Each worker does one at least. */
  private async next(): Promise<Due | null> {
    if (this.position > this.first && this.work.timeIsUp()) return null;
    while (this.due.length === 0 && !this.atEnd) await this.readDue();
    return this.due[0] ?? null;
  }

  /** Reads the following turns, having stored how far it is. */
  private async readDue(): Promise<void> {
    await this.storePlace();
    const turns = await this.readTurns(this.place);
    const views = await Promise.all(
      turns.map(({ dataSourceId }) => this.deps.store.dataSource(dataSourceId, nobody)),
    );
    this.due = turns.map((turn, index) => ({ ...turn, view: views[index] ?? null }));
    this.atEnd = turns.length === 0;
    this.signs = null;
    if (this.nightly) this.counts = { ...this.counts, total: this.position + turns.length };
  }

  /** Goes on in a session until all is done, time is over, or the session is; gives why asking on is useless. */
  private async session(connection: Connection): Promise<RemoteError | null> {
    const budget = remoteBudget(
      this.deps,
      this.work.signal,
      () => this.deadline - this.deps.clock.now().getTime(),
    );
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
    for (let due = await this.next(); due !== null; due = await this.next()) {
      const found = await this.ask(session, remote, due);
      if (found === "passed-over") continue;
      if (found === "put-off") return null;
      await this.settle(due.dataSourceId, found);
      const broken = found?.broken ?? null;
      if (broken !== null) return this.losses < lossesInRow ? null : broken;
    }
    return null;
  }

  /** What the remote says of the one whose turn it is, unless it is left out, or has its turn again elsewhere. */
  private async ask(
    session: RemoteSession,
    remote: Remote,
    due: Due,
  ): Promise<Measured | null | "passed-over" | "put-off"> {
    const isFirst = this.position === this.first;
    this.deadline = turnDeadline(this.deps.clock.now(), this.work.until, isFirst && !this.again);
    const sign = await this.signOf(session, due);
    if (this.passedOver(due, sign)) return "passed-over";
    const measured = await this.measure(session, remote, due, sign);
    // It had less time than others, late in a worker's life: the next worker begins with it.
    const cutShort = !isFirst && this.work.timeIsUp() && ranOutOfTime(measured);
    if (cutShort || this.lostFirst(measured)) return "put-off";
    // Domains are written in a session of their own, which replaced credentials do not open.
    const withoutDomains = measured !== null && measured.figures.domainsAt === null;
    return withoutDomains && (await this.hasMoved(remote.connection)) ? "put-off" : measured;
  }

  /** Whether it lost its session for the first time: it may have nothing to do with it, and gets another one. */
  private lostFirst(measured: Measured | null): boolean {
    const lost = measured !== null && measured.broken !== null;
    if (lost && !this.again) {
      this.again = true;
      return true;
    }
    this.again = false;
    this.losses = lost ? this.losses + 1 : 0;
    return false;
  }

  /** Goes on to the next where there is nothing to do; that is stored with the next result. */
  private passedOver({ view }: Due, sign: string | null): boolean {
    if (view === null) return false;
    const alone = this.nightly ? isLeftAlone(view.dataSource) : this.checksOf(view).length === 0;
    if (!alone && !(this.nightly && isUnchanged(view.health, sign, this.checks))) return false;
    const { leftAlone, unchanged } = this.counts;
    this.counts = {
      ...this.counts,
      ...(alone ? { leftAlone: leftAlone + 1 } : { unchanged: unchanged + 1 }),
    };
    this.turnOver();
    this.unstored = true;
    return true;
  }

  /** What the engine says of changes to the one whose turn it is, asked for all that are due at once. */
  private async signOf(session: RemoteSession, { view }: Due): Promise<string | null> {
    const sources = this.due.flatMap((each) => (each.view === null ? [] : [each.view.dataSource]));
    this.signs ??= await knownSigns(session, sources.map(relationOf));
    return view === null ? null : (this.signs.get(relationKey(relationOf(view.dataSource))) ?? null);
  }

  /** What the remote says of one data source; null where it is none of this connection any more. */
  private async measure(
    session: RemoteSession,
    remote: Remote,
    due: Due,
    changeSign: string | null,
  ): Promise<Measured | null> {
    const { store, clock } = this.deps;
    const dictionary = await store.dictionary(due.dataSourceId);
    if (dictionary === null || dictionary.dataSource.connectionId !== this.connectionId) return null;
    const { dataSource, columns } = dictionary;
    return await measure(clock, this.checksOf(due.view), columns, {
      relation: relationOf(dataSource),
      changeSign,
      open: (ask) => ask(session),
      done: () => {},
      keepDomains: (asked, fingerprint) =>
        keepDomains(this.deps, { dataSource, columns, ...remote }, asked, fingerprint),
    });
  }

  /** All that are left fail for the same reason, and the remote is not asked again for each. */
  private async unreached(error: RemoteError | null): Promise<void> {
    for (let due = await this.next(); due !== null; due = await this.next()) {
      if (this.passedOver(due, null)) continue;
      const measured = error === null ? null : unmeasured(this.deps.clock, this.checksOf(due.view), error);
      await this.settle(due.dataSourceId, measured);
    }
  }

  /** Stores what was found of one with the place behind it, merged with what others stored meanwhile. */
  private async settle(id: string, measured: Measured | null): Promise<void> {
    const before = this.counts;
    this.turnOver();
    const detect = detectColumns(this.deps, this.work.job);
    await retryConflict({ ifMatch: null }, async () => {
      const { writes, counts } = await this.result(id, measured, before, detect);
      this.counts = counts;
      await this.store(writes);
    });
  }

  /** The turn is the next one's. */
  private turnOver(): void {
    const done = this.due.shift();
    this.place = done?.place ?? this.place;
    this.position += 1;
    this.work.progress(this.position, this.counts.total);
  }

  private async store(writes: readonly Write[]): Promise<void> {
    const { position, place, counts } = this;
    await this.work.checkpoint({ position, place, result: counts }, writes);
    this.unstored = false;
  }

  /** Those that were passed over leave no result of their own. */
  private async storePlace(): Promise<void> {
    if (this.unstored) await this.store([]);
  }

  private async result(
    id: string,
    measured: Measured | null,
    before: RefreshCounts,
    detect: DetectColumns,
  ): Promise<{ readonly writes: readonly Write[]; readonly counts: RefreshCounts }> {
    const view = await this.deps.store.dataSource(id, nobody);
    const left = view !== null && view.dataSource.connectionId !== this.connectionId;
    if (view === null || left || measured === null) {
      const writes =
        view === null
          ? lateRemoval(this.deps, this.work.job, await this.current.read(), id, measured)
          : settledWrites(view.health, this.checks, leftDetail);
      return { writes, counts: { ...before, skipped: before.skipped + 1 } };
    }
    const { after, writes } = await detect(view.health, measured);
    return { writes, counts: counted(before, measured, assessHealth(after) === "unhealthy") };
  }
}
