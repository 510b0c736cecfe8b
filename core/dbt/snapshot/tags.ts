import { fieldsOf, textsOf } from "./artifact-json.ts";

const each = (tags: Iterable<string>): readonly string[] => [...new Set(tags)];

/**
 * The tags of a node or a column, each once, in their order: those at its top and those of its configuration. Versions
 * and engines write them in one place, in the other, or in both, and one tag may be a plain text.
 */
export const tagsOf = (owner: unknown): readonly string[] => {
  const fields = fieldsOf(owner);
  return each([...textsOf(fields["tags"]), ...textsOf(fieldsOf(fields["config"])["tags"])]);
};

/** Both lists as one, each tag once. */
export const unitedTags = (one: readonly string[], other: readonly string[]): readonly string[] =>
  each([...one, ...other]);

const sameTags = (one: readonly string[], other: readonly string[]): boolean => {
  const those = new Set(other);
  return those.size === one.length && one.every((tag) => those.has(tag));
};

/**
 * The tags of a column. Fusion gives a column that has none the tags of its table, and leaves the column's own
 * configuration empty (`process_columns` in its `dbt_column.rs`); such tags are not the column's.
 */
export function columnTagsOf(
  column: unknown,
  of: { readonly tableTags: readonly string[]; readonly fusion: boolean },
): readonly string[] {
  const tags = tagsOf(column);
  const own = textsOf(fieldsOf(fieldsOf(column)["config"])["tags"]);
  return of.fusion && own.length === 0 && sameTags(tags, of.tableTags) ? [] : tags;
}
