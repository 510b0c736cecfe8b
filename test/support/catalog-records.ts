import { initialHealth } from "#core/health/assess-health.ts";
import type { Connection, ConnectionMember } from "#core/connections/connection.ts";
import type { DataSourceHealth } from "#core/health/health.ts";
import type { Measurement } from "#core/health/measurement.ts";
import type { AuditRecord } from "#core/audit/audit-record.ts";
import type { Tombstone } from "#core/deletion/tombstone.ts";
import type { DocumentationVersion } from "#core/documentation/documentation-version.ts";
import type { CatalogDelta } from "#core/ports/catalog-index.ts";
import type { ColumnEdit, DataSource, DataSourceMember } from "#core/sources/data-source.ts";
import type { SavedQuery } from "#core/queries/saved-query.ts";
import type { TagRecord } from "#core/tags/tag.ts";
import type { Thread } from "#core/threads/thread.ts";
import { individually } from "#core/subscriptions/subscription-policy.ts";
import { unique } from "./records.ts";

const at = "2026-01-01T00:00:00.000Z";

export const aConnection = (given: Partial<Connection> = {}): Connection => ({
  id: unique("con_"),
  name: "warehouse",
  technology: "postgresql",
  config: { host: "127.0.0.1", port: 5432, database: "shop" },
  secretRef: "connections/con_1/gen_1",
  statementTimeoutSeconds: null,
  concurrentJobs: null,
  closing: false,
  groupMembers: [],
  createdBy: "usr_1",
  createdAt: at,
  updatedAt: at,
  version: 1,
  ...given,
});

export const aConnectionMember = (given: Partial<ConnectionMember> = {}): ConnectionMember => ({
  id: unique("mem_"),
  connectionId: "con_1",
  principal: { type: "user", id: "usr_1" },
  role: "owner",
  schemas: null,
  addedBy: "usr_1",
  addedAt: at,
  ...given,
});

export const aDataSource = (given: Partial<DataSource> = {}): DataSource => ({
  id: unique("ds_"),
  name: "orders",
  technology: "postgresql",
  connectionId: "con_1",
  remote: { database: "shop", schema: "sales", table: "orders", kind: "table" },
  remoteOwner: "shop_owner",
  description: { manual: null, dbt: null, schema: "Orders, one row each" },
  documentation: "",
  documentationVersion: 0,
  tags: [],
  keptAway: [],
  status: "enabled",
  subscription: individually,
  statisticsPrevented: false,
  dictionary: { source: "remote", generation: "gen_1", chunks: 1, columnCount: 1, takenAt: at },
  dbt: null,
  origin: { type: "manual" },
  auditedIn: [],
  createdBy: "usr_1",
  createdAt: at,
  updatedAt: at,
  version: 1,
  restoredVersion: 0,
  deletedAt: null,
  ...given,
});

export const aHealth = (dataSourceId: string, given: Partial<DataSourceHealth> = {}): DataSourceHealth => ({
  ...initialHealth(dataSourceId, false, new Date(at)),
  ...given,
});

export const aDataSourceMember = (given: Partial<DataSourceMember> = {}): DataSourceMember => ({
  id: unique("mem_"),
  dataSourceId: "ds_1",
  principal: { type: "user", id: "usr_1" },
  role: "owner",
  expiresAt: null,
  addedBy: "usr_1",
  addedAt: at,
  ...given,
});

export const aColumnEdit = (given: Partial<ColumnEdit> = {}): ColumnEdit => ({
  dataSourceId: "ds_1",
  columnId: "col_1",
  description: "Amount in euro",
  tags: [{ tagId: "tag_1", provenance: "manual", appliedBy: "usr_1", appliedAt: at }],
  withdrawn: [],
  updatedBy: "usr_1",
  updatedAt: at,
  ...given,
});

export const aDocumentationVersion = (given: Partial<DocumentationVersion> = {}): DocumentationVersion => ({
  dataSourceId: unique("ds_"),
  number: 1,
  documentation: "How this table is filled",
  createdBy: "usr_1",
  createdAt: at,
  ...given,
});

export const aSavedQuery = (given: Partial<SavedQuery> = {}): SavedQuery => ({
  id: unique("qry_"),
  dataSourceId: "ds_1",
  name: "Orders of a day",
  description: "",
  sql: "select count(*) from sales.orders where ordered_at >= current_date",
  createdBy: "usr_1",
  createdAt: at,
  updatedAt: at,
  version: 1,
  ...given,
});

export const aThread = (given: Partial<Thread> = {}): Thread => ({
  id: unique("thr_"),
  dataSourceId: "ds_1",
  columnId: "col_1",
  columnName: "amount",
  text: "Is this with or without tax?",
  author: "usr_1",
  createdAt: at,
  editedAt: null,
  resolved: false,
  replies: [{ id: "rpl_1", text: "Without.", author: "usr_2", createdAt: at, editedAt: null }],
  lastActivityAt: at,
  version: 1,
  ...given,
});

export const aTombstone = (given: Partial<Tombstone> = {}): Tombstone => ({
  dataSourceId: unique("ds_"),
  name: "orders",
  technology: "postgresql",
  connectionId: "con_1",
  remote: { database: "shop", schema: "sales", table: "orders", kind: "table" },
  owners: ["user:usr_1"],
  deletedAt: at,
  deletedBy: "usr_1",
  ...given,
});

export const aTag = (given: Partial<TagRecord> = {}): TagRecord => ({
  id: unique("tag_"),
  parentId: null,
  segment: "PII",
  deletingUntil: null,
  description: "",
  createdBy: "usr_1",
  createdAt: at,
  version: 1,
  ...given,
});

export const anAuditRecord = (given: Partial<AuditRecord> = {}): AuditRecord => ({
  id: unique("aud_"),
  at,
  actor: "usr_1",
  action: "data-source:create",
  resource: { type: "data-source", id: "ds_1" },
  outcome: "success",
  address: null,
  requestId: "request-1",
  details: { after: { name: "orders" } },
  ...given,
});

export const aDelta = (given: Partial<CatalogDelta> = {}): CatalogDelta => ({
  id: unique("dlt_"),
  at,
  changes: [{ dataSourceId: "ds_1", deleted: { version: 2 } }],
  ...given,
});

export const aMeasurement = (given: Partial<Measurement> = {}): Measurement => ({
  id: unique("mea_"),
  dataSourceId: "ds_1",
  at,
  rowCount: { value: 1_234_567, exact: true },
  highCardinalityColumn: { name: "order_line_column_7", distinct: 123_456, exact: false },
  ...given,
});
