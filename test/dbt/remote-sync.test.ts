import { describe, expect, it } from "vitest";
import type { App } from "#test/support/app.ts";
import { aDbtApp, type Key } from "#test/support/dbt-app.ts";
import { catalogOf, jobNow, modelsOf, ranAndSynced } from "#test/support/dbt-sync.ts";
import type { DescribedNode } from "#test/support/dbt-project.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aConnection, aPersona, postgresConfig } from "#test/support/personas.ts";
import { aSchema, runSql } from "#test/support/postgres-client.ts";
import { unique } from "#test/support/records.ts";

const dbt = await aDbtApp();
const { app } = dbt;
const { api } = dbt.admin;
const steward = await aPersona(app, { permissions: ["APPLICATION_ADMIN", "CREATE_DATA_SOURCE"] });
const connection = await aConnection(steward);
const { database } = postgresConfig();

type Models = readonly (Partial<DescribedNode> & Pick<DescribedNode, "name">)[];

/** A schema with tables of these names, and an integration that reaches them. */
async function aReachedOne(...tables: readonly string[]) {
  const schema = await aSchema();
  await runSql(
    ...tables.map((table) => `create table ${schema}.${table} (id int primary key, email text)`),
    ...tables.map((table) => `insert into ${schema}.${table} values (1, 'a'), (2, 'b')`),
  );
  const owners = [dbt.admin, steward].map(({ user }) => ({ type: "user", id: user.id }));
  const key = await dbt.integrate({ connectionId: connection.id, owners }, steward);
  const project = (models: Models) => modelsOf(schema, models, { database });
  return { key, schema, project };
}

const jobsOf = async (type: "health-refresh") =>
  (await api.listJobs({ query: { type: [type] } })).items.length;

const bindingsOf = async ({ store }: App, key: Key) => {
  const found = [];
  const { id } = await dbt.record(key);
  for await (const page of store.bindings(id)) found.push(...page);
  return found;
};

