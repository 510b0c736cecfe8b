import type { Binding } from "#core/dbt/binding.ts";
import type { Integration, IntegrationKey } from "#core/dbt/integration.ts";
import type { DeliveryRecord, RunRecord } from "#core/dbt/run-record.ts";
import type { Page } from "#core/ports/store.ts";

/** dbt Cloud environments, what they are known to have, and what became of their runs. */
export interface DbtStore {
  integration(key: IntegrationKey): Promise<Integration | null>;
  /** Several at once; those that are not there are absent. */
  integrationsOf(keys: readonly IntegrationKey[]): Promise<readonly Integration[]>;
  /** All of them in the order of `integrationName`; `next` is the name of the last one. */
  integrations(after: string | null, limit: number): Promise<Page<Integration>>;
  binding(integrationId: string, relation: string): Promise<Binding | null>;
  /** Everything that an integration is bound to, page by page. */
  bindings(integrationId: string): AsyncIterable<readonly Binding[]>;
  /** How many data sources an integration made that are not deleted. */
  ownedCount(integrationId: string): Promise<number>;
  runRecord(integrationId: string, runId: string): Promise<RunRecord | null>;
  /** The runs of an integration, those with the highest ids first; `next` is the id of the last one. */
  runRecords(integrationId: string, before: string | null, limit: number): Promise<Page<RunRecord>>;
  delivery(integrationId: string, eventId: string): Promise<DeliveryRecord | null>;
}
