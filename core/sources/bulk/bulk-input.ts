import * as z from "zod";
import { skipReason } from "#contracts/resources/job-report.ts";

/** What a bulk registration was asked to do. */
export const bulkInput = z.object({
  connectionId: z.string(),
  schemas: z.array(z.string()),
  include: z.array(z.string()),
  exclude: z.array(z.string()),
  nameTemplate: z.string(),
  tagIds: z.array(z.string()),
});
export type BulkInput = z.infer<typeof bulkInput>;

const relation = z.object({ schema: z.string(), name: z.string() });

/** How far a bulk registration is. */
export const bulkState = z.object({
  /** Everything up to this relation is settled, in the order of the listing; null at the beginning. */
  after: relation.nullable(),
  done: z.number(),
  /** How many relations there were to look at when it began. */
  total: z.number(),
  /** The numbers of the next parts of its report. */
  parts: z.object({ created: z.number(), skipped: z.number() }),
  result: z.object({ created: z.number(), skipped: z.partialRecord(skipReason, z.number()) }),
});
export type BulkState = z.infer<typeof bulkState>;
