import { maxTags } from "#contracts/resources/fields.ts";
import { isSameValue } from "#core/call/same-value.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { ColumnEdit, WithdrawnTag } from "#core/sources/data-source.ts";

/** What an edit states of its column. */
export type Stated = Pick<ColumnEdit, "description" | "tags" | "withdrawn">;

/** What nobody stated anything of. */
export const unedited: Stated = { description: null, tags: [], withdrawn: [] };

/** Whether two edits state the same; none states nothing. */
export const isSameEdit = (before: Stated | undefined, after: Stated): boolean =>
  isSameValue(statedIn(before ?? unedited), statedIn(after));

const statedIn = ({ description, tags, withdrawn }: Stated): Stated => ({ description, tags, withdrawn });

/** A person takes tags off a column, or puts them there. */
export interface Retagging {
  /** Tags that they take off. */
  readonly removed: ReadonlySet<string>;
  /** Whether dbt may not put those there again. */
  readonly keepAway: boolean;
  /** Tags that they put there. */
  readonly added: ReadonlySet<string>;
  /** What dbt says of the column; null where it has no say in the data source at all. */
  readonly dbtTagIds: ReadonlySet<string> | null;
  readonly by: string;
  readonly at: string;
}

/**
 * What is taken away of dbt's tags after a retagging: until the next run or, kept away, for good, then also one that
 * dbt does not put there yet. Taking one away that was kept away lets the next run put it back, and so does adding it.
 */
export function withdrawnAfter(
  before: readonly WithdrawnTag[],
  retagging: Retagging,
): readonly WithdrawnTag[] {
  const known = new Map(before.map((one) => [one.tagId, one]));
  for (const tagId of retagging.removed) {
    const one = removedOnce(known.get(tagId), tagId, retagging);
    if (one === undefined) known.delete(tagId);
    else known.set(tagId, one);
  }
  for (const tagId of retagging.added) known.delete(tagId);
  if (known.size > Math.max(maxTags, before.length)) throw new DomainError("too-many-tags");
  return [...known.values()];
}

function removedOnce(
  before: WithdrawnTag | undefined,
  tagId: string,
  { keepAway, dbtTagIds, by, at }: Retagging,
): WithdrawnTag | undefined {
  const concernsDbt = dbtTagIds !== null && (keepAway || dbtTagIds.has(tagId));
  if (!concernsDbt) return !keepAway && before?.keptAway === true ? undefined : before;
  return before?.keptAway === keepAway ? before : { tagId, keptAway: keepAway, by, at };
}

/** Whether the next run of dbt has something to put back: tags were taken away until then, or let back. */
export function awaitsRun(before: readonly WithdrawnTag[], after: readonly WithdrawnTag[]): boolean {
  const was = new Map(before.map((one) => [one.tagId, one.keptAway]));
  const is = new Map(after.map((one) => [one.tagId, one.keptAway]));
  return (
    [...is].some(([tagId, keptAway]) => !keptAway && was.get(tagId) !== false) ||
    [...was.keys()].some((tagId) => !is.has(tagId))
  );
}
