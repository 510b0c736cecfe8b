import * as z from "zod";

/** What a job's report can hold. */
export const reportKinds = ["created", "updated", "deleted", "skipped", "warning"] as const;
export const reportKind = z.enum(reportKinds);
export type ReportKind = z.infer<typeof reportKind>;

const listKinds = {
  creates: "created",
  updates: "updated",
  deletes: "deleted",
  warnings: "warning",
} as const;
const listNames = ["creates", "updates", "deletes", "warnings"] as const;

/** A kind as a filter names it: by its own name, or by the name that its list has in the result of a dbt sync. */
export const reportKindFilter = z.union([reportKind, z.enum(listNames).transform((name) => listKinds[name])]);

/**
 * Why bulk work or a dbt sync left a table out. The last five are what the remote database said of that table; any
 * other refusal of a remote concerns all tables alike, and fails the job.
 */
export const skipReasons = [
  "already-registered",
  "disabled",
  "ephemeral",
  "excluded-package",
  "excluded-source",
  "name-taken",
  "not-a-relation",
  "not-in-remote",
  "other-database",
  "other-integration",
  "out-of-scope",
  "reserved-schema",
  "too-many-columns",
  "lock-timeout",
  "permission-denied",
  "query-failed",
  "statement-timeout",
  "table-not-found",
] as const;
export const skipReason = z.enum(skipReasons);
export type SkipReason = z.infer<typeof skipReason>;

/** One fact of dbt's that changed on a data source or on one of its columns. */
export const factChange = z
  .object({
    field: z
      .enum(["description", "tags", "columns", "node"])
      .describe("`node` is what is kept for later use"),
    column: z.string().nullable().describe("null where it is about the data source itself"),
    added: z.array(z.string()).describe("names of tags or columns"),
    removed: z.array(z.string()),
  })
  .meta({ id: "FactChange" });

/** One line of a job's report: what it made, changed, deleted, left out or noticed. */
export const reportEntry = z
  .object({
    kind: reportKind,
    schema: z
      .string()
      .describe("the remote schema; the glob as it was asked for where all of it is left out"),
    table: z.string().nullable(),
    name: z
      .string()
      .nullable()
      .describe("the data source's name; null where you may not see the data source"),
    dataSourceId: z.string().nullable().describe("null where you may not see the data source"),
    reason: skipReason.nullable().describe("why it was left out; null for everything else"),
    detail: z.string().describe("more about the reason, or empty"),
    uniqueId: z.string().nullable().describe("the dbt node; null where no dbt sync tells it"),
    changes: z.array(factChange).describe("what a dbt sync changed: the first of many"),
  })
  .meta({ id: "ReportEntry" });
