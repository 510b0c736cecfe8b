import { maxColumns } from "#contracts/resources/remote.ts";
import { dataTypeOf } from "#core/dbt/sync/data-type.ts";
import type { SnapshotRelation } from "#core/dbt/snapshot.ts";
import { foldName } from "#core/names/fold.ts";
import type { RemoteColumn } from "#core/ports/remote.ts";
import type { SchemaColumn } from "#core/sources/data-source.ts";

/**
 * The columns of a relation that nobody but dbt tells of, as a remote would describe them. Where the run has no catalog,
 * its columns are those that the project documents: what is known with a type of another one, and is not named now, stays.
 */
export function warehouseColumns(
  { columns }: Pick<SnapshotRelation, "columns">,
  stored: readonly SchemaColumn[],
): readonly RemoteColumn[] {
  const known = new Map(stored.map((column) => [foldName(column.name), column]));
  const named = new Set(columns.map(({ name }) => foldName(name)));
  const complete = columns.some(({ inCatalog }) => inCatalog);
  const left = complete
    ? []
    : stored.filter(({ name, remoteType }) => remoteType !== "" && !named.has(foldName(name)));
  const told = columns.map(({ name, dataType }) => ({
    name,
    remoteType: dataType ?? known.get(foldName(name))?.remoteType ?? "",
  }));
  return [...told, ...left].slice(0, maxColumns).map(({ name, remoteType }, index) => ({
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
