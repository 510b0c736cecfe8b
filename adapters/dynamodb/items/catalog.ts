import { Entity } from "dynamodb-toolbox/entity";
import { boolean } from "dynamodb-toolbox/schema/boolean";
import { item } from "dynamodb-toolbox/schema/item";
import { number } from "dynamodb-toolbox/schema/number";
import { string } from "dynamodb-toolbox/schema/string";
import type { Connection, ConnectionMember, Principal } from "#core/connections/connection.ts";
import type { DataSourceHealth } from "#core/health/health.ts";
import type {
  ColumnEdit,
  DataSource,
  DataSourceMember,
  DictionaryLayer,
  GroupRoles,
} from "#core/sources/data-source.ts";
import { keys } from "../keys.ts";
import { id, schemaVersion, shaped, table } from "./table.ts";

export const connectionItem = new Entity({
  name: "connection",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    id: id(),
    name: string(),
    technology: shaped<Connection["technology"]>(),
    config: shaped<Connection["config"]>(),
    secretRef: string(),
    // Not in the items of the first release: see records.ts.
    statementTimeoutSeconds: shaped<number | null>().optional(),
    concurrentJobs: shaped<number | null>().optional(),
    closing: boolean(),
    // Not in the items of the first releases: see records.ts.
    groupMembers: shaped<Connection["groupMembers"]>().optional(),
    createdBy: string(),
    createdAt: string(),
    updatedAt: string(),
    version: number(),
  }),
  computeKey: (key) => keys.connection(key.id),
});

export const connectionMemberItem = new Entity({
  name: "connection-member",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    id: string(),
    connectionId: string().key(),
    principal: shaped<Principal>().key(),
    role: shaped<ConnectionMember["role"]>().key(),
    schemas: shaped<ConnectionMember["schemas"]>(),
    addedBy: string(),
    addedAt: string(),
  }),
  computeKey: ({ connectionId, principal, role }) => keys.connectionMember(connectionId, principal, role),
});

export const tagItem = new Entity({
  name: "tag",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    id: id(),
    // The first shape had the full name instead of these: see records.ts.
    name: string().optional(),
    parentId: shaped<string | null>().optional(),
    segment: string().optional(),
    deletingUntil: shaped<string | null>().optional(),
    description: string(),
    createdBy: string(),
    createdAt: string(),
    version: number(),
  }),
  computeKey: (key) => keys.tag(key.id),
});

/** Counts the changes of tags, so that a reader knows when to read them anew. */
export const tagTreeItem = new Entity({
  name: "tag-tree",
  table,
  timestamps: false,
  schema: item({ ...schemaVersion, version: number(), deletions: number() }),
  computeKey: () => keys.tagTree(),
});

export const dataSourceItem = new Entity({
  name: "data-source",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    id: id(),
    name: string(),
    technology: shaped<DataSource["technology"]>(),
    connectionId: shaped<string | null>(),
    remote: shaped<DataSource["remote"]>(),
    // Not in the items of the first release: see records.ts.
    remoteOwner: shaped<string | null>().optional(),
    description: shaped<DataSource["description"]>(),
    documentation: string(),
    // Not in the items of the first release: see records.ts.
    documentationVersion: shaped<number>().optional(),
    tags: shaped<DataSource["tags"]>(),
    // Not in the items of the first release: see records.ts.
    keptAway: shaped<DataSource["keptAway"]>().optional(),
    dbt: shaped<DataSource["dbt"]>().optional(),
    status: shaped<DataSource["status"]>(),
    // Not in the items of the first releases: see records.ts.
    subscription: shaped<DataSource["subscription"]>().optional(),
    statisticsPrevented: boolean(),
    // Its `source` is not in the items of the first release: see records.ts.
    dictionary: shaped<Omit<DataSource["dictionary"], "source"> & Partial<DataSource["dictionary"]>>(),
    origin: shaped<DataSource["origin"]>(),
    // Not in the items of the first release: see records.ts.
    auditedIn: shaped<DataSource["auditedIn"]>().optional(),
    createdBy: string(),
    createdAt: string(),
    updatedAt: string(),
    version: number(),
    // Not in the items of the first releases: see records.ts.
    restoredVersion: shaped<number>().optional(),
    deletedAt: shaped<string | null>(),
  }),
  computeKey: (key) => keys.dataSource(key.id),
});

