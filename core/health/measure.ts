import type { RunnableCheck } from "#core/health/health-job.ts";
import { maxColumns } from "#contracts/resources/remote.ts";
import { chooseHighCardinalityColumn, type Candidate } from "#core/health/choose-column.ts";
import type { Check, DataSourceHealth, FingerprintColumn } from "#core/health/health.ts";
import { domainsNotKept } from "#core/health/keep-domains.ts";
import type { Clock } from "#core/ports/clock.ts";
import { keyStoreRefusals } from "#core/ports/key-store.ts";
import {
  concernsOneRelation,
  RemoteError,
  type Relation,
  type RelationDescription,
  type RelationStatistics,
  type RemoteSession,
} from "#core/ports/remote.ts";

/** What a run of checks found: a state for each check that was asked for, and the figures that could be taken. */
export interface Measured {
  readonly checks: Partial<Record<RunnableCheck, Check>>;
  readonly figures: Partial<
    Pick<
      DataSourceHealth,
      | "rowCount"
      | "highCardinalityColumn"
      | "fingerprintAt"
      | "fingerprint"
      | "domainsAt"
      | "domainsMayRemain"
      | "changeSign"
    >
  >;
  /** Why nothing more could be asked in this session, where that is so. */
  readonly broken: RemoteError | null;
  /** The relation as the remote describes it now, where that was asked and all of it is known. */
  readonly relation: RelationDescription | null;
}

/** What to measure, and how to reach it. */
export interface Subject {
  readonly relation: Relation;
  /** What the engine said of changes before anything was counted; null where it said nothing. */
  readonly changeSign: string | null;
  readonly open: <T>(ask: (session: RemoteSession) => Promise<T>) => Promise<T>;
  readonly done: (checks: number) => void;
  /** Keeps the domains of the fingerprint's columns inside the remote; gives why it cannot, or null. */
  readonly keepDomains: (
    session: RemoteSession,
    fingerprint: readonly FingerprintColumn[],
  ) => Promise<string | null>;
}

/**
 * Runs checks in one session: one trivial query, one exact count, and distincts from the engine's catalog
 * or a bounded sample. A remote that refuses fails its check by that name; any other error is the job's.
 */
export async function measure(
  clock: Clock,
  asked: readonly RunnableCheck[],
  columns: readonly Candidate[],
  subject: Subject,
): Promise<Measured> {
  const run = new Run(clock, asked, columns, subject);
  try {
    await subject.open((session) => run.all(session));
  } catch (error) {
    if (!(error instanceof RemoteError) || error.reason === "cancelled") throw error;
    run.failRest(error);
  }
  return run.measured();
}

/** What there is to say where nothing could be asked at all: every check failed for that reason. */
export function unmeasured(clock: Clock, asked: readonly RunnableCheck[], error: RemoteError): Measured {
  const at = clock.now().toISOString();
  const check: Check = { ...failed(error), startedAt: at, finishedAt: at };
  const checks = Object.fromEntries(asked.map((name) => [name, check]));
  return { checks, figures: {}, relation: null, broken: error };
}

class Run {
  private readonly checks: Partial<Record<RunnableCheck, Check>> = {};
  private figures: Measured["figures"] = {};
  private broken: RemoteError | null = null;
  private readonly startedAt: string;
  private rowCount: number | null = null;
  private statistics: RelationStatistics | null = null;
  private readonly clock: Clock;
  private readonly asked: readonly RunnableCheck[];
  private columns: readonly Candidate[];
  private relation: RelationDescription | null = null;
  /** Whether the columns are others, or have other names, than those that are known by id. */
  private columnsChanged = false;
  private readonly subject: Subject;

  constructor(
    clock: Clock,
    asked: readonly RunnableCheck[],
    columns: readonly Candidate[],
    subject: Subject,
  ) {
    this.clock = clock;
    this.asked = asked;
    this.columns = columns;
    this.subject = subject;
    this.startedAt = clock.now().toISOString();
  }

  measured(): Measured {
    const { checks, figures, relation, broken } = this;
    return { checks, figures, relation, broken };
  }

  async all(session: RemoteSession): Promise<void> {
    const { relation } = this.subject;
    await this.one("connectivity", async () => {
      await session.probe(relation);
      return passed;
    });
    await this.one("column-detection", () => this.detectColumns(session));
    await this.one("row-count", async () => {
      const value = await this.count(session);
      const { changeSign } = this.subject;
      this.figures = { ...this.figures, rowCount: { value, exact: true, at: this.now() }, changeSign };
      return passed;
    });
    await this.one("high-cardinality", () => this.highCardinality(session));
    await this.one("fingerprint", () => this.fingerprint(session));
  }

