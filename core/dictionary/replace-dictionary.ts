import type { Routes } from "#contracts/http/routes.ts";
import { maxColumns } from "#contracts/resources/remote.ts";
import { audited } from "#core/audit/record.ts";
import type { Call, UseCase } from "#core/call/call.ts";
import { demandVersion, retryConflict } from "#core/call/retry-conflict.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { wasRefused } from "#core/errors/was-refused.ts";
import type { Write } from "#core/ports/change.ts";
import type { RemoteColumn } from "#core/ports/remote.ts";
import type { DictionaryView } from "#core/ports/store.ts";
import { columnsDocument, columnTagsDocument } from "#core/sources/catalog-documents.ts";
import type {
  ColumnEdit,
  DataSource,
  DictionaryGeneration,
  DictionarySource,
} from "#core/sources/data-source.ts";
import { getDictionary, readDictionary } from "#core/dictionary/read-dictionary.ts";
import { isSameEdit, unedited } from "#core/dictionary/column-edit.ts";
import { matchColumns } from "#core/dictionary/match-columns.ts";
import { mergeDictionary, type MergedDictionary } from "#core/dictionary/merge-dictionary.ts";
import { toldChanges } from "#core/dictionary/refresh-dictionary.ts";
import type { SourceDeps } from "#core/sources/source-deps.ts";
import { withManualTags } from "#core/sources/tag-data-source.ts";
import { headerChange } from "#core/sources/update-data-source.ts";
import { resolveTags, tagsStand } from "#core/tags/resolve-tags.ts";
import type { Tag } from "#core/tags/tag.ts";
import type { TagTree } from "#core/tags/tag-tree.ts";

type Body = Parameters<UseCase<Routes["replaceDictionary"]>>[0]["body"];
type Statement = Body["columns"][number];

/**
 * States every column of a data source whose technology tells none. Columns go by their names: one that was there
 * keeps its id and what people stated of it, one that is left out is remembered for its return.
 */
export const replaceDictionary =
  (deps: SourceDeps): UseCase<Routes["replaceDictionary"]> =>
  async ({ params, body }, call) => {
    if (body.columns.length > maxColumns) throw new DomainError("too-many-columns");
    await retryConflict(call, () => replace(deps, call, params.dataSourceId, body.columns));
    return await getDictionary(deps)({ params, query: { limit: 200 }, body: undefined }, call);
  };

/** What a replacement comes to before anything is stored. */
interface Replacement {
  readonly merged: MergedDictionary;
  readonly edits: readonly ColumnEdit[];
  readonly tags: readonly Tag[];
  readonly tree: TagTree;
}

async function replace(
  deps: SourceDeps,
  call: Call,
  dataSourceId: string,
  columns: readonly Statement[],
): Promise<void> {
  const { store, ids, clock } = deps;
  const view = await readDictionary(deps, call, dataSourceId, "data-source:describe");
  const { dataSource: before } = view;
  if (before.dictionary.source !== "manual") throw toldByOthers(before.dictionary.source);
  demandVersion(call, before.version);
  const at = clock.now();
  const tree = await store.tagTree();
  const tags = columns.map((column, index) =>
    resolveTags(tree, column.tags ?? [], `/columns/${index}/tags`, at),
  );
  const described = describedColumns(view, columns);
  const merged = mergeDictionary(view, { columns: described, sameObject: false, at: at.toISOString() }, () =>
    ids.next("column"),
  );
  const edits = changedEdits(call, at, view, { merged, columns, tags });
  if (merged.changes === null && edits.length === 0) return;
  await commitReplacement(deps, call, at, view, { merged, edits, tags: tags.flat(), tree });
}

const toldByOthers = (source: Exclude<DictionarySource, "manual">): DomainError =>
  new DomainError("dictionary-from-remote", source === "dbt" ? "dbt tells the columns." : undefined);

