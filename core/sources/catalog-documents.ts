import { assessHealth } from "#core/health/assess-health.ts";
import type { DataSourceHealth } from "#core/health/health.ts";
import type { HeaderDocument, HealthDocument } from "#core/ports/catalog-index.ts";
import { standingText, type DataSource } from "#core/sources/data-source.ts";

/** What the index keeps of a header. */
export const headerDocument = (record: DataSource): HeaderDocument => ({
  id: record.id,
  name: record.name,
  technology: record.technology,
  connectionId: record.connectionId,
  remote: record.remote,
  status: record.status,
  origin: record.origin,
  createdBy: record.createdBy,
  createdAt: record.createdAt,
  updatedAt: record.updatedAt,
  version: record.version,
  description: standingText(record.description).value,
  tagIds: record.tags.map(({ tagId }) => tagId),
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
