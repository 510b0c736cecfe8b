import { basisAtCommit, type Basis } from "#core/dbt/sync/run/basis.ts";
import { catchingUp } from "#core/dbt/sync/apply/catch-up.ts";
import { chunkOf, excessOf, fitting } from "#core/dbt/sync/apply/chunk.ts";
import { decide } from "#core/dbt/sync/plan/decide.ts";
import type { Decided, Entry } from "#core/dbt/sync/plan/decisions.ts";
import { DepartingSources } from "#core/dbt/sync/leave/depart.ts";
import { firstEdits } from "#core/dbt/sync/apply/items.ts";
import { ensureTags, plannedTags } from "#core/dbt/sync/apply/make-tags.ts";
import { verdictOn, type Bindings, type Plan } from "#core/dbt/sync/plan/plan.ts";
import { linesOf, nodeLine, type Line } from "#core/dbt/sync/apply/report.ts";
import type { Steps } from "#core/dbt/sync/apply/steps.ts";
import { lookBudget, type SyncDeps } from "#core/dbt/sync/run/sync-deps.ts";
import type { SyncState } from "#core/dbt/sync/run/sync-input.ts";
import type { Snapshot } from "#core/dbt/snapshot.ts";
import type { Work } from "#core/jobs/work.ts";
import type { TagTree } from "#core/tags/tag-tree.ts";

/** What a sync goes through. */
export interface Task {
  readonly work: Work;
  readonly snapshot: Snapshot;
  readonly runId: string;
}

/** What is planned, and from what. */
export interface Planned {
  readonly basis: Basis;
  readonly bindings: Bindings;
  readonly plan: Plan;
}

/** What a batch may hold before it is settled: about what fits into one transaction, or some hundred lines. */
const batchItems = 80;
const batchEntries = 200;
/** Nodes that came to no relation are told of so many at once. */
const nodesAtOnce = 1000;

/**
 * Goes through a plan in one order: what is gone first, so that its names are free, then the relations by their keys.
 * Applying and telling what would be done are the same way; the one commits what the other only reports.
 */
export class Application {
  private readonly deps: SyncDeps;
  private readonly task: Task;
  private readonly steps: Steps;
  private readonly planned: Planned;
  /** In a plan: names that it gives, beside those in the table, and those that it frees. */
  private readonly named = new Set<string>();
  private readonly freed = new Set<string>();

  constructor(deps: SyncDeps, task: Task, steps: Steps, planned: Planned) {
    this.deps = deps;
    this.task = task;
    this.steps = steps;
    this.planned = planned;
  }

  private get state(): SyncState {
    return this.steps.state;
  }

  private get isPlan(): boolean {
    return this.state.mode === "plan";
  }

  /** Goes on until all is done or the worker's time is up. */
  async goOn(): Promise<"done" | "goes-on"> {
    if (this.state.phase === "begun") await this.tellNodes();
    if (this.state.phase === "deletes" || this.isPlan) {
      if (!(await this.depart())) return "goes-on";
    }
    return (await this.relations()) ? "done" : "goes-on";
  }

  /** Tells of the nodes that came to no relation, and what is odd about the snapshot as a whole. */
  private async tellNodes(): Promise<void> {
    const { skipped, warnings } = this.task.snapshot;
    const lines: readonly Line[] = [
      ...skipped.map((skip) => nodeLine("skipped", skip)),
      ...warnings.map((detail) => nodeLine("warning", { detail })),
    ];
    for (let first = Number(this.state.after ?? 0); first < lines.length; first += nodesAtOnce) {
      const next = first + nodesAtOnce;
      await this.steps.reach({ after: String(next) }, lines.slice(first, next), []);
    }
    await this.steps.reach({ phase: "deletes", after: null }, [], []);
  }

  /** What is gone is deleted or let go; false where the worker's time is up. */
  private async depart(): Promise<boolean> {
    const { basis, plan } = this.planned;
    const departing = new DepartingSources(this.deps, this.task, this.steps, basis);
    const gone = [
      ...plan.deletes.map((each) => ({ ...each, owned: true })),
      ...plan.detaches.map((each) => ({ ...each, owned: false })),
    ];
    // A plan has told of them already, and needs their names nevertheless.
    const isTold = this.state.phase === "relations";
    for (const name of await departing.leaveAll(gone, isTold)) this.freed.add(name);
    if (departing.left > 0) return false;
    if (!isTold) await this.steps.reach({ phase: "relations", after: null }, [], []);
    return true;
  }

