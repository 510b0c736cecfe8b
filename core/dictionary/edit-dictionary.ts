import type { Routes } from "#contracts/http/routes.ts";
import { audited } from "#core/audit/record.ts";
import type { Call, UseCase } from "#core/call/call.ts";
import { demandVersion, retryConflict } from "#core/call/retry-conflict.ts";
import { dbtChanged } from "#core/dbt/layer.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { CatalogChange } from "#core/ports/catalog-index.ts";
import type { Write } from "#core/ports/change.ts";
import type { DictionaryView } from "#core/ports/store.ts";
import { columnTagsDocument } from "#core/sources/catalog-documents.ts";
import type { ColumnEdit, DataSource } from "#core/sources/data-source.ts";
import {
  awaitsRun,
  isSameEdit,
  unedited,
  withdrawnAfter,
  type Retagging,
  type Stated,
} from "#core/dictionary/column-edit.ts";
import { dbtColumns } from "#core/dictionary/dbt-columns.ts";
import { columnShower, readDictionary } from "#core/dictionary/read-dictionary.ts";
import { findColumns } from "#core/dictionary/find-columns.ts";
import type { SourceDeps } from "#core/sources/source-deps.ts";
import { withManualTags } from "#core/sources/tag-data-source.ts";
import { headerChange } from "#core/sources/update-data-source.ts";
import { namedTags, tagsStand, unknownTag } from "#core/tags/resolve-tags.ts";
import { demandStanding, type Tag } from "#core/tags/tag.ts";
import type { TagTree } from "#core/tags/tag-tree.ts";

type Change = Parameters<UseCase<Routes["updateDictionary"]>>[0]["body"]["changes"][number];

/** Changes several columns: all of them or none. */
export const updateDictionary =
  (deps: SourceDeps): UseCase<Routes["updateDictionary"]> =>
  async ({ params, body }, call) => {
    const items = await edit(deps, call, params.dataSourceId, body.changes, (index) => `/changes/${index}`);
    return { items, nextCursor: null };
  };

/** Changes one column. */
export const updateColumn =
  (deps: SourceDeps): UseCase<Routes["updateColumn"]> =>
  async ({ params, body }, call) => {
    const [item] = await edit(
      deps,
      call,
      params.dataSourceId,
      [{ column: params.column, ...body }],
      () => "",
    );
    if (item === undefined) throw new DomainError("internal-error");
    return item;
  };

/** Applies the changes in one transaction, with a new version of the data source, and answers the columns. */
function edit(
  deps: SourceDeps,
  call: Call,
  dataSourceId: string,
  changes: readonly Change[],
  pointerOf: (index: number) => string,
) {
  return retryConflict(call, async () => {
    const view = await readDictionary(deps, call, dataSourceId, "data-source:describe");
    demandVersion(call, view.dataSource.version);
    const named = changes.map(({ column }) => column);
    const columns = findColumns(view.columns, named, (index) => `${pointerOf(index)}/column`);
    const tree = await deps.store.tagTree();
    const at = deps.clock.now();
    demandTags(tree, changes, pointerOf, at);
    const said = dbtColumns(view.columns, view.dbt);
    const edits = new Map<string, ColumnEdit>();
    changes.forEach((change, index) => {
      const column = columns[index];
      if (column === undefined) return;
      const current = edits.get(column.id) ?? view.edits.get(column.id) ?? unedited;
      const dbtTagIds = view.dbt === null ? null : new Set(said.get(column.id)?.tagIds);
      const after = changedEdit(call, at, current, change, { tree, dbtTagIds });
      edits.set(column.id, { ...after, dataSourceId, columnId: column.id });
    });
    await commitEdits(deps, call, at, view, { edits: changedEdits(view, edits), changes, tree });
    const show = columnShower({ ...view, edits: new Map([...view.edits, ...edits]) }, tree);
    return [...new Set(columns)].map(show);
  });
}

/** Those that state something else than what is stored. */
const changedEdits = (
  view: DictionaryView,
  edits: ReadonlyMap<string, ColumnEdit>,
): ReadonlyMap<string, ColumnEdit> =>
  new Map([...edits].filter(([id, edit]) => !isSameEdit(view.edits.get(id), edit)));

