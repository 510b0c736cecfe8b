import { describe, expect, it } from "vitest";
import { aDbtApp } from "#test/support/dbt-app.ts";
import { catalogOf, finishRun, modelsOf, ranAndSynced, synced, toldOf } from "#test/support/dbt-sync.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aPersona } from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";

const dbt = await aDbtApp();
const { api } = dbt.admin;

const orders = {
  name: "orders",
  description: "One line for each order.",
  tags: ["core.sales", "nightly"],
  columns: [
    { name: "order_id", type: "integer", description: "The key." },
    { name: "email", type: "text", description: "Where to write to.", tags: ["pii"] },
  ],
} as const;

/** An integration of its own with what a first run made. */
async function aSyncedOne(models: Parameters<typeof modelsOf>[1] = [orders, { name: "customers" }]) {
  const key = await dbt.integrate();
  const schema = unique("marts");
  const first = await ranAndSynced(dbt, key, modelsOf(schema, models), { docs: true });
  expect(first).toMatchObject({ state: "succeeded", result: { outcome: "applied" } });
  return { key, schema, first, sources: await catalogOf(dbt, key) };
}

const dictionaryOf = async (dataSourceId: string) =>
  Object.fromEntries(
    (await api.getDictionary({ params: { dataSourceId }, query: {} })).items.map(
      ({ name, description, descriptionProvenance, tags }) => [
        name,
        { description, descriptionProvenance, tags: tags.map((tag) => tag.name) },
      ],
    ),
  );

/** What a sync tells that it changed, of whatever data source. */
const changesIn = ({ result }: { readonly result: Readonly<Record<string, unknown>> | null }) => {
  const updates = (result?.["updates"] ?? []) as readonly { readonly changes: readonly unknown[] }[];
  return updates.flatMap(({ changes }) => changes);
};

