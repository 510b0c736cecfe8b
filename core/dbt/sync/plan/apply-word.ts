import { maxTags } from "#contracts/resources/fields.ts";
import { systemActor } from "#core/audit/record.ts";
import { isSameValue } from "#core/call/same-value.ts";
import type { DbtWord } from "#core/dbt/sync/plan/dbt-word.ts";
import { dbtColumns } from "#core/dictionary/dbt-columns.ts";
import type { FactChange } from "#core/jobs/job-report.ts";
import type { DictionaryView } from "#core/ports/store.ts";
import type { AppliedTag, ColumnEdit, DataSource, DbtColumn } from "#core/sources/data-source.ts";
import type { TagTree } from "#core/tags/tag-tree.ts";

/** A data source under dbt's word; where its facts lie is not said yet. */
export interface UnderWord {
  /** With dbt's description and tags; everything else as it was. */
  readonly dataSource: DataSource;
  /** Edits that lose what a person took away only until now. */
  readonly edits: readonly ColumnEdit[];
  /** Whether what lies in chunks is other than it was. */
  readonly restaged: boolean;
  readonly changes: readonly FactChange[];
  readonly warnings: readonly string[];
}

/**
 * Lays dbt's word on a data source. Of what is there only dbt's own is replaced: what people and the remote said stays
 * as it is, a tag that dbt keeps keeps its date, and one that a person keeps away is not put back.
 */
export function underWord(
  view: Pick<DictionaryView, "dataSource" | "columns" | "dbt" | "edits">,
  word: DbtWord,
  tree: TagTree,
  at: string,
): UnderWord {
  const { dataSource: before, dbt: factsBefore, edits } = view;
  const { tags, over } = withDbtTags(before, word.tagIds, at);
  const dataSource: DataSource = {
    ...before,
    description: { ...before.description, dbt: word.description },
    tags,
  };
  const changes = [
    ...(before.description.dbt === word.description ? [] : [change("description", null)]),
    ...tagChange(null, dbtTagIds(before.tags), dbtTagIds(tags), tree),
    ...columnChanges(factsBefore?.columns ?? [], word.facts.columns, tree),
    ...returnedTags(view, word, tree),
    ...(isSameValue(factsBefore?.node ?? null, word.facts.node) ? [] : [change("node", null)]),
  ];
  return {
    dataSource,
    edits: [...edits.values()].flatMap((edit) => settledEdit(edit, at)),
    restaged: !isSameValue(factsBefore, word.facts),
    changes,
    warnings: [
      ...word.warnings,
      ...(over === 0 ? [] : [`it has ${maxTags} tags with those of others: ${over} are left out`]),
    ],
  };
}

/** Tags of columns that a person took away until now, and that dbt still says. */
function returnedTags(
  { columns, dbt, edits }: Pick<DictionaryView, "columns" | "dbt" | "edits">,
  { facts }: DbtWord,
  tree: TagTree,
): readonly FactChange[] {
  const said = dbtColumns(columns, facts);
  const before = dbtColumns(columns, dbt);
  return columns.flatMap(({ id, name }) => {
    const there = said.get(id)?.tagIds ?? [];
    // What dbt says anew is told of as that.
    const old = new Set(before.get(id)?.tagIds ?? []);
    const withdrawn = (edits.get(id)?.withdrawn ?? []).filter(({ keptAway }) => !keptAway);
    const back = withdrawn.filter(({ tagId }) => there.includes(tagId) && old.has(tagId));
    return tagChange(
      name,
      [],
      back.map(({ tagId }) => tagId),
      tree,
    );
  });
}

/** An edit without what was taken away until the next run; nothing where it stays. */
function settledEdit(edit: ColumnEdit, at: string): readonly ColumnEdit[] {
  const withdrawn = edit.withdrawn.filter(({ keptAway }) => keptAway);
  if (withdrawn.length === edit.withdrawn.length) return [];
  return [{ ...edit, withdrawn, updatedBy: systemActor, updatedAt: at }];
}

/** The tags with dbt's own replaced, as far as there is room beside those of others. */
function withDbtTags(
  { tags, keptAway }: Pick<DataSource, "tags" | "keptAway">,
  tagIds: readonly string[],
  at: string,
): { readonly tags: readonly AppliedTag[]; readonly over: number } {
  const away = new Set(keptAway.map(({ tagId }) => tagId));
  const wanted = new Set(tagIds.filter((id) => !away.has(id)));
  const kept = tags.filter(({ tagId, provenance }) => provenance !== "dbt" || wanted.has(tagId));
  const there = new Set(dbtTagIds(kept));
  const fresh = [...wanted].filter((id) => !there.has(id));
  const room = Math.max(0, maxTags - kept.length);
  const added = fresh
    .slice(0, room)
    .map((tagId): AppliedTag => ({ tagId, provenance: "dbt", appliedBy: systemActor, appliedAt: at }));
  return { tags: [...kept, ...added], over: fresh.length - added.length };
}

const dbtTagIds = (tags: readonly AppliedTag[]): readonly string[] =>
  tags.filter(({ provenance }) => provenance === "dbt").map(({ tagId }) => tagId);

const change = (field: FactChange["field"], column: string | null): FactChange => ({
  field,
  column,
  added: [],
  removed: [],
});

/** What became of tags, by name; nothing where they are the same. */
function tagChange(
  column: string | null,
  before: readonly string[],
  after: readonly string[],
  tree: TagTree,
): readonly FactChange[] {
  const [was, is] = [new Set(before), new Set(after)];
  const named = (ids: readonly string[]): readonly string[] => ids.flatMap((id) => tree.get(id)?.name ?? []);
  const added = named(after.filter((id) => !was.has(id)));
  const removed = named(before.filter((id) => !is.has(id)));
  return added.length + removed.length === 0 ? [] : [{ field: "tags", column, added, removed }];
}

function columnChanges(
  before: readonly DbtColumn[],
  after: readonly DbtColumn[],
  tree: TagTree,
): readonly FactChange[] {
  const [was, is] = [before, after].map((columns) => new Map(columns.map((column) => [column.name, column])));
  const names = new Set([...after, ...before].map(({ name }) => name));
  return [...names].flatMap((name) =>
    columnChange(name, was?.get(name) ?? nothingSaid, is?.get(name) ?? nothingSaid, tree),
  );
}

type Said = Pick<DbtColumn, "description" | "tagIds">;

const nothingSaid: Said = { description: null, tagIds: [] };

const columnChange = (name: string, old: Said, made: Said, tree: TagTree): readonly FactChange[] => [
  ...(old.description === made.description ? [] : [change("description", name)]),
  ...tagChange(name, old.tagIds, made.tagIds, tree),
];
