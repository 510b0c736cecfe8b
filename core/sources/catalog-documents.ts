import { assessHealth } from "#core/health/assess-health.ts";
import type { DataSourceHealth } from "#core/health/health.ts";
import type { Write } from "#core/ports/change.ts";
import type { Ids } from "#core/ports/clock.ts";
import { principalText } from "#core/people/caller.ts";
import type {
  CatalogChange,
  HeaderDocument,
  HealthDocument,
  MemberDocument,
} from "#core/ports/catalog-index.ts";
import { columnTags, dbtColumns } from "#core/dictionary/dbt-columns.ts";
import {
  standingText,
  type ColumnEdit,
  type DataSource,
  type DataSourceMember,
  type DbtFacts,
  type SchemaColumn,
} from "#core/sources/data-source.ts";

/** What the index keeps of a header. */
export const headerDocument = (record: DataSource): HeaderDocument => ({
  id: record.id,
  name: record.name,
  technology: record.technology,
  connectionId: record.connectionId,
  remote: record.remote,
  status: record.status,
  subscription: record.subscription,
  origin: record.origin,
  createdBy: record.createdBy,
  createdAt: record.createdAt,
  updatedAt: record.updatedAt,
  version: record.version,
  description: standingText(record.description).value,
  // One that a person and dbt both put there is one.
  tagIds: [...new Set(record.tags.map(({ tagId }) => tagId))],
  columnCount: record.dictionary.columnCount,
});

/** What the index keeps of a health. */
export const healthDocument = (record: DataSourceHealth): HealthDocument => ({
  status: assessHealth(record),
  rowCount: record.rowCount,
  highCardinalityColumn: record.highCardinalityColumn,
  fingerprintAt: record.fingerprintAt,
  version: record.version,
});

/** What the index keeps of a member. */
export const memberDocument = ({
  principal,
  role,
  expiresAt,
}: Pick<DataSourceMember, "principal" | "role" | "expiresAt">): MemberDocument => ({
  principal: principalText(principal),
  role,
  expiresAt,
});

/** What the index must know of the members of a data source as a whole, as of so many changes of them. */
export const firstMembers = (
  members: readonly DataSourceMember[],
  changed = 0,
): NonNullable<CatalogChange["members"]> => ({
  changes: members.map(memberDocument),
  version: Math.max(1, changed),
  whole: true,
});

/** What the index keeps of the columns that a header's dictionary has. */
export const columnsDocument = (
  columns: readonly Pick<SchemaColumn, "name">[],
  { version }: Pick<DataSource, "version">,
): NonNullable<CatalogChange["columns"]> => ({ names: columns.map(({ name }) => name), version });

/**
 * What the index keeps of the tags of all columns together, as of a header's version: those of people, and those of
 * dbt that nobody took away. Those of columns that are gone do not count.
 */
export function columnTagsDocument(
  columns: readonly Pick<SchemaColumn, "id" | "name">[],
  edits: ReadonlyMap<string, Pick<ColumnEdit, "tags" | "withdrawn">>,
  { version }: Pick<DataSource, "version">,
  facts: DbtFacts | null,
): NonNullable<CatalogChange["columnTags"]> {
  const said = dbtColumns(columns, facts);
  const tags = columns.flatMap(({ id }) => columnTags({ dbt: said.get(id), edit: edits.get(id) }));
  return { tagIds: [...new Set(tags.map(({ tagId }) => tagId))], version };
}

/** Tells the index what a commit changes: one delta for all of it. */
export const deltaWrite = (
  ids: Ids,
  at: Date,
  changes: readonly CatalogChange[],
): Extract<Write, { readonly write: "delta" }> => ({
  write: "delta",
  delta: { id: ids.next("delta"), at: at.toISOString(), changes },
});