  private async relations(): Promise<boolean> {
    const most = this.deps.madeAtOnce ?? batchEntries;
    let [batch, items]: [Entry[], number] = [[], 0];
    for (const entry of this.entries()) {
      const more = this.guessedItems(entry.verdict.is);
      // What does not fit is not begun: a transaction for the last one alone would cost nearly as much as the first.
      if (batch.length === most || items + more > batchItems) {
        await this.settle(batch);
        [batch, items] = [[], 0];
        if (this.task.work.timeIsUp()) return false;
      }
      batch.push(entry);
      items += more;
    }
    await this.settle(batch);
    return true;
  }

  /** The relations that are to be settled or told of, behind the last one that is settled, whatever orders the keys. */
  private *entries(): Generator<Entry> {
    const { snapshot } = this.task;
    const { bindings, basis } = this.planned;
    const { after } = this.state;
    let isSettled = after !== null && snapshot.relation(after) !== undefined;
    let place = 0;
    for (const relation of snapshot.relations()) {
      place += 1;
      const wasSettled = isSettled;
      isSettled &&= relation.key !== after;
      if (wasSettled) continue;
      const verdict = verdictOn(relation, bindings.get(relation.key), basis.scope);
      if (verdict.is !== "unchanged" || this.isChecked(relation.built)) yield { relation, verdict, place };
    }
  }

  /** Whether something that is unchanged is looked at nevertheless, because the run built it. */
  private isChecked(built: boolean): boolean {
    return built && this.planned.basis.connection !== null && !this.isPlan;
  }

  private guessedItems(is: Entry["verdict"]["is"]): number {
    const { length } = this.planned.basis.integration.owners;
    const guessed = { unchanged: 0, skipped: 0, changed: 4, returning: 8, unbound: 5 + length };
    return guessed[is];
  }

  private async settle(batch: readonly Entry[]): Promise<void> {
    let left = batch;
    while (left.length > 0) {
      const settled = await catchingUp(() => (this.isPlan ? this.tell(left) : this.commit(left)));
      left = left.slice(settled);
    }
  }

  /** Reports what would become of relations. */
  private async tell(entries: readonly Entry[]): Promise<number> {
    const { store, clock } = this.deps;
    const tagsFor = async (names: readonly string[]) =>
      plannedTags(await store.tagTree(), names, clock.now());
    const named = new Set(this.named);
    const { decisions } = await this.decide(entries, named, tagsFor);
    const last = entries.at(-1);
    const lines = decisions.flatMap((decision) => linesOf(decision, null));
    await this.steps.reach({ after: last?.relation.key ?? null }, lines, [], last?.place);
    for (const name of named) this.named.add(name);
    return entries.length;
  }

  /** Commits what becomes of as many of the relations as fit; gives how many that were. */
  private async commit(entries: readonly Entry[]): Promise<number> {
    const { basis } = this.planned;
    const { work, runId } = this.task;
    const { job } = work;
    const { store, clock, ids } = this.deps;
    const commit = (writes: Parameters<Steps["beside"]>[0]) => this.steps.beside(writes);
    const maker = { store, clock, ids, correlationId: job.correlationId, commit };
    const decided = await this.decide(entries, new Set(), (names) => ensureTags(maker, names));
    const fits = fitting(decided.decisions, basis.integration.owners.length);
    const part: Decided = { ...decided, decisions: decided.decisions.slice(0, fits) };
    const excess = excessOf(part.decisions[0]);
    if (excess !== null) {
      await this.steps.beside([...basisAtCommit(basis), ...firstEdits(excess, clock.now().toISOString())]);
      return 0;
    }
    const chunk = await chunkOf(this.deps, basis, part, { job, runId });
    const settled = part.decisions.slice(0, chunk.settles);
    const last = entries[settled.length - 1];
    const lines = settled.flatMap((decision) =>
      linesOf(decision, chunk.made.get(decision.relation.key) ?? null),
    );
    await this.steps.reach({ after: last?.relation.key ?? null }, lines, chunk.writes, last?.place);
    await this.steps.dispatched(basis, chunk.writes);
    return settled.length;
  }

  private decide(
    entries: readonly Entry[],
    taken: Set<string>,
    tagsFor: (names: readonly string[]) => Promise<TagTree>,
  ): Promise<Decided> {
    const budget = lookBudget(this.deps, this.task.work.signal);
    const names = { taken, freed: this.freed };
    return decide(this.deps, this.planned.basis, entries, { budget, names, tagsFor });
  }
}
