import { Entity } from "dynamodb-toolbox/entity";
import { boolean } from "dynamodb-toolbox/schema/boolean";
import { item } from "dynamodb-toolbox/schema/item";
import { number } from "dynamodb-toolbox/schema/number";
import { string } from "dynamodb-toolbox/schema/string";
import type { Integration } from "#core/dbt/integration.ts";
import type { DeliveryRecord, RunRecord } from "#core/dbt/run-record.ts";
import { keys } from "../keys.ts";
import { expiry, schemaVersion, shaped, table } from "./table.ts";

/** How long what became of a run is kept, in days. */
export const runRetentionDays = 120;
/** How long a webhook's delivery is kept, in days. */
export const deliveryRetentionDays = 30;

export const integrationItem = new Entity({
  name: "integration",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    id: string(),
    accountId: string().key(),
    projectId: string().key(),
    environmentId: string().key(),
    host: string(),
    connectionId: shaped<string | null>(),
    owners: shaped<Integration["owners"]>(),
    schemas: shaped<Integration["schemas"]>(),
    registrarSchemas: shaped<Integration["registrarSchemas"]>(),
    nameTemplate: string(),
    includePackages: boolean(),
    includeSources: boolean(),
    secretRef: string(),
    webhookSecretSet: boolean(),
    webhookId: shaped<string | null>(),
    state: shaped<Integration["state"]>(),
    removalJobId: shaped<string | null>(),
    newest: shaped<Integration["newest"]>(),
    waiting: shaped<Integration["waiting"]>(),
    createdBy: string(),
    createdAt: string(),
    updatedAt: string(),
    version: number(),
  }),
  computeKey: keys.integration,
});

/** Small, because a sync reads all of an integration's. */
export const bindingItem = new Entity({
  name: "dbt-binding",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    integrationId: string().key(),
    relation: string().key(),
    dataSourceId: string(),
    owned: boolean(),
    deleted: boolean(),
    digest: shaped<string | null>(),
  }),
  computeKey: ({ integrationId, relation }) => keys.dbtBinding(integrationId, relation),
});

export const runItem = new Entity({
  name: "dbt-run",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    ...expiry,
    integrationId: string().key(),
    runId: string().key(),
    jobId: shaped<string | null>(),
    outcome: shaped<RunRecord["outcome"]>(),
    reason: string(),
    created: number(),
    updated: number(),
    deleted: number(),
    at: string(),
  }),
  computeKey: ({ integrationId, runId }) => keys.dbtRun(integrationId, runId),
});

export const deliveryItem = new Entity({
  name: "dbt-delivery",
  table,
  timestamps: false,
  schema: item({
    ...schemaVersion,
    ...expiry,
    integrationId: string().key(),
    eventId: string().key(),
    eventType: string(),
    runId: shaped<string | null>(),
    receivedAt: string(),
    outcome: shaped<DeliveryRecord["outcome"]>(),
  }),
  computeKey: ({ integrationId, eventId }) => keys.dbtDelivery(integrationId, eventId),
});
