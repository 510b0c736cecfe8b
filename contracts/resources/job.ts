import * as z from "zod";
import { problem } from "../problems.ts";
import { timestamp } from "./fields.ts";

export const jobStates = [
  "queued",
  "running",
  "succeeded",
  "failed",
  "awaiting-approval",
  "cancelled",
] as const;
export const jobState = z.enum(jobStates);
export type JobState = z.infer<typeof jobState>;
export const jobTypes = [
  "bulk-registration",
  "connection-creation",
  "data-source-creation",
  "dbt-removal",
  "dbt-sync",
  "domain-removal",
  "health-check",
  "health-refresh",
  "identity-sync",
  "principal-removal",
  "rebuild",
  "table-check",
] as const;
export const jobType = z.enum(jobTypes);
export type JobType = z.infer<typeof jobType>;

export const job = z
  .object({
    id: z.string(),
    type: jobType,
    state: jobState,
    progress: z.object({ done: z.number(), total: z.number() }),
    subject: z.object({
      type: z.enum(["data-source", "connection", "integration", "identity-provider", "catalog"]),
      id: z
        .string()
        .describe(
          "empty, as the name is, where it is a data source that you may not read; then nothing of its result or of the detail of its error is told",
        ),
      name: z.string(),
    }),
    attempts: z.int(),
    error: problem.nullable(),
    createdBy: z.string(),
    createdAt: timestamp,
    startedAt: timestamp.nullable(),
    finishedAt: timestamp.nullable(),
    result: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: "Job" });
