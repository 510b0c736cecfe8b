import * as z from "zod";
import { resourceId } from "../ids.ts";
import { givenSecret, principal, timestamp } from "./fields.ts";
import { jobState } from "./job.ts";

/** An id of dbt Cloud. They have more digits than a 32-bit number; numbers are taken, text is answered. */
export const dbtId = z
  .union([
    z.int().positive(),
    z.string().regex(/^[1-9]\d{0,18}$/, { error: "must be a positive decimal number" }),
  ])
  .transform(String);

/** In a path what could not be an id is one that is not there: 404, not 400. */
const dbtPathId = resourceId;

export const integrationParams = z.object({
  accountId: dbtPathId,
  projectId: dbtPathId,
  environmentId: dbtPathId,
});

export const runOutcomes = ["applied", "unchanged", "ignored", "awaiting-approval", "failed"] as const;
export const runOutcome = z.enum(runOutcomes);
export type RunOutcome = z.infer<typeof runOutcome>;

export const dbtRun = z
  .object({
    runId: z.string(),
    jobId: z.string().nullable(),
    state: jobState.nullable().describe("of its job; null where it needed none"),
    outcome: runOutcome.nullable().describe("null while its job is at it"),
    reason: z.string().describe("why it was ignored, waits or failed, led by a code; empty otherwise"),
    created: z.int(),
    updated: z.int(),
    deleted: z.int(),
    at: timestamp,
  })
  .meta({ id: "DbtRun" });

/** A glob over schema names: `*` is any run of characters, `?` any one. */
const schemaGlob = z.string().min(1).max(200);

export const integration = z
  .object({
    accountId: z.string(),
    projectId: z.string(),
    environmentId: z.string(),
    host: z.string(),
    connectionId: z.string().nullable(),
    owners: z.array(principal),
    schemas: z.array(z.string()).nullable(),
    nameTemplate: z.string(),
    includePackages: z.boolean(),
    includeSources: z.boolean(),
    webhookUrl: z.string().describe("where dbt Cloud's webhook sends word of runs"),
    webhookSecretSet: z.boolean(),
    dataSourceCount: z.int().describe("data sources that it made and that are not deleted"),
    lastRun: dbtRun.nullable(),
    state: z.enum(["active", "deleting"]),
    createdBy: z.string(),
    createdAt: timestamp,
    updatedAt: timestamp,
    version: z.int(),
  })
  .meta({ id: "Integration" });

/** Users and groups. */
const owners = z.array(principal).min(1).max(10);

export const integrationCreation = z
  .strictObject({
    host: z.string().trim().min(1).max(255),
    accountId: dbtId,
    projectId: dbtId,
    environmentId: dbtId,
    apiKey: givenSecret,
    webhookSecret: givenSecret.optional(),
    createWebhook: z
      .boolean()
      .optional()
      .describe("Reeve makes the subscription in dbt Cloud itself, and keeps its secret"),
    connectionId: z.string().min(1).max(200).nullable().optional(),
    owners: owners.optional().describe("by default the caller"),
    schemas: z.array(schemaGlob).min(1).max(100).optional(),
    nameTemplate: z.string().min(1).max(500).optional(),
    includePackages: z.boolean().optional().describe("nodes of installed packages; by default true"),
    includeSources: z.boolean().optional().describe("by default true"),
  })
  .meta({ id: "IntegrationCreation" });

export const integrationUpdate = z
  .strictObject({
    apiKey: givenSecret,
    webhookSecret: givenSecret,
    owners: owners.describe("of whom one must be able to act"),
  })
  .partial()
  .refine((body) => Object.keys(body).length > 0, {
    path: ["apiKey"],
    error: "must be there, or webhookSecret, or owners",
  })
  .meta({ id: "IntegrationUpdate" });

export const syncRequest = z
  .strictObject({
    runId: dbtId.optional().describe("by default the newest finished run of the environment"),
    dryRun: z.boolean().optional().describe("plans and reports, and changes nothing"),
  })
  .meta({ id: "SyncRequest" });

export const webhookReply = z.object({ received: z.literal(true) }).meta({ id: "WebhookReply" });
