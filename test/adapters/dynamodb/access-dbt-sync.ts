import { underWord } from "#core/dbt/sync/plan/apply-word.ts";
import type { Basis } from "#core/dbt/sync/run/basis.ts";
import { chunkOf, fitting } from "#core/dbt/sync/apply/chunk.ts";
import { dbtWordOn } from "#core/dbt/sync/plan/dbt-word.ts";
import type { Decision } from "#core/dbt/sync/plan/decisions.ts";
import { linesOf, reported } from "#core/dbt/sync/apply/report.ts";
import { begun } from "#core/dbt/sync/run/sync-input.ts";
import type { SnapshotRelation } from "#core/dbt/snapshot.ts";
import type { Write } from "#core/ports/change.ts";
import { defaultSettings } from "#core/settings/settings.ts";
import { defaultTemplate } from "#core/sources/name-template.ts";
import { individually } from "#core/subscriptions/subscription-policy.ts";
import { TagTree } from "#core/tags/tag-tree.ts";
import { anIntegration, someNodeFacts } from "#test/support/dbt-records.ts";
import { aHeldJob, conflict, type Prepared, type Trial } from "./access-fixtures.ts";

const runId = "70403104123456";

/** A model of twenty columns, of which every fifth has a tag. */
const modelOf = ({ columns }: Prepared, at: number, description: string): SnapshotRelation => ({
  key: JSON.stringify(["analytics", "sales", `order_lines_${at}`]),
  database: "analytics",
  schema: "sales",
  table: `order_lines_${at}`,
  description,
  tags: ["nightly", "team_sales"],
  columns: columns.slice(0, 20).map(({ name, comment }, place) => ({
    name,
    description: comment,
    tags: place % 5 === 0 ? ["pii"] : [],
    dataType: "character varying",
    inCatalog: true,
  })),
  facts: someNodeFacts({ uniqueIds: [`model.shop.order_lines_${at}`] }),
  built: true,
  digest: "5f1d7a84db00d2fce00b31a7fc73224fa3e8ff4ce41c0d8a90a41bd4bd1ef2e1",
});

/** A job in a worker's hands, what it rests on, all of it there, and the tags that the models carry. */
async function aSync(given: Prepared) {
  const integration = anIntegration({
    id: given.id("integration"),
    owners: [{ type: "user", id: given.call.user.id }],
    createdBy: given.call.user.id,
  });
  await given.store.commit([
    { write: "create", kind: "integration", record: integration, otherwise: conflict },
  ]);
  const basis: Basis = {
    integration,
    connection: null,
    technology: "snowflake",
    scope: { schemas: null, registrarSchemas: null, database: null, isReservedSchema: () => false },
    template: defaultTemplate,
    settings: defaultSettings,
    over: conflict,
  };
  const tags = ["nightly", "team_sales", "pii"].map((segment) => given.tag({ parentId: null, segment }));
  return { job: await aHeldJob(given), basis, tree: new TagTree(tags, { version: 0, deletions: 0 }) };
}

type Sync = Awaited<ReturnType<typeof aSync>>;

/** What a chunk commits that settles as many of some decisions as one transaction takes. */
async function chunkWrites(
  given: Prepared,
  { job, basis, tree }: Sync,
  decisions: readonly Decision[],
): Promise<{
  readonly writes: readonly Write[];
  readonly made: ReadonlyMap<string, string>;
}> {
  const taken = decisions.slice(0, fitting(decisions, basis.integration.owners.length));
  const chunk = await chunkOf(given, basis, { decisions: taken, tree }, { job, runId });
  const lines = taken.flatMap((decision) => linesOf(decision, chunk.made.get(decision.relation.key) ?? null));
  const about = { jobId: job.id, writtenAt: given.clock.now().toISOString() };
  const { state, writes } = reported(begun("apply", { runId, dryRun: false }), lines, about);
  const checkpoint = { ...state, phase: "relations", after: taken.at(-1)?.relation.key };
  return {
    writes: [
      { write: "checkpoint", job: { ...job, checkpoint }, otherwise: conflict },
      ...chunk.writes,
      ...writes,
    ],
    made: chunk.made,
  };
}

function creations(given: Prepared, { tree }: Sync): readonly Decision[] {
  return given.many(50, (at): Decision => {
    const relation = modelOf(given, at, "One line for each position of an order, made anew each night.");
    const word = dbtWordOn(relation, relation.columns, tree);
    const name = `sales.${relation.table}`;
    return {
      relation,
      does: "create",
      name,
      word,
      found: null,
      statisticsPrevented: false,
      subscription: individually,
    };
  });
}

/** Data sources that a sync made, and of which dbt says something else now. */
async function changes(given: Prepared, sync: Sync): Promise<readonly Decision[]> {
  const made = new Map<string, string>();
  for (let from = 0; from < 26; from += 13) {
    const chunk = await chunkWrites(given, sync, creations(given, sync).slice(from, from + 13));
    // Both would be the first part of a report.
    await given.store.commit(chunk.writes.filter(({ write }) => write !== "report"));
    for (const [key, id] of chunk.made) made.set(key, id);
  }
  const { store, clock } = given;
  return await Promise.all(
    [...made.values()].map(async (id, at): Promise<Decision> => {
      const relation = modelOf(given, at, "One line for each position of an order that was paid.");
      const view = await store.dictionary(id);
      if (view === null) throw new Error("it was not made");
      const word = dbtWordOn(relation, view.columns, sync.tree);
      const under = underWord(view, word, sync.tree, clock.now().toISOString());
      return { relation, does: "update", attaches: false, view, word, under, columns: null };
    }),
  );
}

/** What a sync commits, by the function cell of its row. */
export const dbtSyncAccess: Readonly<Record<string, Trial>> = {
  "`commit` of a chunk of a sync, 13 new data sources": async (given) => {
    const sync = await aSync(given);
    const { writes } = await chunkWrites(given, sync, creations(given, sync));
    return (store) => store.commit(writes);
  },
  "`commit` of a chunk of a sync, 20 data sources that dbt describes otherwise": async (given) => {
    const sync = await aSync(given);
    const { writes } = await chunkWrites(given, sync, await changes(given, sync));
    return (store) => store.commit(writes);
  },
};
