import { technologyContracts } from "#contracts/technologies/technology.ts";
import { dispatchLine, type DispatchDeps } from "#core/jobs/dispatch.ts";
import type { ReportEntry } from "#core/jobs/job-report.ts";
import type { Work } from "#core/jobs/work.ts";
import type { Write } from "#core/ports/change.ts";
import type { ListedRelation, Relation, RemoteSession, RemoteSessions } from "#core/ports/remote.ts";
import type { Store } from "#core/ports/store.ts";
import type { BulkInput, BulkState } from "#core/sources/bulk/bulk-input.ts";
import { chunkOf, planChunk, type ChunkPlan, type Queued } from "#core/sources/bulk/chunk.ts";
import {
  chunkWrites,
  createdLines,
  stageTables,
  wasTaken,
  type MakingDeps,
  type StagedTable,
} from "#core/sources/bulk/commit-chunk.ts";
import { batchesOf, inspect, type Inspected } from "#core/sources/bulk/inspect.ts";
import type { Basis } from "#core/sources/bulk/basis.ts";
import { byByte, exactSchemas, refusalOf, selects } from "#core/sources/bulk/selection.ts";
import { nameBy, type NameTemplate } from "#core/sources/name-template.ts";

/** What a bulk registration needs from outside. */
export interface BulkDeps extends MakingDeps, DispatchDeps {
  readonly store: Store;
  readonly sessions: RemoteSessions;
  /** How long the remote engine may work on one statement. */
  readonly statementTimeoutMs: number;
  /** How many data sources come about in one transaction, where it is fewer than fit. */
  readonly madeAtOnce?: number | undefined;
}

/** The job at work, and what it was asked for. */
export interface BulkTask {
  readonly work: Work;
  readonly input: BulkInput;
  readonly template: NameTemplate;
}

/** A chunk meets others who take its names so often at most. */
const tries = 5;
/** Relations of one page of the listing. */
const listedAtOnce = 500;

/**
 * Makes data sources of a connection's tables, in the order of its listing and a chunk at a time: a chunk commits
 * together with how far the work is, so that whoever goes on, goes on behind it.
 */
export class Registration {
  /** How far it is, which is what the job's checkpoint holds; null at the beginning. */
  state: BulkState | null;
  private queue: Queued[] = [];
  private readonly deps: BulkDeps;
  private readonly task: BulkTask;

  constructor(deps: BulkDeps, task: BulkTask, state: BulkState | null) {
    this.deps = deps;
    this.task = task;
    this.state = state;
  }

  /** Goes on until all is done or the worker's time is up. What was looked at on another basis is looked at again. */
  async goOn(session: RemoteSession, basis: Basis): Promise<"done" | "goes-on"> {
    this.queue = [];
    const first = this.state ?? (await this.begin(session, basis));
    for await (const relations of this.selected(session, basis, first.after)) {
      for (const batch of batchesOf(relations)) {
        this.add(basis, await inspect(session, batch));
        const isUp = this.task.work.timeIsUp();
        await this.settle(basis, isUp);
        if (isUp) return "goes-on";
      }
    }
    await this.settle(basis, true);
    return "done";
  }

  /** Counts what there is to do, and settles what needs no look at the database. */
  private async begin(session: RemoteSession, basis: Basis): Promise<BulkState> {
    let total = 0;
    for await (const relations of this.selected(session, basis, null)) total += relations.length;
    const empty: BulkState = {
      after: null,
      done: 0,
      total,
      parts: { created: 0, skipped: 0 },
      result: { created: 0, skipped: {} },
    };
    const refused = this.task.input.schemas.flatMap((glob): readonly ReportEntry[] => {
      const reason = refusalOf(glob, basis.scope);
      return reason === null ? [] : [{ schema: glob, table: null, made: null, reason, detail: "" }];
    });
    await this.reach(after(empty, [], [], refused), [], refused, []);
    return this.state ?? empty;
  }