  /** The checks that have no state yet fail as the connection did. */
  failRest(error: RemoteError): void {
    this.broken = error;
    for (const check of this.asked) {
      if (this.checks[check] === undefined) this.settle(check, failed(error));
    }
  }

  private async one(check: RunnableCheck, run: () => Promise<Verdict>): Promise<void> {
    if (!this.asked.includes(check)) return;
    try {
      this.settle(check, await run());
    } catch (error) {
      if (!concernsOneRelation(error)) throw error;
      this.settle(check, failed(error));
    }
  }

  /** What is measured after this is measured of the columns that there are now. */
  private async detectColumns(session: RemoteSession): Promise<Verdict> {
    const relation = await session.describe(this.subject.relation);
    if (relation.columns.length > maxColumns) return tooManyColumns;
    this.relation = relation;
    this.columnsChanged = !areSameColumns(this.columns, relation.columns);
    this.columns = relation.columns;
    return passed;
  }

  private async highCardinality(session: RemoteSession): Promise<Verdict> {
    if ((await this.count(session)) === 0) {
      this.figures = { ...this.figures, highCardinalityColumn: null };
      return skipped("no-rows");
    }
    const { columns } = await this.distincts(session);
    const chosen = chooseHighCardinalityColumn(this.columns, columns);
    const at = this.now();
    this.figures = {
      ...this.figures,
      highCardinalityColumn:
        chosen === null ? null : { name: chosen.column, distinct: chosen.distinct, exact: chosen.exact, at },
    };
    return chosen === null ? skipped("no-candidate") : passed;
  }

  private async fingerprint(session: RemoteSession): Promise<Verdict> {
    const { columns } = await this.distincts(session);
    const fingerprint = columns.map(({ column, distinct, nulls, exact }) => ({
      column,
      distinct,
      nulls,
      exact,
    }));
    this.figures = { ...this.figures, fingerprint, fingerprintAt: this.now() };
    // Domains are kept under the ids of columns, which are not known anew before the run has ended.
    const refusal = this.columnsChanged
      ? "columns-changed"
      : await this.subject.keepDomains(session, fingerprint);
    this.figures = { ...this.figures, domainsAt: refusal === null ? this.now() : null };
    if (refusal === null || !writesNothing.has(refusal)) {
      this.figures = { ...this.figures, domainsMayRemain: true };
    }
    return refusal === null ? passed : { state: "passed", detail: domainsNotKept(refusal) };
  }

  /** The exact count, asked of the remote once. */
  private async count(session: RemoteSession): Promise<number> {
    this.rowCount ??= await session.countRows(this.subject.relation);
    return this.rowCount;
  }

  /** The distincts, asked of the remote once. */
  private async distincts(session: RemoteSession): Promise<RelationStatistics> {
    const countable = this.columns.filter((column) => column.countable).map(({ name }) => name);
    const rows = await this.count(session);
    this.statistics ??= await session.columnStatistics(this.subject.relation, countable, rows);
    return this.statistics;
  }

  private settle(check: RunnableCheck, verdict: Verdict): void {
    this.checks[check] = { ...verdict, startedAt: this.startedAt, finishedAt: this.now() };
    this.subject.done(Object.keys(this.checks).length);
  }

  private now(): string {
    return this.clock.now().toISOString();
  }
}

/** With these nothing was put into the remote; after any other, a lost connection say, nobody knows. */
const writesNothing: ReadonlySet<string> = new Set(["columns-changed", ...keyStoreRefusals]);

const areSameColumns = (before: readonly Candidate[], after: readonly Candidate[]): boolean =>
  before.length === after.length &&
  before.every(
    ({ name, identity }, index) => after[index]?.name === name && after[index].identity === identity,
  );

type Verdict = Pick<Check, "state" | "detail">;

const passed: Verdict = { state: "passed", detail: "" };
const tooManyColumns: Verdict = {
  state: "failed",
  detail: `too-many-columns: the table has more than ${maxColumns} columns`,
};
const skipped = (detail: string): Verdict => ({ state: "skipped", detail });
const failed = (error: RemoteError): Verdict => ({
  state: "failed",
  detail: `${error.reason}: ${error.message}`,
});