export const healthItem = new Entity({
  name: "data-source-health",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    dataSourceId: id(),
    checks: shaped<DataSourceHealth["checks"]>(),
    rowCount: shaped<DataSourceHealth["rowCount"]>(),
    highCardinalityColumn: shaped<DataSourceHealth["highCardinalityColumn"]>(),
    fingerprintAt: shaped<string | null>(),
    fingerprint: shaped<DataSourceHealth["fingerprint"]>(),
    // Not in the items of the first release: see records.ts.
    domainsAt: shaped<string | null>().optional(),
    domainsMayRemain: shaped<boolean>().optional(),
    changeSign: shaped<string | null>().optional(),
    relationIdentity: shaped<string | null>().optional(),
    version: number(),
  }),
  computeKey: (key) => keys.health(key.dataSourceId),
});

export const dataSourceMemberItem = new Entity({
  name: "data-source-member",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    id: string(),
    dataSourceId: string().key(),
    principal: shaped<Principal>().key(),
    role: shaped<DataSourceMember["role"]>(),
    expiresAt: shaped<string | null>(),
    addedBy: string(),
    addedAt: string(),
  }),
  computeKey: ({ dataSourceId, principal }) => keys.dataSourceMember(dataSourceId, principal),
});

/** The members of a data source that are groups, in one item. */
export const groupRolesItem = new Entity({
  name: "group-roles",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    dataSourceId: string().key(),
    members: shaped<GroupRoles["members"]>(),
    version: number(),
  }),
  computeKey: ({ dataSourceId }) => keys.groupRoles(dataSourceId),
});

/** A chunk of the schema layer, its columns as JSON: one value to read, where a map would be thousands. */
export const chunkItem = new Entity({
  name: "dictionary-chunk",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    dataSourceId: string().key(),
    generation: string().key(),
    index: number().key(),
    columns: string(),
  }),
  computeKey: ({ dataSourceId, generation, index }) => keys.chunk(dataSourceId, "schema", generation, index),
});

/** The same of dbt's layer: the first entry is about the whole, each other about a column. */
export const dbtChunkItem = new Entity({
  name: "dbt-chunk",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    dataSourceId: string().key(),
    generation: string().key(),
    index: number().key(),
    columns: string(),
  }),
  computeKey: ({ dataSourceId, generation, index }) => keys.chunk(dataSourceId, "dbt", generation, index),
});

/** Says that a generation was staged, until the sweep has seen whether a header points at it. */
export const stagedGenerationItem = new Entity({
  name: "staged-generation",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    dataSourceId: string().key(),
    generation: string().key(),
    // Not in the items of the first release, which were all of the schema layer.
    layer: shaped<DictionaryLayer>().optional(),
    chunks: number(),
    stagedAt: string(),
  }),
  computeKey: ({ dataSourceId, generation }) => keys.stagedGeneration(dataSourceId, generation),
});

/** The same for generations that were staged together, under one name. */
export const stagedBatchItem = new Entity({
  name: "staged-batch",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    generation: string().key(),
    // Not in the items of the first release, which were all of the schema layer.
    layer: shaped<DictionaryLayer>().optional(),
    /** Data source ids with the number of chunks of each. */
    staged: shaped<Readonly<Record<string, number>>>(),
    stagedAt: string(),
  }),
  computeKey: ({ generation }) => keys.stagedBatch(generation),
});

/** Says that no header points at a generation any more, until the sweep has removed it. */
export const retiredGenerationItem = new Entity({
  name: "retired-generation",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    dataSourceId: string().key(),
    generation: string().key(),
    // Not in the items of the first release, which were all of the schema layer.
    layer: shaped<DictionaryLayer>().optional(),
    chunks: number(),
    retiredAt: string(),
  }),
  computeKey: ({ dataSourceId, generation }) => keys.retiredGeneration(dataSourceId, generation),
});

export const columnEditItem = new Entity({
  name: "column-edit",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    dataSourceId: string().key(),
    columnId: string().key(),
    description: shaped<string | null>(),
    tags: shaped<ColumnEdit["tags"]>(),
    // Not in the items of the first release: see records.ts.
    withdrawn: shaped<ColumnEdit["withdrawn"]>().optional(),
    updatedBy: string(),
    updatedAt: string(),
  }),
  computeKey: ({ dataSourceId, columnId }) => keys.columnEdit(dataSourceId, columnId),
});
