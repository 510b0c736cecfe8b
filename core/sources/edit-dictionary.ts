import type { Routes } from "#contracts/http/routes.ts";
import type { ProblemError } from "#contracts/problems.ts";
import { audited } from "#core/audit/record.ts";
import type { Call, UseCase } from "#core/call/call.ts";
import { demandVersion, retryConflict } from "#core/call/retry-conflict.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { CatalogChange } from "#core/ports/catalog-index.ts";
import type { Write } from "#core/ports/change.ts";
import type { DictionaryView } from "#core/ports/store.ts";
import { columnTagsDocument } from "#core/sources/catalog-documents.ts";
import type { ColumnEdit, DataSource, SchemaColumn } from "#core/sources/data-source.ts";
import { columnNamed } from "#core/sources/column-named.ts";
import { readDictionary, showColumn } from "#core/sources/dictionary.ts";
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
    const { store, ids, clock } = deps;
    const view = await readDictionary(deps, call, dataSourceId, "data-source:describe");
    const before = view.dataSource;
    demandVersion(call, before.version);
    const columns = columnsOf(view, changes, pointerOf);
    const tree = await store.tagTree();
    const at = clock.now();
    demandTags(tree, changes, pointerOf, at);
    const edits = new Map<string, ColumnEdit>();
    changes.forEach((change, index) => {
      const column = columns[index];
      if (column === undefined) return;
      const current = edits.get(column.id) ?? view.edits.get(column.id);
      edits.set(column.id, changedEdit(call, at, before.id, column, current, change, tree));
    });
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
    const threads = threadCounts(view.threads);
    return [...new Set(columns)].map((column) => showColumn(column, edits.get(column.id), tree, threads));
  });
}

/** What the index must know where the tags of columns changed. */
function retagging(
  { edits: before }: DictionaryView,
  changed: ReadonlyMap<string, ColumnEdit>,
  header: DataSource,
): Pick<CatalogChange, "columnTags"> {
  const [old, made] = [before, new Map([...before, ...changed])].map((edits) =>
    columnTagsDocument(edits.values(), header),
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

/** The columns meant, exactly by name or uniquely ignoring case; `column-not-found` says which are not there. */
function columnsOf(
  view: DictionaryView,
  changes: readonly Change[],
  pointerOf: (index: number) => string,
): readonly SchemaColumn[] {
  const missing: ProblemError[] = [];
  const columns = changes.flatMap(({ column: name }, index) => {
    const found = columnNamed(view.columns, name);
    if (found !== undefined) return [found];
    missing.push({
      in: "body",
      pointer: `${pointerOf(index)}/column`,
      detail: `there is no column ${JSON.stringify(name)}`,
    });
    return [];
  });
  if (missing.length > 0) throw new DomainError("column-not-found", undefined, { errors: missing });
  return columns;
}

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
    updatedBy: call.user.id,
    updatedAt: at.toISOString(),
  };
}
