import { describe, expect, it } from "vitest";
import { aDbtApp, pathOf, type Key } from "#test/support/dbt-app.ts";
import { catalogOf, finishRun, jobNow, modelsOf, ranAndSynced } from "#test/support/dbt-sync.ts";
import { interrupted } from "#test/support/interrupted-client.ts";
import { expectSound } from "#test/support/invariants.ts";
import { unique } from "#test/support/records.ts";

const dbt = await aDbtApp();
const { app, admin } = dbt;
const { api } = admin;

const models = (description: string) => [
  { name: "orders", description, tags: ["core"], columns: [{ name: "id", type: "integer" as const }] },
  { name: "customers", description },
];

/** A run whose sync a worker does while something happens, at every transaction in turn. */
async function atEachStep(
  act: (key: Key, dataSourceId: string) => Promise<unknown>,
  look: (of: {
    readonly key: Key;
    readonly schema: string;
    readonly id: string;
    readonly at: number;
  }) => Promise<void>,
): Promise<number> {
  for (let at = 1; ; at += 1) {
    const key = await dbt.integrate();
    const schema = unique("marts");
    await ranAndSynced(dbt, key, modelsOf(schema, models("Before.")));
    const id = (await catalogOf(dbt, key))["orders"]?.id ?? "";
    const runId = finishRun(dbt, key, modelsOf(schema, models("After.")));
    const asked = await app.call("POST", `${pathOf(key)}/sync`, { as: admin, body: { runId } });
    const { id: jobId } = asked.body as { id: string };
    const { client, happened } = interrupted(at, () => act(key, id));
    await app.outbox.deliver(app.worker({ client, madeAtOnce: 1 }), app.outbox.take(jobId));
    client.destroy();
    await app.drain();
    expect(await jobNow(dbt, jobId)).toMatchObject({ state: "succeeded", error: null, attempts: 1 });
    if (!happened()) return at;
    await look({ key, schema, id, at });
  }
}

describe("a person who edits while a sync is at it", () => {
  it("loses nothing, and the sync neither", async () => {
    const steps = await atEachStep(
      async (_, dataSourceId) => {
        await api.updateDataSource({ params: { dataSourceId }, body: { documentation: "Ask Ann." } });
        await api.updateColumn({ params: { dataSourceId, column: "id" }, body: { description: "Ann's." } });
      },
      async ({ key, id, at }) => {
        expect({ at, ...(await catalogOf(dbt, key))["orders"] }).toMatchObject({
          at,
          id,
          documentation: "Ask Ann.",
          description: "After.",
          tags: [{ name: "core", provenance: "dbt" }],
        });
        const { items } = await api.getDictionary({ params: { dataSourceId: id }, query: {} });
        expect(items).toMatchObject([{ name: "id", description: "Ann's." }]);
      },
    );
    expect(steps).toBeGreaterThan(4);
    await expectSound(app);
  }, 120_000);

  it("has a tag of dbt's back by the next run at the latest, and none that they keep away", async () => {
    const second = unique("second");
    const steps = await atEachStep(
      async (_, dataSourceId) => {
        await api.removeTag({ params: { dataSourceId, name: "core" }, query: { keepAway: "true" } });
      },
      async ({ key, schema, at }) => {
        expect({ at, tags: (await catalogOf(dbt, key))["orders"]?.tags }).toEqual({ at, tags: [] });
        const [orders, customers] = models("After.");
        const more = modelsOf(schema, [
          { name: "orders", ...orders, tags: ["core", second] },
          customers ?? { name: "" },
        ]);
        await ranAndSynced(dbt, key, more);
        expect((await catalogOf(dbt, key))["orders"]?.tags.map(({ name }) => name)).toEqual([second]);
      },
    );
    expect(steps).toBeGreaterThan(4);
    await expectSound(app);
  }, 120_000);

  it("may delete a data source, which dbt brings back by the next run at the latest", async () => {
    const steps = await atEachStep(
      (_, dataSourceId) => api.deleteDataSource({ params: { dataSourceId } }),
      async ({ key, schema, id, at }) => {
        await ranAndSynced(dbt, key, modelsOf(schema, models("After.")));
        expect({ at, ...(await catalogOf(dbt, key))["orders"] }).toMatchObject({
          at,
          id,
          description: "After.",
        });
      },
    );
    expect(steps).toBeGreaterThan(4);
    await expectSound(app);
  }, 120_000);
});

describe("an integration that is removed while a sync is at it", () => {
  it("is gone in the end with all that it made", async () => {
    const key = await dbt.integrate();
    const schema = unique("marts");
    await ranAndSynced(dbt, key, modelsOf(schema, models("Before.")));
    const runId = finishRun(dbt, key, modelsOf(schema, [...models("After."), { name: "more" }]));
    const asked = await app.call("POST", `${pathOf(key)}/sync`, { as: admin, body: { runId } });
    const { id: jobId } = asked.body as { id: string };
    const { client } = interrupted(3, () => app.call("DELETE", pathOf(key), { as: admin }));
    await app.outbox.deliver(app.worker({ client, madeAtOnce: 1 }), app.outbox.take(jobId));
    client.destroy();
    await app.drain();
    expect((await app.store.job(jobId))?.error).toMatchObject({ code: "integration-deleting" });
    expect((await app.call("GET", pathOf(key), { as: admin })).status).toBe(404);
    const { items } = await api.listDataSources({ query: { search: schema } });
    expect(items).toEqual([]);
    await expectSound(app);
  });
});
