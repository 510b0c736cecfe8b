import { describe, expect, it } from "vitest";
import { failingAt, killedAt, type Broken } from "#test/support/broken-steps.ts";
import { aDbtApp, pathOf, type Key } from "#test/support/dbt-app.ts";
import { catalogOf, finishRun, modelsOf, ranAndSynced } from "#test/support/dbt-sync.ts";
import { checked, expectSound } from "#test/support/invariants.ts";
import { aConnection, aPersona, postgresConfig } from "#test/support/personas.ts";
import { aSchema, runSql } from "#test/support/postgres-client.ts";
import { unique } from "#test/support/records.ts";

const dbt = await aDbtApp();
const { app, admin } = dbt;
const steward = await aPersona(app, { permissions: ["APPLICATION_ADMIN", "CREATE_DATA_SOURCE"] });
const connection = await aConnection(steward);
const { database } = postgresConfig();

async function removed(key: Key): Promise<string> {
  const asked = await app.call("DELETE", pathOf(key), { as: steward });
  expect(asked.status).toBe(202);
  return (asked.body as { id: string }).id;
}

/** An integration that made two data sources and met one that somebody else had made. */
async function aBoundOne() {
  const schema = await aSchema();
  await runSql(
    ...["mine", "orders", "customers"].map((table) => `create table ${schema}.${table} (id int, email text)`),
  );
  const mine = await steward.api.createDataSource({
    body: { connectionId: connection.id, schema, table: "mine", name: unique("mine ") },
  });
  const key = await dbt.integrate({ connectionId: connection.id }, steward);
  const column = { name: "email", description: "Where to write.", tags: ["pii"], type: "text" } as const;
  const models = ["mine", "orders", "customers"].map((name) => ({
    name,
    description: `dbt's ${name}.`,
    tags: ["core"],
    columns: [column],
  }));
  const job = await ranAndSynced(dbt, key, modelsOf(schema, models, { database }));
  expect(job.result).toMatchObject({ created: 2, updated: 1 });
  const bound = [];
  for await (const page of app.store.bindings((await dbt.record(key)).id)) bound.push(...page);
  const made = bound.filter(({ owned }) => owned).map(({ dataSourceId }) => dataSourceId);
  return { key, schema, mine, made };
}

const manualFacts = async (dataSourceId: string) => {
  const source = await steward.api.getDataSource({ params: { dataSourceId } });
  const { items } = await steward.api.getDictionary({ params: { dataSourceId }, query: {} });
  return {
    description: [source.description, source.descriptionProvenance],
    tags: source.tags.map(({ name, provenance }) => [name, provenance]),
    columns: items.map(({ name, description, descriptionProvenance, tags }) => [
      name,
      description,
      descriptionProvenance,
      tags.map((tag) => [tag.name, tag.provenance]),
    ]),
  };
};

const asManual = (name: string) => ({
  description: [`dbt's ${name}.`, "manual"],
  tags: [["core", "manual"]],
  columns: [
    ["id", "", null, []],
    ["email", "Where to write.", "manual", [["pii", "manual"]]],
  ],
});

