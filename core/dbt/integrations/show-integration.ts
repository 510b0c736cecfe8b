import type * as z from "zod";
import type { dbtRun, integration } from "#contracts/resources/dbt.ts";
import type { Call } from "#core/call/call.ts";
import { integrationName, type Integration } from "#core/dbt/integration.ts";
import type { RunRecord } from "#core/dbt/run-record.ts";
import type { DbtStore } from "#core/ports/dbt-store.ts";
import type { JobStore } from "#core/ports/store.ts";

type Shown = z.output<typeof integration>;
type ShownRun = z.output<typeof dbtRun>;
type RunStore = Pick<JobStore, "job">;

/** Where dbt Cloud sends word of runs, as the caller reached this deployment. */
export const webhookUrlOf = ({ baseUrl }: Pick<Call, "baseUrl">, of: Integration): string =>
  `${baseUrl}/dbt/${integrationName(of)}/webhook`;

/** Runs as people see them, each with the state of the job that saw to it. */
export const showRuns = (store: RunStore, runs: readonly RunRecord[]): Promise<readonly ShownRun[]> =>
  Promise.all(
    runs.map(async ({ runId, jobId, outcome, reason, created, updated, deleted, at }) => ({
      runId,
      jobId,
      state: jobId === null ? null : ((await store.job(jobId))?.state ?? null),
      outcome,
      reason,
      created,
      updated,
      deleted,
      at,
    })),
  );

/** What an integration has come to. */
type Come = Pick<Shown, "dataSourceCount" | "lastRun">;

/** One that has just been made. */
export const nothingYet: Come = { dataSourceCount: 0, lastRun: null };

async function comeOf(store: DbtStore & RunStore, { id }: Integration): Promise<Come> {
  const [dataSourceCount, { items }] = await Promise.all([
    store.ownedCount(id),
    store.runRecords(id, null, 1),
  ]);
  const [lastRun = null] = await showRuns(store, items);
  return { dataSourceCount, lastRun };
}

/** An integration as its owners see it: nothing that leads to its key. */
export const showIntegration = (
  record: Integration,
  call: Pick<Call, "baseUrl">,
  { dataSourceCount, lastRun }: Come,
): Shown => ({
  accountId: record.accountId,
  projectId: record.projectId,
  environmentId: record.environmentId,
  host: record.host,
  connectionId: record.connectionId,
  owners: record.owners.map((owner) => ({ ...owner })),
  schemas: record.schemas === null ? null : [...record.schemas],
  nameTemplate: record.nameTemplate,
  includePackages: record.includePackages,
  includeSources: record.includeSources,
  webhookUrl: webhookUrlOf(call, record),
  webhookSecretSet: record.webhookSecretSet,
  dataSourceCount,
  lastRun,
  state: record.state,
  createdBy: record.createdBy,
  createdAt: record.createdAt,
  updatedAt: record.updatedAt,
  version: record.version,
});

/** The same, with what it has come to as it stands now. */
export const showWithRuns = async (
  store: DbtStore & RunStore,
  record: Integration,
  call: Pick<Call, "baseUrl">,
): Promise<Shown> => showIntegration(record, call, await comeOf(store, record));
