import { underWord } from "#core/dbt/sync/plan/apply-word.ts";
import type { Basis } from "#core/dbt/sync/run/basis.ts";
import { dbtWordOn, tagsIn } from "#core/dbt/sync/plan/dbt-word.ts";
import type { Decided, Decision, Entry, Relaid } from "#core/dbt/sync/plan/decisions.ts";
import {
  forEachOf,
  lookUp,
  needsLook,
  type Deleted,
  type LookedUp,
  type LookUpDeps,
} from "#core/dbt/sync/plan/look-up.ts";
import { kindOf } from "#core/dbt/sync/apply/new-synced-source.ts";
import { settle, type Found, type Holder, type Settled } from "#core/dbt/sync/plan/settle.ts";
import { warehouseColumns } from "#core/dbt/sync/plan/warehouse-columns.ts";
import type { SnapshotRelation } from "#core/dbt/snapshot.ts";
import { compared } from "#core/deletion/compare-relation.ts";
import { mergeDictionary, type MergedDictionary } from "#core/dictionary/merge-dictionary.ts";
import { foldName } from "#core/names/fold.ts";
import type { Ids } from "#core/ports/clock.ts";
import type { RelationDescription, RemoteBudget } from "#core/ports/remote.ts";
import type { DictionaryView } from "#core/ports/store.ts";
import type { Skip } from "#core/sources/bulk/inspect.ts";
import { preventsStatistics } from "#core/sources/prevents-statistics.ts";
import type { TagTree } from "#core/tags/tag-tree.ts";
import { defaultSubscription } from "#core/subscriptions/default-subscription.ts";

/** What it takes to decide. */
export interface DecideDeps extends LookUpDeps {
  readonly ids: Ids;
}

/** Names that are not as the table has them: what a plan has taken already, and what it has freed. */
export interface PlannedNames {
  readonly taken: Set<string>;
  readonly freed: ReadonlySet<string>;
}

/** What the decisions about some relations have in common. */
interface Frame {
  readonly deps: DecideDeps;
  readonly basis: Basis;
  readonly tree: TagTree;
  readonly at: Date;
}

/**
 * Decides what becomes of some relations, from what stands now: asked again after another change came between, it may
 * decide otherwise. `tagsFor` gives a tree that has the tags of these names.
 */
export async function decide(
  deps: DecideDeps,
  basis: Basis,
  entries: readonly Entry[],
  with_: {
    readonly budget: RemoteBudget;
    readonly names: PlannedNames;
    readonly tagsFor: (names: readonly string[]) => Promise<TagTree>;
  },
): Promise<Decided> {
  const lookedUp = await lookUp(deps, basis, entries, with_.budget);
  const open = entries.filter(({ verdict }) => needsLook(verdict));
  const tree = await with_.tagsFor(tagsIn(open.map(({ relation }) => relation)).names);
  const frame: Frame = { deps, basis, tree, at: deps.clock.now() };
  const settled = settleAll(basis, entries, lookedUp, with_.names);
  const decisions = await forEachOf(entries, (entry) =>
    decisionOn(frame, entry, settled.get(entry), lookedUp),
  );
  return { decisions, tree };
}

/** What was looked up of one relation. */
interface Seen {
  readonly view: DictionaryView | null;
  readonly deleted: Deleted | null;
  readonly found: RelationDescription | null;
  readonly refusal: Skip | null;
  readonly name: string;
}

function seenOf({ relation: { key } }: Entry, { live, deleted, inspected, names }: LookedUp): Seen {
  const said = inspected.get(key) ?? null;
  const isRefusal = said !== null && "reason" in said;
  return {
    view: live.get(key) ?? null,
    deleted: deleted.get(key) ?? null,
    found: isRefusal ? null : said,
    refusal: isRefusal ? said : null,
    name: names.get(key) ?? "",
  };
}

/** What becomes of each, in their order: of two that come to one name the first has it. */
function settleAll(
  { integration }: Basis,
  entries: readonly Entry[],
  lookedUp: LookedUp,
  planned: PlannedNames,
): ReadonlyMap<Entry, Settled> {
  const others = new Set([...lookedUp.taken.keys()].map(foldName));
  const isTaken = (name: string): boolean =>
    planned.taken.has(name) || (others.has(name) && !planned.freed.has(name));
  const settled = new Map<Entry, Settled>();
  for (const entry of entries) {
    if (!needsLook(entry.verdict)) continue;
    const { view, deleted, refusal, name } = seenOf(entry, lookedUp);
    const found = { holder: holderOf(view), tombstone: tombstoneOf(deleted), name, refusal };
    const of = { integrationId: integration.id, relation: entry.relation.key };
    const how = settle(found, of, isTaken);
    if ("name" in how) planned.taken.add(foldName(how.name));
    settled.set(entry, how);
  }
  return settled;
}