describe("the removal of an integration", () => {
  it("deletes what it made, and leaves what dbt said of the rest as people's own word", async () => {
    const { key, mine, made } = await aBoundOne();
    const { secretRef } = await dbt.record(key);
    const jobId = await removed(key);
    expect((await app.call("GET", pathOf(key), { as: steward })).body).toMatchObject({ state: "deleting" });
    await app.drain();
    expect(await steward.api.getJob({ params: { jobId } })).toMatchObject({
      state: "succeeded",
      result: { deleted: 2, kept: 1 },
    });
    expect((await app.call("GET", pathOf(key), { as: steward })).status).toBe(404);
    expect(await app.secrets.get(secretRef)).toBeNull();
    for (const dataSourceId of made) {
      expect((await app.call("GET", `/data-sources/${dataSourceId}`, { as: steward })).status).toBe(404);
    }
    expect(await manualFacts(mine.id)).toEqual(asManual("mine"));
    await expectSound(app);
  });

  it("lets what it deleted come back with what dbt said of it, as people's own word", async () => {
    const { key, made } = await aBoundOne();
    await removed(key);
    await app.drain();
    const [dataSourceId = ""] = made;
    const back = await steward.api.restoreDataSource({ params: { dataSourceId }, body: {} });
    await app.drain();
    expect(await manualFacts(dataSourceId)).toEqual(asManual(back.remote.table));
    await expectSound(app);
  });

  it("is not subject to the guard, and nobody need approve the sync that waits", async () => {
    const key = await dbt.integrate();
    const schema = unique("marts");
    const names = Array.from({ length: 30 }, (_, index) => ({ name: `model_${index}` }));
    await ranAndSynced(dbt, key, modelsOf(schema, names));
    const held = await ranAndSynced(dbt, key, modelsOf(schema, names.slice(0, 5)));
    expect(held.state).toBe("awaiting-approval");
    const behind = finishRun(dbt, key, modelsOf(schema, names));
    const jobId = await removed(key);
    expect(
      (await app.call("POST", `${pathOf(key)}/sync`, { as: admin, body: { runId: behind } })).status,
    ).toBe(409);
    await app.drain();
    expect(await app.store.job(jobId)).toMatchObject({
      state: "succeeded",
      result: { deleted: 30, kept: 0 },
    });
    expect((await app.store.job(held.id))?.state).toBe("cancelled");
    // The environment may be integrated anew: it begins with nothing.
    expect(await catalogOf(dbt, key)).toEqual({});
    await expectSound(app);
  });

  it("takes what has more columns than fit into one transaction", async () => {
    const schema = await aSchema();
    const columns = Array.from({ length: 200 }, (_, index) => `c${String(index).padStart(3, "0")}`);
    await runSql(`create table ${schema}.wide (${columns.map((name) => `${name} int`).join(", ")})`);
    const wide = await steward.api.createDataSource({
      body: { connectionId: connection.id, schema, table: "wide", name: unique("wide ") },
    });
    const key = await dbt.integrate({ connectionId: connection.id }, steward);
    const documented = columns.map((name) => ({ name, description: `The ${name}.`, tags: ["pii"] }));
    const models = [{ name: "wide", columns: documented }];
    await ranAndSynced(dbt, key, modelsOf(schema, models, { database }));
    const { id: dataSourceId } = wide;
    // What a person took off a column must not come back with the removal.
    await steward.api.updateColumn({
      params: { dataSourceId, column: "c000" },
      body: { removeTags: ["pii"] },
    });
    await removed(key);
    await app.drain();
    const { items } = await steward.api.getDictionary({ params: { dataSourceId }, query: { limit: 200 } });
    expect(items).toHaveLength(200);
    for (const { name, description, tags } of items) {
      expect([name, description, tags.map((tag) => tag.name)]).toEqual([
        name,
        `The ${name}.`,
        name === "c000" ? [] : ["pii"],
      ]);
    }
    await expectSound(app);
  });

  it("ends the webhook that Reeve made, and goes on where dbt Cloud does not answer", async () => {
    const made = await dbt.integrate({ createWebhook: true, webhookSecret: undefined }, steward);
    expect(dbt.standIn.account.subscriptions.size).toBe(1);
    await removed(made);
    await app.drain();
    expect(dbt.standIn.account.subscriptions.size).toBe(0);
    const other = await dbt.integrate({ createWebhook: true, webhookSecret: undefined }, steward);
    const { account } = dbt.standIn;
    const good = account.apiKey;
    account.apiKey = unique("dbtu_");
    const jobId = await removed(other);
    await app.drain();
    account.apiKey = good;
    expect((await app.store.job(jobId))?.state).toBe("succeeded");
    expect(account.subscriptions.size).toBe(1);
  });
});

const isWrite = (step: string): boolean => /Transact|Put|Update|BatchWrite|send message/.test(step);
const minute = 60_000;

describe.each([
  ["dies", (step: number) => killedAt(step, (name) => name.startsWith("after") && isWrite(name)), 1],
  // Steps come in pairs, before and after: each third meets every kind of both.
  ["fails once", (step: number) => failingAt(step, isWrite), 3],
] as const)("a removal whose worker %s at any write", (_, breaking: (step: number) => Broken, stride) => {
  it("comes to the same end as without", async () => {
    for (let step = 1; ; step += stride) {
      const { key, mine } = await aBoundOne();
      const jobId = await removed(key);
      const at = breaking(step);
      await app.outbox.deliver(app.worker({ breaker: at.breaker }), app.outbox.take(jobId));
      for (let round = 0; (await app.store.job(jobId))?.finishedAt === null; round += 1) {
        if (round === 3) throw new Error("it does not come to an end");
        app.outbox.lose();
        app.clock.advance(4 * minute);
        await app.outbox.send({ jobId, correlationId: "again" });
        await app.outbox.deliver(app.worker(), app.outbox.take(jobId));
      }
      const job = await app.store.job(jobId);
      expect({ at: at.at, state: job?.state, result: job?.result }).toEqual({
        at: at.at,
        state: "succeeded",
        result: { deleted: 2, kept: 1 },
      });
      expect(await manualFacts(mine.id)).toEqual(asManual("mine"));
      if (at.at === null) break;
    }
    const { findings } = await checked(app);
    expect(findings.filter(({ invariant }) => !/generation|lost/.test(invariant))).toEqual([]);
  }, 300_000);
});
