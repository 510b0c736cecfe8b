import type { Clock } from "#core/ports/clock.ts";
import type { DbtStore } from "#core/ports/dbt-store.ts";
import { integrationName } from "#core/dbt/integration.ts";
import { keys } from "../keys.ts";
import { read, readOr } from "../records.ts";
import { getItem, getItems, queryItems, type RawItem, type TableRef } from "../requests.ts";

/** So many bindings are read at once. */
const bindingsAtOnce = 2000;

/** What has expired is not there, even while DynamoDB keeps it. */
const unexpired = (clock: Clock, item: RawItem): boolean =>
  typeof item["ttl"] !== "number" || item["ttl"] > clock.now().getTime() / 1000;

async function* bindingsOf(ref: TableRef, integrationId: string) {
  const { pk } = keys.dbtBinding(integrationId, "");
  let after: string | undefined;
  do {
    const page: readonly RawItem[] = await queryItems(ref, { partition: pk, limit: bindingsAtOnce, after });
    if (page.length > 0) yield page.map(read["dbt-binding"]);
    after = page.length < bindingsAtOnce ? undefined : String(page.at(-1)?.["sk"]);
  } while (after !== undefined);
}

/** Integrations, what they are bound to and what became of their runs: a partition for each. */
export const dbtStore = (ref: TableRef, clock: Clock): DbtStore => ({
  integration: async (key) => readOr(read.integration, await getItem(ref, keys.integration(key))),
  integrationsOf: async (wanted) =>
    [...(await getItems(ref, wanted.map(keys.integration))).values()].map(read.integration),
  async integrations(after, limit) {
    const found = await queryItems(ref, {
      partition: "INTEGRATIONS",
      limit,
      ...(after === null ? {} : { after }),
    });
    const items = found.map(read.integration);
    const last = items.at(-1);
    return { items, next: items.length < limit || last === undefined ? null : integrationName(last) };
  },
  binding: async (integrationId, relation) =>
    readOr(read["dbt-binding"], await getItem(ref, keys.dbtBinding(integrationId, relation))),
  bindings: (integrationId) => bindingsOf(ref, integrationId),
  async ownedCount(integrationId) {
    let count = 0;
    for await (const page of bindingsOf(ref, integrationId)) {
      count += page.filter(({ owned, deleted }) => owned && !deleted).length;
    }
    return count;
  },
  async runRecord(integrationId, runId) {
    const item = await getItem(ref, keys.dbtRun(integrationId, runId));
    return item === null || !unexpired(clock, item) ? null : read["dbt-run"](item);
  },
  async runRecords(integrationId, before, limit) {
    const { pk } = keys.dbtRun(integrationId, "");
    const found = await queryItems(ref, {
      partition: pk,
      reverse: true,
      limit,
      after: before === null ? undefined : keys.dbtRun(integrationId, before).sk,
    });
    const last = found.at(-1);
    const next = found.length < limit || last === undefined ? null : read["dbt-run"](last).runId;
    return { items: found.filter((item) => unexpired(clock, item)).map(read["dbt-run"]), next };
  },
  async delivery(integrationId, eventId) {
    const item = await getItem(ref, keys.dbtDelivery(integrationId, eventId));
    return item === null || !unexpired(clock, item) ? null : read["dbt-delivery"](item);
  },
});