const holderOf = (view: DictionaryView | null): Holder | null =>
  view === null
    ? null
    : {
        dataSourceId: view.dataSource.id,
        integrationId: view.dataSource.dbt?.integrationId ?? null,
        relation: view.dataSource.dbt?.relation ?? null,
      };

const tombstoneOf = (deleted: Deleted | null): Found["tombstone"] =>
  deleted === null ? null : { dataSourceId: deleted.view.dataSource.id, name: deleted.view.dataSource.name };

async function decisionOn(
  frame: Frame,
  entry: Entry,
  how: Settled | undefined,
  lookedUp: LookedUp,
): Promise<Decision> {
  const { relation, verdict } = entry;
  if (verdict.is === "skipped") return { relation, does: "skip", skip: verdict.skip };
  if (verdict.is === "unchanged") return { relation, does: "check", dataSourceId: verdict.dataSourceId };
  if (how === undefined) throw new Error(`nothing is settled of ${relation.key}`);
  return await settledDecision(frame, entry, how, seenOf(entry, lookedUp));
}

async function settledDecision(
  frame: Frame,
  { relation, verdict }: Entry,
  how: Settled,
  { view, deleted, found }: Seen,
): Promise<Decision> {
  if (how.does === "skip") return { relation, does: "skip", skip: how.skip };
  if (how.does === "create") return creation(frame, relation, how.name, found);
  if (how.does === "restore" && deleted !== null) return await restoration(frame, relation, deleted, found);
  if (view === null) throw new Error(`nothing was found of ${relation.key}`);
  const attaches = verdict.is !== "changed" || view.dataSource.dbt === null;
  return { relation, does: "update", attaches, ...relaid(frame, relation, view) };
}

function creation(
  { basis, tree }: Frame,
  relation: SnapshotRelation,
  name: string,
  found: RelationDescription | null,
): Decision {
  const word = dbtWordOn(relation, found?.columns ?? relation.columns, tree);
  const tags = word.tagIds.flatMap((id) => tree.get(id) ?? []);
  const statisticsPrevented = preventsStatistics(basis.settings.preventStatisticsTag, tags);
  return {
    relation,
    does: "create",
    name,
    word,
    found,
    statisticsPrevented,
    subscription: defaultSubscription(basis.settings),
  };
}

async function restoration(
  frame: Frame,
  relation: SnapshotRelation,
  { view, dictionary }: Deleted,
  found: RelationDescription | null,
): Promise<Decision> {
  const members = await frame.deps.store.dataSourceMembers(view.dataSource.id);
  return {
    relation,
    does: "restore",
    health: view.health,
    members,
    comparison: found === null ? "unchanged" : compared(view.dataSource, dictionary.columns, found),
    ...relaid(frame, relation, { ...dictionary, dataSource: view.dataSource }),
  };
}

/** A data source under dbt's word, with the columns that dbt alone tells of. */
function relaid({ deps, tree, at }: Frame, relation: SnapshotRelation, view: DictionaryView): Relaid {
  const { source } = view.dataSource.dictionary;
  const columns = source === "dbt" ? dbtColumns(deps, relation, view, at) : null;
  const word = dbtWordOn(relation, columns?.columns ?? view.columns, tree);
  const under = underWord(view, word, tree, at.toISOString());
  if (source !== "dbt") return { view, word, under, columns: null };
  const remote = { ...under.dataSource.remote, kind: kindOf(relation) };
  const changed = { ...under, dataSource: { ...under.dataSource, remote } };
  return { view, word, under: changed, columns: columns?.changes === null ? null : columns };
}

const dbtColumns = (
  { ids }: DecideDeps,
  relation: SnapshotRelation,
  view: DictionaryView,
  at: Date,
): MergedDictionary =>
  mergeDictionary(
    view,
    { columns: warehouseColumns(relation, view.columns), sameObject: false, at: at.toISOString() },
    () => ids.next("column"),
  );
