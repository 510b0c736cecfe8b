import type { Routes } from "#contracts/http/routes.ts";
import { audited } from "#core/audit/record.ts";
import type { Call, UseCase } from "#core/call/call.ts";
import { isSameValue } from "#core/call/same-value.ts";
import { demandVersion, retryConflict } from "#core/call/retry-conflict.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { CatalogChange } from "#core/ports/catalog-index.ts";
import type { Write } from "#core/ports/change.ts";
import type { DictionaryView } from "#core/ports/store.ts";
import { columnTagsDocument } from "#core/sources/catalog-documents.ts";
import type { ColumnEdit, DataSource, SchemaColumn } from "#core/sources/data-source.ts";
import { readDictionary, showColumn } from "#core/dictionary/read-dictionary.ts";
import { findColumns } from "#core/dictionary/find-columns.ts";
import type { SourceDeps } from "#core/sources/source-deps.ts";
import { withManualTags } from "#core/sources/tag-data-source.ts";
import { headerChange } from "#core/sources/update-data-source.ts";
import { namedTags, tagsStand, unknownTag } from "#core/tags/resolve-tags.ts";
import { demandStanding } from "#core/tags/tag.ts";
import type { TagTree } from "#core/tags/tag-tree.ts";
import { threadCounts } from "#core/threads/thread.ts";

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
    const edits = new Map<string, ColumnEdit>();
    changes.forEach((change, index) => {
      const column = columns[index];
      if (column === undefined) return;
      const current = edits.get(column.id) ?? view.edits.get(column.id);
      edits.set(column.id, changedEdit(call, at, dataSourceId, column, current, change, tree));
    });
    await commitEdits(deps, call, at, view, { edits: changedEdits(view, edits), changes, tree });
    const threads = threadCounts(view.threads);
    const { source } = view.dataSource.dictionary;
    return [...new Set(columns)].map((column) =>
      showColumn(column, edits.get(column.id), tree, threads, source),
    );
  });
}

/** Those that state something else than what is stored. */
const changedEdits = (
  view: DictionaryView,
  edits: ReadonlyMap<string, ColumnEdit>,
): ReadonlyMap<string, ColumnEdit> =>
  new Map([...edits].filter(([id, edit]) => !isSameEdit(view.edits.get(id), edit)));

/** What nobody stated anything of. */
export const unedited: Pick<ColumnEdit, "description" | "tags" | "withdrawn"> = {
  description: null,
  tags: [],
  withdrawn: [],
};

/** Whether two edits state the same; none states nothing. */
export function isSameEdit(before: ColumnEdit | undefined, after: ColumnEdit): boolean {
  const { description, tags, withdrawn } = before ?? unedited;
  return isSameValue(
    { description, tags, withdrawn },
    {
      description: after.description,
      tags: after.tags,
      withdrawn: after.withdrawn,
    },
  );
}

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
    audited(ids, at, call, {
      action: "data-source:describe-columns",
      resource: { type: "data-source", id: before.id },
      details: { changes: changes.map((change) => toldChange(change, tree)) },
    }),
  ]);
}

/** What the index must know where the tags of columns changed. */
function retagging(
  { columns, edits: before }: DictionaryView,
  changed: ReadonlyMap<string, ColumnEdit>,
  header: DataSource,
): Pick<CatalogChange, "columnTags"> {
  const [old, made] = [before, new Map([...before, ...changed])].map((edits) =>
    columnTagsDocument(columns, edits, header),
  );
  return JSON.stringify(old?.tagIds) === JSON.stringify(made?.tagIds) || made === undefined
    ? {}
    : { columnTags: made };
}

const toldCharacters = 200;

/** What the audit record says of a change. Long texts are cut and tags are told by id: 80 changes must fit into an item. */
const toldChange = ({ column, description, addTags, removeTags }: Change, tree: TagTree) => ({
  column,
  ...(description === undefined ? {} : { description: description?.slice(0, toldCharacters) ?? null }),
  addedTagIds: namedTags(tree, addTags).map(({ id }) => id),
  removedTagIds: namedTags(tree, removeTags).map(({ id }) => id),
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
  dataSourceId: string,
  column: SchemaColumn,
  current: ColumnEdit | undefined,
  change: Change,
  tree: TagTree,
): ColumnEdit {
  const removed = new Set(namedTags(tree, change.removeTags).map(({ id }) => id));
  const kept = (current?.tags ?? []).filter(({ tagId }) => !removed.has(tagId));
  return {
    dataSourceId,
    columnId: column.id,
    description: change.description === undefined ? (current?.description ?? null) : change.description,
    tags: withManualTags(kept, namedTags(tree, change.addTags), call, at),
    withdrawn: current?.withdrawn ?? [],
    updatedBy: call.user.id,
    updatedAt: at.toISOString(),
  };
}
