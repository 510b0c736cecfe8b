import type { RemoteColumn } from "#core/ports/remote.ts";
import type { GoneColumn, SchemaColumn } from "#core/sources/data-source.ts";
import { matchColumns, type Match, type StoredColumns } from "#core/dictionary/match-columns.ts";
import { isSameColumn, schemaColumn } from "#core/dictionary/schema-column.ts";

/** So many columns that went are remembered, the last to go first; as many as may be there. */
export const maxGoneColumns = 1600;

/** What became of columns, by the names that they have now, or had at last. */
export interface DictionaryChanges {
  /** Not known before. */
  readonly added: readonly string[];
  /** Gone before, and there again. */
  readonly returned: readonly string[];
  readonly removed: readonly string[];
  readonly renamed: readonly { readonly from: string; readonly to: string }[];
  /** By the remote's own names of types. */
  readonly retyped: readonly { readonly name: string; readonly from: string; readonly to: string }[];
  /** Nullability, comment, key or uniqueness. */
  readonly altered: readonly string[];
}

/** The schema layer after a description was merged into it. */
export interface MergedDictionary extends StoredColumns {
  /** Null where everything is as it was stored, and so nothing need be stored. */
  readonly changes: DictionaryChanges | null;
}

/** What a remote says of a relation now. */
export interface DescribedColumns {
  readonly columns: readonly RemoteColumn[];
  /** Whether it is the same remote object that the stored columns were described from. */
  readonly sameObject: boolean;
  readonly at: string;
}

const isLive = (match: Match): match is SchemaColumn => !("removedAt" in match);

/**
 * The stored schema layer with what the remote says now. Every column keeps its id, whatever became of its name
 * and place: a column that went leaves its id behind and has it back when one of its name returns. No id is given
 * twice. `nextId` makes the id of a column that was never seen.
 */
export function mergeDictionary(
  stored: StoredColumns,
  { columns: described, sameObject, at }: DescribedColumns,
  nextId: () => string,
): MergedDictionary {
  const matches = matchColumns(stored, described, sameObject);
  const columns = described.map((column) => schemaColumn(matches.get(column)?.id ?? nextId(), column));
  const kept = new Set(columns.map(({ id }) => id));
  const removed = stored.columns.filter(({ id }) => !kept.has(id));
  const gone: readonly GoneColumn[] = [
    ...removed.map(({ id, name }) => ({ id, name, removedAt: at })),
    ...stored.gone.filter(({ id }) => !kept.has(id)),
  ].slice(0, maxGoneColumns);
  const same =
    columns.length === stored.columns.length &&
    columns.every((column, index) => {
      const before = stored.columns[index];
      return before !== undefined && isSameColumn(before, column);
    });
  if (same) return { ...stored, changes: null };
  const changes = changesOf(
    columns,
    described.map((column) => matches.get(column)),
    removed,
  );
  return { columns, gone, changes };
}

function changesOf(
  columns: readonly SchemaColumn[],
  matches: readonly (Match | undefined)[],
  removed: readonly SchemaColumn[],
): DictionaryChanges {
  const names = (of: (match: Match | undefined, column: SchemaColumn) => boolean): readonly string[] =>
    columns.filter((column, index) => of(matches[index], column)).map(({ name }) => name);
  const lasting = columns.flatMap((after, index) => {
    const before = matches[index];
    return before !== undefined && isLive(before) ? [{ before, after }] : [];
  });
  return {
    added: names((match) => match === undefined),
    returned: names((match) => match !== undefined && !isLive(match)),
    removed: removed.map(({ name }) => name),
    renamed: lasting
      .filter(({ before, after }) => before.name !== after.name)
      .map(({ before, after }) => ({ from: before.name, to: after.name })),
    retyped: lasting
      .filter(({ before, after }) => before.remoteType !== after.remoteType)
      .map(({ before, after }) => ({ name: after.name, from: before.remoteType, to: after.remoteType })),
    altered: lasting.filter(({ before, after }) => isAltered(before, after)).map(({ after }) => after.name),
  };
}

const isAltered = (before: SchemaColumn, after: SchemaColumn): boolean =>
  before.nullable !== after.nullable ||
  before.comment !== after.comment ||
  before.inPrimaryKey !== after.inPrimaryKey ||
  before.unique !== after.unique;