describe("a sync through a connection", () => {
  it("makes data sources with the remote's columns and types, and measures them", async () => {
    const { key, schema, project } = await aReachedOne("orders");
    const job = await ranAndSynced(
      dbt,
      key,
      project([
        { name: "orders", description: "Orders.", columns: [{ name: "EMAIL", tags: ["pii"], type: "text" }] },
        { name: "not_there_yet" },
      ]),
    );
    expect(job.result).toMatchObject({ created: 1, skippedCounts: { "not-in-remote": 1 } });
    const { orders } = await catalogOf(dbt, key);
    expect(orders).toMatchObject({
      connectionId: connection.id,
      remote: { database, schema, table: "orders", kind: "table" },
      columnCount: 2,
      health: { status: "healthy" },
      statistics: { rowCount: { value: 2, exact: true } },
      origin: { type: "dbt" },
    });
    const { items } = await api.getDictionary({ params: { dataSourceId: orders?.id ?? "" }, query: {} });
    expect(items.map(({ name, dataType, tags }) => [name, dataType, tags.map((tag) => tag.name)])).toEqual([
      ["id", "integer", []],
      ["email", "text", ["pii"]],
    ]);
    await expectSound(app);
  });

  it("looks again for what was not there, and keeps what is not there any more", async () => {
    const { key, schema, project } = await aReachedOne("orders");
    const models = project([{ name: "orders" }, { name: "late" }]);
    await ranAndSynced(dbt, key, models);
    await runSql(`create table ${schema}.late (id int)`, `drop table ${schema}.orders`);
    const job = await ranAndSynced(
      dbt,
      key,
      project([{ name: "orders", description: "Gone?" }, { name: "late" }]),
    );
    expect(job.result).toMatchObject({ created: 1, updated: 1, deleted: 0 });
    expect(Object.keys(await catalogOf(dbt, key)).toSorted()).toEqual(["late", "orders"]);
  });

  it("lays dbt's word on what people made, which stays theirs and is never deleted", async () => {
    const { key, schema, project } = await aReachedOne("orders");
    const made = await steward.api.createDataSource({
      body: {
        connectionId: connection.id,
        schema,
        table: "orders",
        name: unique("ours "),
        description: "Ours.",
      },
    });
    const { id } = made;
    const job = await ranAndSynced(
      dbt,
      key,
      project([{ name: "orders", description: "dbt's.", tags: ["core"] }]),
    );
    expect(job.result).toMatchObject({ created: 0, updated: 1 });
    const read = () => steward.api.getDataSource({ params: { dataSourceId: id } });
    expect(await read()).toMatchObject({
      description: "Ours.",
      origin: { type: "manual" },
      tags: [{ name: "core", provenance: "dbt" }],
    });
    expect(await bindingsOf(app, key)).toMatchObject([{ dataSourceId: id, owned: false, deleted: false }]);
    await ranAndSynced(dbt, key, project([{ name: "other" }]));
    expect(await read()).toMatchObject({ description: "Ours.", tags: [], status: "enabled" });
    expect(await bindingsOf(app, key)).toEqual([]);
    await expectSound(app);
  });

  it("leaves alone what another integration keeps in step", async () => {
    const { key, project } = await aReachedOne("orders");
    await ranAndSynced(dbt, key, project([{ name: "orders", description: "The first's." }]));
    const second = await dbt.integrate({ connectionId: connection.id }, steward);
    const job = await ranAndSynced(dbt, second, project([{ name: "orders", description: "The second's." }]));
    expect(job.result).toMatchObject({ created: 0, updated: 0, skippedCounts: { "other-integration": 1 } });
    expect((await catalogOf(dbt, key))["orders"]).toMatchObject({ description: "The first's." });
  });

  it("describes and measures what the run built, also where dbt says nothing new, and nothing else", async () => {
    const { key, schema, project } = await aReachedOne("orders", "customers");
    const models = project([{ name: "orders" }, { name: "customers" }]);
    await ranAndSynced(dbt, key, models);
    await runSql(
      `alter table ${schema}.orders add column total numeric`,
      `insert into ${schema}.orders values (3)`,
    );
    const before = await catalogOf(dbt, key);
    const jobs = await jobsOf("health-refresh");
    const job = await ranAndSynced(dbt, key, models, { built: ["model.shop.orders"] });
    expect(job.result).toMatchObject({ outcome: "unchanged" });
    expect(await jobsOf("health-refresh")).toBe(jobs + 1);
    const { orders, customers } = await catalogOf(dbt, key);
    expect(orders).toMatchObject({ columnCount: 3, statistics: { rowCount: { value: 3 } } });
    expect(customers).toEqual(before["customers"]);
    // The step that makes documentation builds nothing, whatever its results say.
    await ranAndSynced(dbt, key, models, { which: null, docs: true });
    expect(await jobsOf("health-refresh")).toBe(jobs + 1);
  });

  it("counts nothing where dbt's tags prevent statistics", async () => {
    const tag = unique("no.statistics");
    const { preventStatisticsTag } = await api.getSettings();
    await api.updateSettings({ body: { preventStatisticsTag: tag } });
    try {
      const { key, project } = await aReachedOne("orders");
      const models = project([{ name: "orders", tags: [tag.toUpperCase()] }]);
      await ranAndSynced(dbt, key, models);
      await ranAndSynced(dbt, key, models);
      const { orders } = await catalogOf(dbt, key);
      expect(orders).toMatchObject({ statisticsPrevented: true, statistics: { rowCount: null } });
      const checks = Object.fromEntries((orders?.health.checks ?? []).map((of) => [of.check, of.state]));
      expect(checks).toMatchObject({ "row-count": "skipped", "column-detection": "passed" });
      await expectSound(app);
    } finally {
      await api.updateSettings({ body: { preventStatisticsTag } });
    }
  });

  it("brings back disabled what has other columns than it had", async () => {
    const { key, schema, project } = await aReachedOne("orders", "customers");
    const both = project([{ name: "orders" }, { name: "customers" }]);
    await ranAndSynced(dbt, key, both);
    const before = await catalogOf(dbt, key);
    await ranAndSynced(dbt, key, project([{ name: "other" }]));
    expect(await catalogOf(dbt, key)).toEqual({});
    await runSql(`alter table ${schema}.orders add column secret text`);
    const job = await ranAndSynced(dbt, key, both);
    expect(job.result).toMatchObject({ restored: 2, created: 0 });
    expect(await catalogOf(dbt, key)).toMatchObject({
      orders: { id: before["orders"]?.id, status: "disabled" },
      customers: { id: before["customers"]?.id, status: "enabled" },
    });
    await expectSound(app);
  });

  it("fails where the run works on another technology than the connection", async () => {
    const { key, project } = await aReachedOne("orders");
    const job = await ranAndSynced(dbt, key, project([{ name: "orders" }]), { adapter: "snowflake" });
    expect(job).toMatchObject({ state: "failed", error: { code: "dbt-run-unusable" } });
    expect(job.error?.detail).toContain("snowflake");
  });

  it("leaves out what lies in another database, and what the login may not read", async () => {
    const { key, schema, project } = await aReachedOne("orders");
    const job = await ranAndSynced(
      dbt,
      key,
      project([{ name: "orders" }, { name: "far", database: "elsewhere", schema }]),
    );
    expect(job.result).toMatchObject({ created: 1, skippedCounts: { "other-database": 1 } });
    expect(await jobNow(dbt, job.id)).toMatchObject({ state: "succeeded" });
  });
});
