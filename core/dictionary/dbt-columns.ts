import type { Provenance } from "#contracts/resources/fields.ts";
import { foldName } from "#core/names/fold.ts";
import {
  standingText,
  type ColumnEdit,
  type DbtColumn,
  type DbtFacts,
  type DictionarySource,
  type SchemaColumn,
} from "#core/sources/data-source.ts";

/** What dbt says of each column, by the column's id. */
export type DbtColumns = ReadonlyMap<string, DbtColumn>;

type Named = Pick<SchemaColumn, "id" | "name">;

/**
 * What dbt says of the columns of a dictionary. A name of dbt's is the column that has exactly that name, or else the
 * only one that has it ignoring case, if dbt says it of no other column; what is neither stands with no column.
 */
export function dbtColumns(columns: readonly Named[], facts: DbtFacts | null): DbtColumns {
  const said = facts?.columns ?? [];
  const byName = new Map(columns.map((column) => [column.name, column]));
  const matched = new Map<string, DbtColumn>();
  for (const one of said) {
    const column = byName.get(one.name);
    if (column !== undefined && !matched.has(column.id)) matched.set(column.id, one);
  }
  const rest = said.filter(({ name }) => !byName.has(name));
  if (rest.length > 0) matchIgnoringCase(matched, columns, rest);
  return matched;
}

function matchIgnoringCase(
  matched: Map<string, DbtColumn>,
  columns: readonly Named[],
  said: readonly DbtColumn[],
): void {
  const byFold = Map.groupBy(columns, ({ name }) => foldName(name));
  for (const [name, saidAlike] of Map.groupBy(said, (one) => foldName(one.name))) {
    const alike = byFold.get(name) ?? [];
    const [[one], [column]] = [saidAlike, alike];
    if (one === undefined || column === undefined) continue;
    const isOnly = saidAlike.length === 1 && alike.length === 1;
    if (isOnly && !matched.has(column.id)) matched.set(column.id, one);
  }
}

/** A column with the layers that tell of it. */
export interface ColumnLayers {
  readonly schema: Pick<SchemaColumn, "comment">;
  readonly dbt: DbtColumn | undefined;
  readonly edit: Pick<ColumnEdit, "description" | "tags" | "withdrawn"> | undefined;
  /** Who says which columns there are. */
  readonly source: DictionarySource;
}

/** Whose word the schema layer is. */
const toldBy: Readonly<Record<DictionarySource, Provenance>> = {
  remote: "schema",
  manual: "manual",
  dbt: "dbt",
};

/**
 * The description that stands: a person's, which may be empty, then dbt's, then the schema layer's. Where a person
 * states the columns, what they describe them with is a person's word, too, and comes before dbt's.
 */
export function columnDescription({ schema, dbt, edit, source }: ColumnLayers): {
  readonly value: string;
  readonly provenance: Provenance | null;
} {
  const comment = schema.comment === "" ? null : schema.comment;
  const stated = source === "manual" ? comment : null;
  const standing = standingText({
    manual: edit?.description ?? stated,
    dbt: dbt?.description ?? null,
    schema: comment,
  });
  return standing.provenance === "schema" ? { ...standing, provenance: toldBy[source] } : standing;
}

/** The tags of a column: a person's, then those of dbt's that nobody took away; one that both put there is the person's. */
export function columnTags({
  dbt,
  edit,
}: Pick<ColumnLayers, "dbt"> & {
  readonly edit: Pick<ColumnEdit, "tags" | "withdrawn"> | undefined;
}): readonly { readonly tagId: string; readonly provenance: Provenance }[] {
  const own = edit?.tags ?? [];
  const left = new Set([...own, ...(edit?.withdrawn ?? [])].map(({ tagId }) => tagId));
  return [
    ...own.map(({ tagId, provenance }) => ({ tagId, provenance })),
    ...[...new Set(dbt?.tagIds)]
      .filter((tagId) => !left.has(tagId))
      .map((tagId) => ({ tagId, provenance: "dbt" as const })),
  ];
}