async function commitEdits(
  { store, ids }: SourceDeps,
  call: Call,
  at: Date,
  view: DictionaryView,
  made: {
    readonly edits: ReadonlyMap<string, ColumnEdit>;
    readonly changes: readonly Change[];
    readonly tree: TagTree;
  },
): Promise<void> {
  const { edits, changes, tree } = made;
  if (edits.size === 0) return;
  const before = view.dataSource;
  const after = { ...before, updatedAt: at.toISOString(), version: before.version + 1 };
  await store.commit([
    ...headerChange(ids, at, before, after, retagging(view, edits, after)),
    ...tagsStand(
      tree,
      changes.flatMap(({ addTags }) => namedTags(tree, addTags)),
    ),
    ...[...edits.values()].map((record): Write => ({ write: "put", kind: "column-edit", record })),
    ...(takesFromDbt(view, edits) ? dbtChanged(before) : []),
    audited(ids, at, call, {
      action: "data-source:describe-columns",
      resource: { type: "data-source", id: before.id },
      details: { changes: changes.map((change) => toldChange(change, tree)) },
    }),
  ]);
}

/** Whether the next run of dbt has something to put back. */
const takesFromDbt = (view: DictionaryView, edits: ReadonlyMap<string, ColumnEdit>): boolean =>
  [...edits].some(([id, edit]) => awaitsRun(view.edits.get(id)?.withdrawn ?? [], edit.withdrawn));

/** What the index must know where the tags of columns changed. */
function retagging(
  { columns, edits: before, dbt }: DictionaryView,
  changed: ReadonlyMap<string, ColumnEdit>,
  header: DataSource,
): Pick<CatalogChange, "columnTags"> {
  const [old, made] = [before, new Map([...before, ...changed])].map((edits) =>
    columnTagsDocument(columns, edits, header, dbt),
  );
  return JSON.stringify(old?.tagIds) === JSON.stringify(made?.tagIds) || made === undefined
    ? {}
    : { columnTags: made };
}

const toldCharacters = 200;

/** What the audit record says of a change. Long texts are cut and tags are told by id: 80 changes must fit into an item. */
const toldChange = (
  { column, description, addTags, removeTags, keepAway = false }: Change,
  tree: TagTree,
) => ({
  column,
  ...(description === undefined ? {} : { description: description?.slice(0, toldCharacters) ?? null }),
  addedTagIds: namedTags(tree, addTags).map(({ id }) => id),
  removedTagIds: namedTags(tree, removeTags).map(({ id }) => id),
  ...(keepAway ? { keptAway: true } : {}),
});

/** Refuses to add tags that there are not; `tag-not-found` says where each stands. */
function demandTags(
  tree: TagTree,
  changes: readonly Change[],
  pointerOf: (index: number) => string,
  at: Date,
): void {
  const unknown = changes.flatMap(({ addTags = [] }, index) =>
    addTags.flatMap((name, place) =>
      tree.find(name) === undefined ? [unknownTag(name, `${pointerOf(index)}/addTags/${place}`)] : [],
    ),
  );
  if (unknown.length > 0) throw new DomainError("tag-not-found", undefined, { errors: unknown });
  demandStanding(
    changes.flatMap(({ addTags }) => namedTags(tree, addTags)),
    at,
  );
}

function changedEdit(
  call: Call,
  at: Date,
  current: Stated,
  change: Change,
  given: { readonly tree: TagTree; readonly dbtTagIds: ReadonlySet<string> | null },
): Omit<ColumnEdit, "dataSourceId" | "columnId"> {
  const [removed, added] = [change.removeTags, change.addTags].map((names) => namedTags(given.tree, names));
  const idsOf = (tags: readonly Tag[] = []) => new Set(tags.map(({ id }) => id));
  const retagging: Retagging = {
    removed: idsOf(removed),
    keepAway: change.keepAway ?? false,
    added: idsOf(added),
    dbtTagIds: given.dbtTagIds,
    by: call.user.id,
    at: at.toISOString(),
  };
  const kept = current.tags.filter(({ tagId }) => !retagging.removed.has(tagId));
  return {
    description: change.description === undefined ? current.description : change.description,
    tags: withManualTags(kept, added ?? [], call, at),
    withdrawn: withdrawnAfter(current.withdrawn, retagging),
    updatedBy: retagging.by,
    updatedAt: retagging.at,
  };
}
