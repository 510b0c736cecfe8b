import * as z from "zod";
import { appliedTag, freeText, givenName, markdown, provenance, tagName, timestamp } from "./fields.ts";
import { dataType, knownTechnology, maxAnalyzedColumns, relationKind } from "./remote.ts";

export const checkNames = [
  "connectivity",
  "row-count",
  "high-cardinality",
  "fingerprint",
  "schema-detection",
  "column-detection",
  "policy-enforcement",
] as const;
export const checkName = z.enum(checkNames);
export type CheckName = z.infer<typeof checkName>;
export const checkStates = ["pending", "running", "passed", "failed", "skipped", "unknown"] as const;
export const checkState = z.enum(checkStates);
export type CheckState = z.infer<typeof checkState>;
export const healthStatuses = ["healthy", "unhealthy", "unknown"] as const;
export const healthStatus = z.enum(healthStatuses);
export type HealthStatus = z.infer<typeof healthStatus>;

export const check = z
  .object({
    check: checkName,
    state: checkState,
    detail: z.string().describe("why it failed or was skipped, led by a code; empty otherwise"),
    startedAt: timestamp.nullable(),
    finishedAt: timestamp.nullable(),
  })
  .meta({ id: "Check" });

const rowCount = z.object({ value: z.number(), exact: z.boolean(), at: timestamp });
const highCardinalityColumn = z.object({
  name: z.string(),
  distinct: z.number(),
  exact: z.boolean(),
  at: timestamp,
});

const statistics = z
  .object({
    rowCount: rowCount.nullable(),
    highCardinalityColumn: highCardinalityColumn.nullable(),
    fingerprintAt: timestamp.nullable(),
  })
  .meta({ id: "Statistics" });

export const statisticsEntry = z
  .object({
    at: timestamp,
    rowCount: z.object({ value: z.number(), exact: z.boolean() }),
    highCardinalityColumn: z
      .object({ name: z.string(), distinct: z.number(), exact: z.boolean() })
      .nullable()
      .describe("null where the run did not look for it or found none"),
  })
  .meta({ id: "StatisticsEntry" });

export const dataSourceRole = z.enum(["owner", "expert", "subscriber", "ingest"]);
export type DataSourceRole = z.infer<typeof dataSourceRole>;
export const dataSourceStatus = z.enum(["enabled", "disabled"]);
export const originType = z.enum(["manual", "bulk", "dbt", "schema-monitoring"]);
export type OriginType = z.infer<typeof originType>;

const origin = z.object({
  type: originType,
  accountId: z.string().optional().describe("of the dbt Cloud environment that made it, like the two below"),
  projectId: z.string().optional(),
  environmentId: z.string().optional(),
});

const remote = z.object({ database: z.string(), schema: z.string(), table: z.string(), kind: relationKind });

const shared = {
  id: z.string(),
  name: z.string(),
  technology: knownTechnology,
  connectionId: z.string().nullable(),
  remote,
  description: z.string(),
  status: dataSourceStatus,
  statistics,
  columnCount: z.int(),
  origin,
  myRole: dataSourceRole.nullable(),
  createdAt: timestamp,
  createdBy: z.string(),
  updatedAt: timestamp,
  version: z.int(),
};

export const dataSource = z
  .object({
    ...shared,
    descriptionProvenance: provenance.nullable(),
    documentation: z.string(),
    tags: z.array(appliedTag),
    health: z.object({ status: healthStatus, checks: z.array(check) }),
    unavailableMasks: z.array(z.string()),
    statisticsPrevented: z.boolean(),
    queryAs: z.object({ object: z.string(), login: z.string().nullable() }).nullable(),
  })
  .meta({ id: "DataSource" });

export const dataSourceSummary = z
  .object({
    ...shared,
    tags: z.array(z.object({ name: z.string() })),
    health: z.object({ status: healthStatus }),
  })
  .meta({ id: "DataSourceSummary" });

const counts = z.record(z.string(), z.int());

export const dataSourceFacets = z
  .object({
    technology: counts,
    health: counts,
    tag: counts.describe("by name; the 200 that most data sources carry"),
    connection: counts.describe("by id; the 200 with most data sources"),
    origin: counts,
  })
  .meta({ id: "DataSourceFacets" });

