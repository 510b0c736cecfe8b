import * as z from "zod";
import { timestamp } from "./fields.ts";

export const outcome = z.enum(["success", "denied", "failure"]);

/** What somebody did, or Reeve by itself. */
export const activityRecord = z
  .object({
    id: z.string(),
    at: timestamp,
    actor: z.string().describe("a user's id, or `system`"),
    action: z.string().describe("`<what>:<verb>`"),
    resource: z
      .object({ type: z.string(), id: z.string() })
      .describe("what it was done to; of bulk work this data source alone, and the job is `details.jobId`"),
    outcome,
    details: z.record(z.string(), z.unknown()).describe("what changed; never a value out of the table"),
  })
  .meta({ id: "ActivityRecord" });

/** The same as the audit has it. */
export const auditRecord = z
  .object({
    ...activityRecord.shape,
    resource: z.object({ type: z.string(), id: z.string() }).describe("what it was done to"),
    requestId: z.string().describe("of the request or, of a job, of the one that asked for it"),
    address: z
      .string()
      .nullable()
      .describe("where the request came from; null for jobs, and for whoever may not know"),
  })
  .meta({ id: "AuditRecord" });
