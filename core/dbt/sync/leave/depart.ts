import { basisAtCommit, type Basis } from "#core/dbt/sync/run/basis.ts";
import { underWord } from "#core/dbt/sync/plan/apply-word.ts";
import { catchingUp } from "#core/dbt/sync/apply/catch-up.ts";
import { auditOf } from "#core/dbt/sync/apply/chunk.ts";
import { deletedItem, detachedItem, readDeletable, type Departure } from "#core/dbt/sync/leave/departures.ts";
import { bind, type Item } from "#core/dbt/sync/apply/items.ts";
import { forEachOf } from "#core/dbt/sync/plan/look-up.ts";
import type { Gone } from "#core/dbt/sync/plan/plan.ts";
import { departedLine, type Line } from "#core/dbt/sync/apply/report.ts";
import type { Steps } from "#core/dbt/sync/apply/steps.ts";
import type { SyncDeps } from "#core/dbt/sync/run/sync-deps.ts";
import type { Work } from "#core/jobs/work.ts";
import type { FactChange } from "#core/jobs/job-report.ts";
import { foldName } from "#core/names/fold.ts";
import type { Write } from "#core/ports/change.ts";
import type { DictionaryView } from "#core/ports/store.ts";
import { deltaWrite } from "#core/sources/catalog-documents.ts";
import type { TagTree } from "#core/tags/tag-tree.ts";

/** So many data sources depart in one transaction: ten items each at most, and some for all of them. */
const departAtOnce = 8;

type Leaving = Gone & { readonly owned: boolean };

/** A data source that departs, as it stands. */
interface Standing {
  readonly gone: Leaving;
  readonly view: DictionaryView | null;
}

/** Data sources whose relation is no longer there: what the integration made is deleted, what others made is let go. */
export class DepartingSources {
  /** How many the worker's time did not suffice for. */
  left = 0;
  private readonly deps: SyncDeps;
  private readonly task: { readonly work: Work; readonly runId: string };
  private readonly steps: Steps;
  private readonly basis: Basis;

  constructor(
    deps: SyncDeps,
    task: { readonly work: Work; readonly runId: string },
    steps: Steps,
    basis: Basis,
  ) {
    this.deps = deps;
    this.task = task;
    this.steps = steps;
    this.basis = basis;
  }

  /** Lets them depart, or in a plan tells that they would, unless it has; gives the names that become free. */
  async leaveAll(gone: readonly Leaving[], isTold: boolean): Promise<readonly string[]> {
    const freed: string[] = [];
    const isPlan = this.steps.state.mode === "plan";
    const told = isPlan && !isTold ? Number(this.steps.state.after ?? 0) : 0;
    const atOnce = Math.min(departAtOnce, this.deps.madeAtOnce ?? departAtOnce);
    for (let first = told; first < gone.length; first += atOnce) {
      const next = first + atOnce;
      const some = gone.slice(first, next);
      if (isPlan) freed.push(...(await this.tell(some, isTold ? null : String(next))));
      else await catchingUp(() => this.commit(some));
      if (next < gone.length && this.task.work.timeIsUp()) {
        this.left = gone.length - next;
        break;
      }
    }
    return freed;
  }

  private async standing(gone: readonly Leaving[]): Promise<readonly Standing[]> {
    return await forEachOf(gone, async (one) => ({
      gone: one,
      view: await this.deps.store.dictionary(one.dataSourceId),
    }));
  }

  private async tell(gone: readonly Leaving[], reached: string | null): Promise<readonly string[]> {
    const standing = await this.standing(gone);
    const tree = await this.deps.store.tagTree();
    const lines = standing.flatMap(({ gone: one, view }) => this.lineOn(one, view, tree));
    if (reached !== null) await this.steps.reach({ after: reached }, lines, []);
    return standing.flatMap(({ gone: one, view }) =>
      view !== null && this.isDeleted(one, view) ? [foldName(view.dataSource.name)] : [],
    );
  }

  /** Deletes only what says of itself that the integration made it. */
  private isDeleted({ owned }: Leaving, { dataSource: { origin } }: DictionaryView): boolean {
    return owned && origin.type === "dbt" && origin.integrationId === this.basis.integration.id;
  }

  private lineOn(gone: Leaving, view: DictionaryView | null, tree: TagTree): readonly Line[] {
    if (view === null) return [];
    const uniqueId = view.dbt?.node.uniqueIds[0];
    return this.isDeleted(gone, view)
      ? [departedLine("deleted", view.dataSource, uniqueId)]
      : [departedLine("updated", view.dataSource, uniqueId, lostFacts(view, tree))];
  }

  private async commit(gone: readonly Leaving[]): Promise<void> {
    const { ids, store, clock } = this.deps;
    const { job } = this.task.work;
    const at = clock.now();
    const [standing, tree] = await Promise.all([this.standing(gone), store.tagTree()]);
    const auditId = ids.next("audit");
    const departure: Departure = {
      store,
      ids,
      at,
      correlationId: job.correlationId,
      integration: this.basis.integration,
    };
    const items: Item[] = [];
    const rest: Write[] = [];
    for (const one of standing) {
      const item = await this.itemOf(departure, one, { jobId: job.id, auditId });
      if (item === null) rest.push(this.settleGone(one.gone));
      else items.push(item);
    }
    const writes: readonly Write[] = [
      ...basisAtCommit(this.basis),
      ...items.flatMap((item) => item.writes),
      ...rest,
      ...(items.length === 0
        ? []
        : [
            deltaWrite(
              ids,
              at,
              items.flatMap(({ change }) => change ?? []),
            ),
            auditOf(this.deps, at, job, { auditId, runId: this.task.runId, items }),
          ]),
    ];
    const lines = standing.flatMap(({ gone: one, view }) => this.lineOn(one, view, tree));
    await this.steps.reach({}, lines, writes);
    await this.steps.dispatched(this.basis, writes);
  }

  private async itemOf(
    departure: Departure,
    { gone, view }: Standing,
    audit: Parameters<typeof detachedItem>[2],
  ): Promise<Item | null> {
    if (view === null) return null;
    const departing = { relation: gone.relation, view };
    if (!this.isDeleted(gone, view)) {
      // Another integration's layer is not ours to take off.
      const isOurs = view.dataSource.dbt?.integrationId === this.basis.integration.id;
      return isOurs ? detachedItem(departure, departing, audit) : null;
    }
    const deletable = await readDeletable(departure.store, gone.dataSourceId);
    return deletable === null ? null : await deletedItem(departure, departing, deletable, audit);
  }

  /** What somebody deleted meanwhile: what the integration made may still come back, the rest is nobody's here. */
  private settleGone({ relation, dataSourceId, owned }: Leaving): Write {
    const { id } = this.basis.integration;
    const of = { dataSourceId, owned, deleted: true, digest: null };
    if (owned) return bind(id, relation, of);
    return { write: "remove", kind: "dbt-binding", record: { integrationId: id, relation, ...of } };
  }
}

/** What a data source loses that dbt says nothing of any more. */
const lostFacts = (view: DictionaryView, tree: TagTree): readonly FactChange[] => {
  const { node } = view.dbt ?? { node: null };
  if (node === null) return [];
  const word = { description: null, tagIds: [], facts: { node, columns: [] }, warnings: [] };
  return underWord(view, word, tree, view.dataSource.updatedAt).changes.slice(0, 10);
};
