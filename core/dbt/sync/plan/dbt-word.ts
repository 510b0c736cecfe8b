import { maxTags, tagName } from "#contracts/resources/fields.ts";
import type { NodeFacts, SnapshotRelation } from "#core/dbt/snapshot.ts";
import { columnNamed } from "#core/dictionary/column-named.ts";
import { foldName } from "#core/names/fold.ts";
import type { DbtFacts } from "#core/sources/data-source.ts";
import type { TagTree } from "#core/tags/tag-tree.ts";

/** So much of a description is kept: as much as a person may write, and of a column's as much as of a remote's comment. */
const keptText = { source: 20_000, column: 4000 } as const;

/** Of what is kept for later use so much: a list's text in characters, so that all of it fits into one item, and a word. */
const keptNode = { list: 60_000, word: 500 } as const;

const cutWord = (word: string): string => word.slice(0, keptNode.word).toWellFormed();
const wordOrNull = (word: string | null): string | null => (word === null ? null : cutWord(word));

/** The first of some ids whose text together is not too long. */
function firstIds(ids: readonly string[]): readonly string[] {
  let length = 0;
  const over = ids.findIndex((id) => (length += id.length) > keptNode.list);
  return over === -1 ? ids : ids.slice(0, over);
}

/** What is kept of a node, as far as it fits; `left` ids of what it is made from are left out. */
function keptFacts(facts: NodeFacts): { readonly node: NodeFacts; readonly left: number } {
  const dependsOn = firstIds(facts.dependsOn);
  const node: NodeFacts = {
    ...facts,
    uniqueIds: firstIds(facts.uniqueIds),
    dependsOn,
    package: cutWord(facts.package),
    materialized: wordOrNull(facts.materialized),
    group: wordOrNull(facts.group),
    owner: wordOrNull(facts.owner),
    access: wordOrNull(facts.access),
    version: wordOrNull(facts.version),
  };
  return { node, left: facts.dependsOn.length - dependsOn.length };
}

const textOrNull = (text: string, most: number): string | null =>
  text.trim() === "" ? null : text.slice(0, most).toWellFormed();

/** A tag of dbt's as a tag of Reeve's is named, or null where it cannot be one. */
export function tagNameOf(tag: string): string | null {
  const parsed = tagName.safeParse(tag.normalize("NFC"));
  return parsed.success ? parsed.data : null;
}

/** Every tag that relations carry, themselves or on their columns: those that can be tags here, and those that cannot. */
export function tagsIn(relations: Iterable<Pick<SnapshotRelation, "tags" | "columns">>): {
  readonly names: readonly string[];
  readonly unusable: readonly string[];
} {
  const [names, unusable] = [new Map<string, string>(), new Set<string>()];
  for (const { tags, columns } of relations) {
    for (const tag of [...tags, ...columns.flatMap((column) => column.tags)]) {
      const name = tagNameOf(tag);
      if (name === null) unusable.add(tag);
      else if (!names.has(foldName(name))) names.set(foldName(name), name);
    }
  }
  return { names: [...names.values()], unusable: [...unusable] };
}

/** What dbt says of a relation, in Reeve's terms. */
export interface DbtWord {
  readonly description: string | null;
  /** Each once, in dbt's order. */
  readonly tagIds: readonly string[];
  readonly facts: DbtFacts;
  /** What of it could not be taken, in words. */
  readonly warnings: readonly string[];
}

/** The ids of tags that are in the tree by now, each once; of some hundred names, the first hundred. */
function idsOf(
  tree: TagTree,
  tags: readonly string[],
): { readonly ids: readonly string[]; readonly over: number } {
  const ids = new Set(tags.flatMap((tag) => tree.find(tagNameOf(tag) ?? "")?.id ?? []));
  return { ids: [...ids].slice(0, maxTags), over: Math.max(0, ids.size - maxTags) };
}

const byText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Puts dbt's word on a relation in terms of the tags that there are and of the columns that the dictionary has. */
export function dbtWordOn(
  relation: SnapshotRelation,
  known: readonly { readonly name: string }[],
  tree: TagTree,
): DbtWord {
  const warnings: string[] = [];
  const named = (where: string, tags: readonly string[]): readonly string[] => {
    const { ids, over } = idsOf(tree, tags);
    const unusable = tags.filter((tag) => tagNameOf(tag) === null);
    if (over > 0) warnings.push(`${where} has more than ${maxTags} tags: ${over} are left out`);
    for (const tag of unusable) {
      warnings.push(`${where} has the tag ${JSON.stringify(tag.slice(0, 200))}, which no tag can be named`);
    }
    return ids;
  };
  const columns = new Map<string, DbtFacts["columns"][number]>();
  for (const column of relation.columns) {
    const name = columnNamed(known, column.name)?.name ?? column.name;
    const description = textOrNull(column.description, keptText.column);
    // Their order says nothing, and is another one after each run of some versions of dbt.
    const tagIds = [...named(`the column ${JSON.stringify(name)}`, column.tags)].sort(byText);
    const says = description !== null || tagIds.length > 0;
    if (says && !columns.has(name)) columns.set(name, { name, description, tagIds });
  }
  const { node, left } = keptFacts(relation.facts);
  if (left > 0) warnings.push(`it is made from more than can be kept: ${left} are left out`);
  return {
    description: textOrNull(relation.description, keptText.source),
    tagIds: named("it", relation.tags),
    facts: { node, columns: [...columns.values()] },
    warnings,
  };
}