/** The columns as a remote would describe them; what is not stated anew of one stays. */
function describedColumns(view: DictionaryView, columns: readonly Statement[]): readonly RemoteColumn[] {
  const stated = columns.map(({ name, dataType }, index): RemoteColumn => ({
    name,
    ordinal: index + 1,
    dataType,
    remoteType: dataType,
    nullable: true,
    comment: "",
    countable: false,
    inPrimaryKey: false,
    unique: false,
  }));
  const matches = matchColumns(view, stated, false);
  return stated.map((column, index) => {
    const match = matches.get(column);
    const comment = match !== undefined && "comment" in match ? match.comment : "";
    return { ...column, comment: columns[index]?.description ?? comment };
  });
}

/** The header, delta and audit record leave room for so many edits in one transaction. */
const mostEdits = 80;

/** What is stated in the call takes the place of what was stated of the columns before. */
function changedEdits(
  call: Call,
  at: Date,
  view: DictionaryView,
  stated: {
    readonly merged: MergedDictionary;
    readonly columns: readonly Statement[];
    readonly tags: readonly (readonly Tag[])[];
  },
): readonly ColumnEdit[] {
  const edits = stated.merged.columns.flatMap(({ id }, index) => {
    const before = view.edits.get(id);
    const stands = before ?? unedited;
    const { description, tags } = stated.columns[index] ?? {};
    const after: ColumnEdit = {
      dataSourceId: view.dataSource.id,
      columnId: id,
      description: description === undefined ? stands.description : null,
      tags: tags === undefined ? stands.tags : replacedTags(call, at, stands, stated.tags[index] ?? []),
      withdrawn: stands.withdrawn,
      updatedBy: call.user.id,
      updatedAt: at.toISOString(),
    };
    return isSameEdit(before, after) ? [] : [after];
  });
  if (edits.length <= mostEdits) return edits;
  const detail = `tags and earlier descriptions of at most ${mostEdits} columns change in one call`;
  throw new DomainError("invalid-request", undefined, {
    errors: [{ in: "body", pointer: "/columns", detail }],
  });
}

/** A person's tags are those that are named; what others put there stays. */
function replacedTags(
  call: Call,
  at: Date,
  before: Pick<ColumnEdit, "tags">,
  tags: readonly Tag[],
): ColumnEdit["tags"] {
  const named = new Set(tags.map(({ id }) => id));
  const kept = before.tags.filter(({ tagId, provenance }) => provenance !== "manual" || named.has(tagId));
  return withManualTags(kept, tags, call, at);
}

async function commitReplacement(
  { store, ids }: SourceDeps,
  call: Call,
  at: Date,
  view: DictionaryView,
  made: Replacement,
): Promise<void> {
  const { dataSource: before } = view;
  const { columns, gone, changes } = made.merged;
  const generation = ids.next("generation");
  const chunks = await store.stageDictionary(before.id, generation, columns, gone);
  const takenAt = at.toISOString();
  const dictionary: DictionaryGeneration = {
    source: "manual",
    generation,
    chunks,
    columnCount: columns.length,
    takenAt,
  };
  const after: DataSource = { ...before, dictionary, updatedAt: takenAt, version: before.version + 1 };
  const edits = new Map([...view.edits, ...made.edits.map((edit) => [edit.columnId, edit] as const)]);
  try {
    await store.commit([
      ...headerChange(ids, at, before, after, {
        columns: columnsDocument(columns, after),
        columnTags: columnTagsDocument(columns, edits, after, view.dbt),
      }),
      {
        write: "retire-generation",
        dataSourceId: before.id,
        layer: "schema",
        dictionary: before.dictionary,
        retiredAt: takenAt,
      },
      ...tagsStand(made.tree, made.tags),
      ...made.edits.map((record): Write => ({ write: "put", kind: "column-edit", record })),
      audited(ids, at, call, {
        action: "data-source:replace-dictionary",
        resource: { type: "data-source", id: before.id },
        details: { ...toldChanges(changes), columns: columns.length, edited: made.edits.length },
      }),
    ]);
  } catch (error) {
    // Only a refusal is certain; after any other error the sweep finds out whether a header points at it.
    if (wasRefused(error)) await store.dropGeneration(before.id, "schema", dictionary);
    throw error;
  }
}
