import * as z from "zod";
import { timestamp } from "./fields.ts";

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
    outcome: z.enum(["success", "denied", "failure"]),
    details: z.record(z.string(), z.unknown()).describe("what changed; never a value out of the table"),
  })
  .meta({ id: "ActivityRecord" });