/** A remote identifier: whatever the engine allows, quotes, spaces and emoji included. */
const identifier = z
  .string()
  .min(1)
  .max(255)
  .refine((name) => !name.includes("\0"), { error: "must not contain NUL" });

export const dataSourceCreation = z
  .strictObject({
    connectionId: z.string().min(1).max(200),
    schema: identifier,
    table: identifier,
    name: givenName.optional(),
    description: freeText.optional(),
    documentation: markdown.optional(),
    tags: z.array(tagName).max(50).optional(),
  })
  .meta({ id: "DataSourceCreation" });

export const dataSourcePatch = z
  .strictObject({
    name: givenName,
    description: freeText.nullable(),
    documentation: markdown,
    status: dataSourceStatus,
    statisticsPrevented: z
      .literal(false)
      .describe("takes the prevention away; statistics are then taken with the next run of checks"),
  })
  .partial()
  .meta({ id: "DataSourcePatch" });

export const column = z
  .object({
    name: z.string(),
    ordinal: z.int(),
    dataType,
    remoteType: z.string(),
    nullable: z.boolean(),
    description: z.string(),
    descriptionProvenance: provenance.nullable(),
    tags: z.array(z.object({ name: z.string(), provenance })),
    threads: z.object({ open: z.int(), resolved: z.int() }),
  })
  .meta({ id: "Column" });

const columnPatchFields = {
  description: freeText.nullable().optional(),
  addTags: z.array(tagName).max(50).optional(),
  removeTags: z.array(tagName).max(50).optional(),
  keepAway: z
    .boolean()
    .optional()
    .describe("of the removed tags, that dbt may not put them there again; otherwise its next run does"),
};

export const columnPatch = z.strictObject(columnPatchFields).meta({ id: "ColumnPatch" });

/** At most 80 columns at once: all of them change in one transaction. */
export const dictionaryPatch = z
  .strictObject({
    changes: z
      .array(z.strictObject({ column: identifier, ...columnPatchFields }))
      .min(1)
      .max(80),
  })
  .meta({ id: "DictionaryPatch" });

/** Every column of a dictionary that people state, in their order. Tags of at most 80 columns fit into one transaction. */
export const dictionaryStatement = z
  .strictObject({
    columns: z.array(
      z.strictObject({
        name: identifier,
        dataType,
        description: freeText.optional().describe("left out: what stands stays"),
        tags: z.array(tagName).max(50).optional().describe("a person's; left out: what stands stays"),
      }),
    ),
  })
  .superRefine(({ columns }, context) => {
    const seen = new Set<string>();
    columns.forEach(({ name }, index) => {
      if (seen.has(name)) {
        context.addIssue({ code: "custom", path: ["columns", index, "name"], message: "is there already" });
      }
      seen.add(name);
    });
  })
  .meta({ id: "DictionaryStatement" });

export const analyticsRequest = z
  .strictObject({ columns: z.array(identifier).min(1).max(maxAnalyzedColumns) })
  .meta({ id: "AnalyticsRequest" });

/** What the rows say of one column. Values are text as the remote writes them, of at most 200 characters. */
export const columnAnalysis = z
  .object({
    column: z.string(),
    count: z.int().describe("rows that were looked at"),
    nulls: z.int(),
    distinct: z.int().describe("distinct values without null; of types without equality, distinct texts"),
    minimum: z.string().nullable().describe("null without values, and for types without an order"),
    minimumCut: z.boolean(),
    maximum: z.string().nullable(),
    maximumCut: z.boolean(),
    topValues: z
      .array(z.object({ value: z.string(), count: z.int(), cut: z.boolean() }))
      .describe("the most frequent, at most 10"),
    exact: z.boolean().describe("false: the figures are those of a bounded sample"),
  })
  .meta({ id: "ColumnAnalysis" });

export const checksRequest = z
  .strictObject({ checks: z.array(checkName).min(1).max(checkNames.length).optional() })
  .meta({ id: "ChecksRequest" });

export const tagsRequest = z
  .strictObject({ tags: z.array(tagName).min(1).max(50) })
  .meta({ id: "TagsRequest" });