describe("a sync", () => {
  it("makes data sources of what a run names, with its words, tags and columns", async () => {
    const { key, schema, first, sources } = await aSyncedOne();
    expect(first.result).toMatchObject({ created: 2, updated: 0, deleted: 0, truncated: false });
    expect(first.result?.["creates"]).toMatchObject([
      { table: "customers", dataSourceId: sources["customers"]?.id, uniqueId: "model.shop.customers" },
      { table: "orders", dataSourceId: sources["orders"]?.id, uniqueId: "model.shop.orders" },
    ]);
    expect(toldOf(sources)).toEqual({
      orders: {
        name: `${schema}.orders`,
        description: "One line for each order.",
        tags: ["core.sales", "nightly"],
        columnCount: 2,
        status: "enabled",
      },
      customers: {
        name: `${schema}.customers`,
        description: "",
        tags: [],
        columnCount: 0,
        status: "enabled",
      },
    });
    expect(sources["orders"]).toMatchObject({
      connectionId: null,
      technology: "postgresql",
      health: { status: "unknown" },
      origin: { type: "dbt", environmentId: key.environmentId },
      descriptionProvenance: "dbt",
      myRole: "owner",
    });
    expect(await dictionaryOf(sources["orders"]?.id ?? "")).toEqual({
      order_id: { description: "The key.", descriptionProvenance: "dbt", tags: [] },
      email: { description: "Where to write to.", descriptionProvenance: "dbt", tags: ["pii"] },
    });
    const found = await api.listDataSources({ query: { tag: ["core.sales"], search: schema } });
    expect(found.items.map(({ id }) => id)).toEqual([sources["orders"]?.id]);
    await expectSound(dbt.app);
  });

  it("tells what it deleted to those who may restore it, also in its report, by the name of the list", async () => {
    const owner = await aPersona(dbt.app);
    const key = await dbt.integrate({ owners: [{ type: "user", id: owner.user.id }] });
    const schema = unique("marts");
    await ranAndSynced(dbt, key, modelsOf(schema, [{ name: "orders" }, { name: "customers" }]));
    const made = (await catalogOf({ ...dbt, admin: owner }, key))["orders"];
    const { id: jobId } = await ranAndSynced(dbt, key, modelsOf(schema, [{ name: "customers" }]));
    for (const { api } of [owner, dbt.admin]) {
      const { result } = await api.getJob({ params: { jobId } });
      expect(result?.["deletes"]).toMatchObject([{ dataSource: { id: made?.id, name: `${schema}.orders` } }]);
      const report = await api.getJobReport({ params: { jobId }, query: { kind: ["deletes"] } });
      expect(report.items).toMatchObject([{ kind: "deleted", dataSourceId: made?.id, table: "orders" }]);
    }
  });

  it("writes no data source where the run says the same again", async () => {
    const { key, schema, sources } = await aSyncedOne();
    const again = await ranAndSynced(dbt, key, modelsOf(schema, [orders, { name: "customers" }]), {
      docs: true,
    });
    expect(again.result).toMatchObject({ outcome: "unchanged", created: 0, updated: 0, deleted: 0 });
    expect(await catalogOf(dbt, key)).toEqual(sources);
    const runs = await api.listDbtRuns({ params: key, query: {} });
    expect(runs.items.map(({ outcome }) => outcome)).toEqual(["unchanged", "applied"]);
  });

  it("writes none either where runs with and without documentation take turns", async () => {
    const { key, schema, sources } = await aSyncedOne();
    const project = modelsOf(schema, [orders, { name: "customers" }]);
    for (const docs of [false, true, false]) {
      const { result } = await ranAndSynced(dbt, key, project, { docs });
      expect(result).toMatchObject({ outcome: "unchanged" });
    }
    expect(await catalogOf(dbt, key)).toEqual(sources);
  });

  it("changes what dbt changed and nothing of what people said", async () => {
    const { key, schema, sources } = await aSyncedOne();
    const dataSourceId = sources["orders"]?.id ?? "";
    await api.updateDataSource({ params: { dataSourceId }, body: { documentation: "Ask Ann." } });
    await api.updateColumn({
      params: { dataSourceId, column: "order_id" },
      body: { description: "Counts from 1000." },
    });
    const changed = {
      ...orders,
      description: "Orders, one line each.",
      tags: ["nightly", "core.shop"],
      columns: [
        { name: "order_id", type: "integer", description: "The primary key." },
        { name: "total", type: "number" },
      ],
    } as const;
    const job = await ranAndSynced(dbt, key, modelsOf(schema, [changed, { name: "customers" }]), {
      docs: true,
    });
    expect(job.result).toMatchObject({ outcome: "applied", created: 0, updated: 1, deleted: 0 });
    expect(job.result?.["updates"]).toEqual([
      expect.objectContaining({
        dataSource: { id: dataSourceId, name: `${schema}.orders` },
        changes: expect.arrayContaining([
          { field: "columns", column: null, added: ["total"], removed: ["email"] },
          { field: "description", column: null, added: [], removed: [] },
          { field: "tags", column: null, added: ["core.shop"], removed: ["core.sales"] },
          { field: "tags", column: "email", added: [], removed: ["pii"] },
        ]),
      }),
    ]);
    const now = (await catalogOf(dbt, key))["orders"];
    expect(now).toMatchObject({
      id: dataSourceId,
      documentation: "Ask Ann.",
      description: "Orders, one line each.",
    });
    const tags = Object.fromEntries((now?.tags ?? []).map((tag) => [tag.name, tag.appliedAt]));
    expect(Object.keys(tags).toSorted()).toEqual(["core.shop", "nightly"]);
    // What stays keeps its date.
    expect(tags["nightly"]).toBe(sources["orders"]?.tags.find(({ name }) => name === "nightly")?.appliedAt);
    expect(await dictionaryOf(dataSourceId)).toEqual({
      order_id: { description: "Counts from 1000.", descriptionProvenance: "manual", tags: [] },
      total: { description: "", descriptionProvenance: null, tags: [] },
    });
    await expectSound(dbt.app);
  });

  it("brings a tag back that a person took off, also by the same artifacts, unless it is kept away", async () => {
    const { key, schema, sources } = await aSyncedOne();
    const dataSourceId = sources["orders"]?.id ?? "";
    await api.removeTag({ params: { dataSourceId, name: "nightly" }, query: {} });
    await api.removeTag({ params: { dataSourceId, name: "core.sales" }, query: { keepAway: "true" } });
    await api.updateColumn({ params: { dataSourceId, column: "email" }, body: { removeTags: ["pii"] } });
    expect((await dictionaryOf(dataSourceId))["email"]).toMatchObject({ tags: [] });
    const project = modelsOf(schema, [orders, { name: "customers" }]);
    const job = await ranAndSynced(dbt, key, project, { docs: true });
    expect(job.result).toMatchObject({ updated: 1, created: 0, deleted: 0 });
    expect(changesIn(job)).toContainEqual({ field: "tags", column: "email", added: ["pii"], removed: [] });
    expect((await catalogOf(dbt, key))["orders"]?.tags).toMatchObject([
      { name: "nightly", provenance: "dbt" },
    ]);
    expect((await dictionaryOf(dataSourceId))["email"]).toMatchObject({ tags: ["pii"] });
    const again = await ranAndSynced(dbt, key, project, { docs: true });
    expect(again.result).toMatchObject({ outcome: "unchanged" });
    await expectSound(dbt.app);
  });

  it("deletes what the project has no more, and brings it back with what people said of it", async () => {
    const { key, schema, sources } = await aSyncedOne();
    const dataSourceId = sources["orders"]?.id ?? "";
    await api.updateDataSource({ params: { dataSourceId }, body: { documentation: "Ask Ann." } });
    const without = await ranAndSynced(dbt, key, modelsOf(schema, [{ name: "customers" }]), { docs: true });
    expect(without.result).toMatchObject({ deleted: 1, created: 0 });
    expect(without.result?.["deletes"]).toMatchObject([
      {
        dataSource: { id: dataSourceId, name: expect.any(String) },
        table: "orders",
        uniqueId: "model.shop.orders",
      },
    ]);
    expect(Object.keys(await catalogOf(dbt, key))).toEqual(["customers"]);
    const back = await ranAndSynced(dbt, key, modelsOf(schema, [orders, { name: "customers" }]), {
      docs: true,
    });
    expect(back.result).toMatchObject({ restored: 1, created: 0, deleted: 0 });
    expect((await catalogOf(dbt, key))["orders"]).toMatchObject({
      id: dataSourceId,
      documentation: "Ask Ann.",
      description: "One line for each order.",
      status: "enabled",
      myRole: "owner",
    });
    await expectSound(dbt.app);
  });

  it("brings back what a person deleted, and makes anew what was purged", async () => {
    const { key, schema, sources } = await aSyncedOne();
    const { id: dataSourceId = "" } = sources["orders"] ?? {};
    const project = modelsOf(schema, [orders, { name: "customers" }]);
    await api.deleteDataSource({ params: { dataSourceId } });
    expect((await ranAndSynced(dbt, key, project, { docs: true })).result).toMatchObject({ restored: 1 });
    expect((await catalogOf(dbt, key))["orders"]?.id).toBe(dataSourceId);
    await api.deleteDataSource({ params: { dataSourceId } });
    dbt.app.clock.advance(31 * 86_400_000);
    await dbt.app.store.sweepGenerations(dbt.app.clock.now());
    const job = await ranAndSynced(dbt, key, project, { docs: true });
    expect(job.result).toMatchObject({ created: 1, restored: 0 });
    expect((await catalogOf(dbt, key))["orders"]?.id).not.toBe(dataSourceId);
    await expectSound(dbt.app);
  });

  it("gives a name that becomes free to what comes", async () => {
    const key = await dbt.integrate({ nameTemplate: "<tablename>" });
    const name = unique("orders");
    await ranAndSynced(dbt, key, modelsOf("old", [{ name }]));
    const job = await ranAndSynced(dbt, key, modelsOf("new", [{ name }]));
    expect(job.result).toMatchObject({ created: 1, deleted: 1, skippedCounts: {} });
    expect((await catalogOf(dbt, key))[name]).toMatchObject({ name, remote: { schema: "new" } });
    // The first one cannot come back under its name, and the project has it no more.
    const both = await ranAndSynced(
      dbt,
      key,
      modelsOf("new", [{ name }, { name: `${name}_2`, alias: name, schema: "old" }]),
    );
    expect(both.result).toMatchObject({ created: 0, restored: 0, skippedCounts: { "name-taken": 1 } });
    await expectSound(dbt.app);
  });

  it("tells what it would do and does nothing of it in a dry run", async () => {
    const { key, schema, sources } = await aSyncedOne();
    const project = modelsOf(schema, [{ ...orders, tags: [unique("fresh.tag")] }, { name: "returns" }]);
    const runId = finishRun(dbt, key, project, { docs: true });
    const dry = await synced(dbt, key, { runId, dryRun: true });
    expect(dry).toMatchObject({
      state: "succeeded",
      result: { dryRun: true, created: 1, updated: 1, deleted: 1 },
    });
    expect(dry.result?.["creates"]).toMatchObject([
      { name: `${schema}.returns`, table: "returns", dataSourceId: null },
    ]);
    expect(dry.result?.["deletes"]).toMatchObject([{ dataSource: { id: sources["customers"]?.id } }]);
    expect(await catalogOf(dbt, key)).toEqual(sources);
    const runs = await api.listDbtRuns({ params: key, query: {} });
    expect(runs.items.map((run) => run.runId)).not.toContain(runId);
    const wet = await synced(dbt, key, { runId });
    for (const list of ["created", "updated", "deleted", "restored", "skippedCounts", "updates"] as const) {
      expect(wet.result?.[list]).toEqual(dry.result?.[list]);
    }
    await expectSound(dbt.app);
  });

  it("leaves out what it may not take, and keeps what it made of it", async () => {
    const schema = unique("marts");
    const key = await dbt.integrate({ schemas: [`${schema}*`] });
    const project = modelsOf(schema, [
      { name: "orders" },
      { name: "secrets", schema: "pg_catalog" },
      { name: "elsewhere", schema: "raw" },
      { name: "cents", materialized: "ephemeral" },
    ]);
    const job = await ranAndSynced(dbt, key, project);
    expect(job.result).toMatchObject({
      created: 1,
      skippedCounts: { "reserved-schema": 1, "out-of-scope": 1, ephemeral: 1 },
    });
    const report = await api.getJobReport({ params: { jobId: job.id }, query: { kind: "skipped" } });
    expect(report.items.map(({ uniqueId, reason }) => [uniqueId, reason]).toSorted()).toEqual([
      ["model.shop.cents", "ephemeral"],
      ["model.shop.elsewhere", "out-of-scope"],
      ["model.shop.secrets", "reserved-schema"],
    ]);
  });
});
