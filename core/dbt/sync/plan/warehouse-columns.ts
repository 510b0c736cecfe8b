import { maxColumns } from "#contracts/resources/remote.ts";
import { dataTypeOf } from "#core/dbt/sync/plan/data-type.ts";
import type { SnapshotRelation } from "#core/dbt/snapshot.ts";
import { foldName } from "#core/names/fold.ts";
import type { RemoteColumn } from "#core/ports/remote.ts";
import type { SchemaColumn } from "#core/sources/data-source.ts";

type Told = SnapshotRelation["columns"];
type Named = Pick<RemoteColumn, "name" | "remoteType">;

/** Where the run has a catalog, that and the project tell all. */
const told = (columns: Told, known: ReadonlyMap<string, SchemaColumn>): readonly Named[] =>
  columns.map(({ name, dataType }) => ({
    name,
    remoteType: dataType ?? known.get(foldName(name))?.remoteType ?? "",
  }));

/** The warehouse's own word for a type stays where the project means the same by another: `text` is `TEXT`, and `varchar` too. */
const typeOf = (known: string, now: string | null): string =>
  now === null || dataTypeOf(now) === dataTypeOf(known) ? known : now;

/**
 * Where it has none, the project tells neither order nor spelling nor all: what is known with a type of another run stays
 * as it is, in its place, and what is named for the first time comes behind.
 */
function toldInPart(columns: Told, stored: readonly SchemaColumn[]): readonly Named[] {
  const named = new Map(columns.map((column) => [foldName(column.name), column]));
  const kept = stored.flatMap(({ name, remoteType }): readonly Named[] => {
    const now = named.get(foldName(name));
    named.delete(foldName(name));
    if (remoteType !== "") return [{ name, remoteType: typeOf(remoteType, now?.dataType ?? null) }];
    return now === undefined ? [] : [{ name: now.name, remoteType: now.dataType ?? "" }];
  });
  return [
    ...kept,
    ...[...named.values()].map(({ name, dataType }) => ({ name, remoteType: dataType ?? "" })),
  ];
}

/** The columns of a relation that nobody but dbt tells of, as a remote would describe them. */
export function warehouseColumns(
  { columns }: Pick<SnapshotRelation, "columns">,
  stored: readonly SchemaColumn[],
): readonly RemoteColumn[] {
  const known = new Map(stored.map((column) => [foldName(column.name), column]));
  const complete = columns.some(({ inCatalog }) => inCatalog);
  const all = complete ? told(columns, known) : toldInPart(columns, stored);
  return all.slice(0, maxColumns).map(({ name, remoteType }, index) => ({
    name,
    ordinal: index + 1,
    dataType: dataTypeOf(remoteType),
    remoteType,
    nullable: true,
    comment: "",
    countable: false,
    inPrimaryKey: false,
    unique: false,
  }));
}
