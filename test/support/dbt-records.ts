import type { Binding } from "#core/dbt/binding.ts";
import type { Integration } from "#core/dbt/integration.ts";
import type { DeliveryRecord, RunRecord } from "#core/dbt/run-record.ts";
import type { NodeFacts } from "#core/dbt/snapshot.ts";
import type { DbtFacts } from "#core/sources/data-source.ts";
import { unique } from "./records.ts";

const at = "2026-01-01T00:00:00.000Z";

export const anIntegration = ({ id = unique("int_"), ...given }: Partial<Integration> = {}): Integration => ({
  id,
  accountId: "70403103916812",
  projectId: "70403103971234",
  environmentId: unique("7040310399"),
  host: "ab123.us1.dbt.com",
  connectionId: null,
  owners: [{ type: "user", id: "usr_1" }],
  schemas: ["marts_*"],
  registrarSchemas: null,
  nameTemplate: "<schema>.<tablename>",
  includePackages: true,
  includeSources: true,
  secretRef: `integrations/${id}/gen_1`,
  webhookSecretSet: true,
  webhookId: "wsu_12345abcde",
  state: "active",
  removalJobId: null,
  newest: { runId: "70403104123456", finishedAt: at },
  waiting: null,
  createdBy: "usr_1",
  createdAt: at,
  updatedAt: at,
  version: 1,
  ...given,
});

export const aBinding = (given: Partial<Binding> = {}): Binding => ({
  integrationId: "int_1",
  relation: unique('["analytics","sales","orders_') + '"]',
  dataSourceId: unique("ds_"),
  owned: true,
  deleted: false,
  digest: "a".repeat(64),
  ...given,
});

export const aRunRecord = (given: Partial<RunRecord> = {}): RunRecord => ({
  integrationId: "int_1",
  runId: "70403104123456",
  jobId: "job_1",
  outcome: "ignored",
  reason: "other-environment: the run is of environment 12",
  created: 0,
  updated: 0,
  deleted: 0,
  at,
  ...given,
});

export const aDelivery = (given: Partial<DeliveryRecord> = {}): DeliveryRecord => ({
  integrationId: "int_1",
  eventId: unique("wev_"),
  eventType: "job.run.completed",
  runId: "70403104123456",
  receivedAt: at,
  outcome: "accepted",
  ...given,
});

export const someNodeFacts = (given: Partial<NodeFacts> = {}): NodeFacts => ({
  uniqueIds: ["model.shop.orders"],
  dependsOn: ["source.shop.raw.orders"],
  resourceType: "model",
  package: "shop",
  materialized: "table",
  group: null,
  owner: null,
  access: "protected",
  contract: false,
  version: null,
  ...given,
});

/** What dbt says of a data source's columns. */
export const dbtFacts = (columns: DbtFacts["columns"]): DbtFacts => ({ node: someNodeFacts(), columns });
