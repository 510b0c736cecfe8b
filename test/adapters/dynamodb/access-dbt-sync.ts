import type { Basis } from "#core/dbt/sync/basis.ts";
import { chunkOf } from "#core/dbt/sync/chunk.ts";
import { dbtWordOn } from "#core/dbt/sync/dbt-word.ts";
import type { Decision } from "#core/dbt/sync/decisions.ts";
import { linesOf, reported } from "#core/dbt/sync/report.ts";
import { begun } from "#core/dbt/sync/sync-input.ts";
import type { SnapshotRelation } from "#core/dbt/snapshot.ts";
import { defaultSettings } from "#core/settings/settings.ts";
import { defaultTemplate } from "#core/sources/name-template.ts";
import { anIntegration, dbtFacts } from "#test/support/dbt-records.ts";
import { aHeldJob, conflict, type Prepared, type Trial } from "./access-fixtures.ts";

async function aBasis(given: Prepared): Promise<Basis> {
  const integration = anIntegration({ id: given.id("integration"), accountId: "70403103916812" });
  await given.store.commit([
    { write: "create", kind: "integration", record: integration, otherwise: conflict },
  ]);
  return {
    integration,
    connection: null,
    technology: "snowflake",
    scope: { schemas: null, registrarSchemas: null, isReservedSchema: () => false, database: null },
    template: defaultTemplate,
    settings: defaultSettings,
    over: conflict,
  };
}

const relationOf = (given: Prepared, index: number): SnapshotRelation => ({
  key: `analytics.sales.order_lines_${index}`,
  database: "ANALYTICS",
  schema: "SALES",
  table: `ORDER_LINES_${index}`,
  description: "One line for each line of an order, as the shop took it.",
  tags: [],
  columns: given.columns.map(({ name, comment, remoteType }) => ({
    name,
    description: comment,
    tags: [],
    dataType: remoteType,
    inCatalog: true,
  })),
  facts: dbtFacts([]).node,
  built: true,
  digest: "5f1d7a84db00d2fce00b31a7fc73224fa3e8ff4ce41c0d8a90a41bd4bd1ef2e1",
});

/** What a sync asks of the store, by the function cell of its row. */
export const dbtSyncAccess: Readonly<Record<string, Trial>> = {
  "`commit` of a chunk of a sync, 13 new data sources": async (given) => {
    const [job, basis, tree] = [await aHeldJob(given), await aBasis(given), await given.store.tagTree()];
    const decisions = given.many(13, (index): Decision => {
      const relation = relationOf(given, index);
      const word = dbtWordOn(relation, relation.columns, tree);
      const name = `sales.order_lines_${index}`;
      return { relation, does: "create", name, word, found: null, statisticsPrevented: false };
    });
    const runId = "70403104123456";
    const chunk = await chunkOf(given, basis, { decisions, tree }, { job, runId });
    const lines = decisions.flatMap((decision) =>
      linesOf(decision, chunk.made.get(decision.relation.key) ?? null),
    );
    const about = { jobId: job.id, writtenAt: given.clock.now().toISOString() };
    const { state, writes } = reported(begun("apply", { runId, dryRun: false }), lines, about);
    return (store) =>
      store.commit([
        { write: "checkpoint", job: { ...job, checkpoint: state }, otherwise: conflict },
        ...chunk.writes,
        ...writes,
      ]);
  },
};