  /** The relations that it is about, a page at a time, in the order of the listing. */
  private async *selected(
    session: RemoteSession,
    basis: Basis,
    from: Relation | null,
  ): AsyncGenerator<readonly ListedRelation[]> {
    const { input } = this.task;
    const schemas = exactSchemas(input)?.filter(
      (schema) => from === null || byByte(schema, from.schema) >= 0,
    ) ?? [undefined];
    for (const schema of schemas) {
      let behind = from ?? undefined;
      for (;;) {
        const query = { schema, after: behind, limit: listedAtOnce, unreadable: true };
        const page = await session.listRelations(query);
        yield page.filter((relation) => selects(input, basis.scope, relation));
        if (page.length < listedAtOnce) break;
        behind = page.at(-1);
      }
    }
  }

  private add({ connection }: Basis, inspected: readonly Inspected[]): void {
    const { template } = this.task;
    const database = technologyContracts[connection.technology].databaseOf(connection.config);
    for (const one of inspected) {
      const { schema, name: tablename } = one.relation;
      this.queue.push(
        "skip" in one ? one : { ...one, name: nameBy(template, { database, schema, tablename }) },
      );
    }
  }

  /** Commits every full chunk of the queue, and with `all` the rest as well. */
  private async settle(basis: Basis, all: boolean): Promise<void> {
    for (;;) {
      const { length, full } = chunkOf(this.queue, this.deps.madeAtOnce);
      if (length === 0 || !(full || all)) return;
      await this.commit(basis, this.queue.slice(0, length));
      this.queue.splice(0, length);
    }
  }

  /** Commits one chunk without what is taken, and without what is taken meanwhile. */
  private async commit(basis: Basis, chunk: readonly Queued[]): Promise<void> {
    const staged = new Map<Queued, StagedTable>();
    for (let attempt = 1; ; attempt += 1) {
      const plan = await planChunk(this.deps.store, basis.connection.id, chunk);
      const fresh = await stageTables(
        this.deps,
        plan.made.filter((candidate) => !staged.has(candidate)),
      );
      for (const table of fresh) staged.set(table.candidate, table);
      try {
        await this.commitPlan(basis, chunk, plan, staged);
        return;
      } catch (error) {
        if (!wasTaken(error) || attempt === tries) throw error;
      }
    }
  }

  private async commitPlan(
    basis: Basis,
    chunk: readonly Queued[],
    { made, skipped }: ChunkPlan,
    staged: ReadonlyMap<Queued, StagedTable>,
  ): Promise<void> {
    const tables = made.flatMap((candidate) => staged.get(candidate) ?? []);
    const before = this.state;
    if (before === null) throw new Error("a chunk before the beginning");
    const writes = chunkWrites(this.deps, this.task.work.job, basis, tables);
    await this.reach(after(before, chunk, tables, skipped), createdLines(tables), skipped, writes);
    if (writes.some(({ write }) => write === "enqueue")) await dispatchLine(this.deps, basis.connection.id);
  }

  /** Commits a state with what led to it, and with what there is to report of it. */
  private async reach(
    state: BulkState,
    created: readonly ReportEntry[],
    skipped: readonly ReportEntry[],
    writes: readonly Write[],
  ): Promise<void> {
    const { work } = this.task;
    const writtenAt = this.deps.clock.now().toISOString();
    const part = (kind: "created" | "skipped", entries: readonly ReportEntry[]): readonly Write[] => {
      const number = this.state?.parts[kind] ?? 0;
      const about = { jobId: work.job.id, kind, number, writtenAt, entries };
      return entries.length === 0 ? [] : [{ write: "report", part: about }];
    };
    const reports = [...part("created", created), ...part("skipped", skipped)];
    const progress = { done: state.done, total: Math.max(state.total, state.done) };
    await work.checkpoint(state, [...writes, ...reports], progress);
    this.state = state;
  }
}

/** How far the work is once a chunk is settled. */
function after(
  before: BulkState,
  chunk: readonly Queued[],
  made: readonly StagedTable[],
  skipped: readonly ReportEntry[],
): BulkState {
  const counts = { ...before.result.skipped };
  for (const { reason } of skipped) if (reason !== null) counts[reason] = (counts[reason] ?? 0) + 1;
  return {
    ...before,
    after: chunk.at(-1)?.relation ?? before.after,
    done: before.done + chunk.length,
    parts: {
      created: before.parts.created + (made.length > 0 ? 1 : 0),
      skipped: before.parts.skipped + (skipped.length > 0 ? 1 : 0),
    },
    result: { created: before.result.created + made.length, skipped: counts },
  };
}
