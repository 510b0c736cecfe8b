import type { Write } from "#core/ports/change.ts";
import { aBinding, aDelivery, anIntegration, aRunRecord, dbtFacts } from "#test/support/dbt-records.ts";
import { commitAll, conflict, type Prepared, type Trial } from "./access-fixtures.ts";

const hash = "5f1d7a84db00d2fce00b31a7fc73224fa3e8ff4ce41c0d8a90a41bd4bd1ef2e1";

/** An integration with ids as they are in dbt Cloud, one of as many. */
async function integrations(given: Prepared, count: number) {
  const records = given.many(count, (index) =>
    anIntegration({
      id: given.id("integration"),
      environmentId: String(70_403_103_990_000 + index),
      connectionId: given.id("connection"),
      owners: [{ type: "user", id: given.call.user.id }],
      secretRef: `integrations/${given.id("integration")}/${given.id("generation")}`,
      createdBy: given.call.user.id,
    }),
  );
  await commitAll(
    given,
    records.map((record): Write => ({ write: "create", kind: "integration", record, otherwise: conflict })),
  );
  const [first] = records;
  if (first === undefined) throw new Error("there is none");
  return { first, records };
}

/** An integration that a hundred relations are bound to. */
async function bound(given: Prepared) {
  const integrationId = given.id("integration");
  const bindings = given.many(100, (index) =>
    aBinding({
      integrationId,
      relation: JSON.stringify(["analytics", "sales", `orders_${index}`]),
      dataSourceId: given.id("dataSource"),
      digest: hash,
    }),
  );
  await commitAll(
    given,
    bindings.map((record) => ({ write: "put", kind: "dbt-binding", record })),
  );
  return { integrationId, relation: bindings[0]?.relation ?? "" };
}

async function sixtyRuns(given: Prepared) {
  const integrationId = given.id("integration");
  const runs = given.many(60, (index) =>
    aRunRecord({ integrationId, runId: String(70_403_104_000_000 + index), jobId: given.id("job") }),
  );
  await commitAll(
    given,
    runs.map((record) => ({ write: "put", kind: "dbt-run", record })),
  );
  return { integrationId, runs };
}

/** Every read and change of dbt Cloud environments, by the function cell of its row. */
export const dbtAccess: Readonly<Record<string, Trial>> = {
  "`integration`": async (given) => {
    const { first } = await integrations(given, 1);
    return (store) => store.integration(first);
  },
  "`integrationsOf` 20": async (given) => {
    const { records } = await integrations(given, 20);
    return (store) => store.integrationsOf(records);
  },
  "`integrations`, first 20 of 30": async (given) => {
    await integrations(given, 30);
    return (store) => store.integrations(null, 20);
  },
  "`integrations`, the rest": async (given) => {
    await integrations(given, 30);
    const { next } = await given.store.integrations(null, 20);
    return (store) => store.integrations(next, 20);
  },
  "`binding`": async (given) => {
    const { integrationId, relation } = await bound(given);
    return (store) => store.binding(integrationId, relation);
  },
  "`bindings` of 100 relations": async (given) => {
    const { integrationId } = await bound(given);
    return async (store) => {
      let count = 0;
      for await (const page of store.bindings(integrationId)) count += page.length;
      if (count !== 100) throw new Error(`${count} bindings`);
    };
  },
  "`ownedCount` of 100 relations": async (given) => {
    const { integrationId } = await bound(given);
    return (store) => store.ownedCount(integrationId);
  },
  "`runRecord`": async (given) => {
    const { integrationId, runs } = await sixtyRuns(given);
    return (store) => store.runRecord(integrationId, runs[0]?.runId ?? "");
  },
  "`runRecords`, first 50 of 60": async (given) => {
    const { integrationId } = await sixtyRuns(given);
    return (store) => store.runRecords(integrationId, null, 50);
  },
  "`runRecords`, the rest": async (given) => {
    const { integrationId, runs } = await sixtyRuns(given);
    return (store) => store.runRecords(integrationId, runs[10]?.runId ?? null, 50);
  },
  "`delivery`": async (given) => {
    const record = aDelivery({ integrationId: given.id("integration") });
    await given.store.commit([{ write: "put", kind: "dbt-delivery", record }]);
    return (store) => store.delivery(record.integrationId, record.eventId);
  },
  "`commit` of a delivery and its run": async (given) => {
    const { first } = await integrations(given, 1);
    const delivery = aDelivery({ integrationId: first.id });
    const run = aRunRecord({ integrationId: first.id, jobId: given.id("job") });
    const writes: Write[] = [
      { write: "require-integration", integration: first, otherwise: conflict },
      { write: "create", kind: "dbt-delivery", record: delivery, otherwise: conflict },
      { write: "put", kind: "dbt-run", record: run },
    ];
    return (store) => store.commit(writes);
  },
  "`commit` of a binding that does not stand any more": async (given) => {
    const { integrationId, relation } = await bound(given);
    return (store) => store.commit([{ write: "dbt-changed", integrationId, relation, otherwise: conflict }]);
  },
  "`stageDbtFacts` of 16 data sources with 50 columns each": async (given) => {
    const generation = given.id("generation");
    const columns = given.columns.map(({ name, comment }) => ({
      name,
      description: comment,
      tagIds: [given.id("tag")],
    }));
    const facts = given.many(16, () => ({ dataSourceId: given.id("dataSource"), facts: dbtFacts(columns) }));
    return Promise.resolve((store) => store.stageDbtFacts(generation, facts));
  },
};
