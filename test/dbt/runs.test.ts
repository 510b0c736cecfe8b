import { describe, expect, it } from "vitest";
import { aDbtApp, aDelivery } from "#test/support/dbt-app.ts";
import { catalogOf, finishRun, jobNow, modelsOf, ranAndSynced, synced } from "#test/support/dbt-sync.ts";
import { unique } from "#test/support/records.ts";

const dbt = await aDbtApp();
const { api } = dbt.admin;
const orders = modelsOf("marts", [{ name: "orders" }]);
const ofMarts = () => modelsOf(unique("marts"), [{ name: "orders" }]);

const lastRun = async (key: Parameters<typeof finishRun>[1]) =>
  (await api.listDbtRuns({ params: key, query: {} })).items[0];

describe("a run that is not for an integration", () => {
  it.each([
    ["run-failed", { status: 20 }],
    ["run-cancelled", { status: 30 }],
    ["run-not-finished", { status: 3, finishedAt: null }],
    ["pull-request", { trigger: { github_pull_request_id: 7 } }],
    ["schema-override", { trigger: { schema_override: "dbt_cloud_pr_1_7" } }],
    ["target-override", { trigger: { target_name_override: "dev" } }],
  ] as const)("changes nothing and leaves the reason %s", async (code, options) => {
    const key = await dbt.integrate();
    const job = await ranAndSynced(dbt, key, orders, options);
    expect(job).toMatchObject({ state: "succeeded", result: { outcome: "ignored" } });
    expect(job.result?.["reason"]).toMatch(new RegExp(`^${code}: `));
    expect(await catalogOf(dbt, key)).toEqual({});
    expect(await lastRun(key)).toMatchObject({ outcome: "ignored", jobId: job.id });
  });

  it("is ignored where its job checks pull requests, and where its environment is none of production's", async () => {
    const key = await dbt.integrate();
    const ci = { id: unique("8"), projectId: key.projectId, environmentId: key.environmentId, jobType: "ci" };
    dbt.standIn.addJob(ci);
    expect((await ranAndSynced(dbt, key, orders, { jobId: ci.id })).result?.["reason"]).toMatch(/^ci-job/);
    dbt.standIn.addEnvironment({
      id: key.environmentId,
      projectId: key.projectId,
      deploymentType: "staging",
    });
    expect((await ranAndSynced(dbt, key, orders)).result?.["reason"]).toMatch(/^non-production/);
  });

  it("is ignored where it left no manifest, and where the catalog has the word of a newer one", async () => {
    const key = await dbt.integrate();
    const none = await ranAndSynced(dbt, key, orders, { steps: [{ name: "Clone git repository" }] });
    expect(none.result?.["reason"]).toMatch(/^no-manifest/);
    const older = finishRun(dbt, key, ofMarts());
    const newer = await ranAndSynced(dbt, key, ofMarts());
    expect(newer.result).toMatchObject({ outcome: "applied" });
    expect((await synced(dbt, key, { runId: older })).result?.["reason"]).toMatch(/^older-run/);
  });

  it("does not undo what is known of it when word of it comes again", async () => {
    const key = await dbt.integrate();
    const first = finishRun(dbt, key, ofMarts());
    await synced(dbt, key, { runId: first });
    await ranAndSynced(dbt, key, ofMarts());
    await synced(dbt, key, { runId: first });
    const runs = await api.listDbtRuns({ params: key, query: {} });
    expect(runs.items.find(({ runId }) => runId === first)).toMatchObject({ outcome: "applied", created: 1 });
  });
});

describe("a sync without a run", () => {
  it("takes the newest finished run that is for the integration", async () => {
    const key = await dbt.integrate();
    await ranAndSynced(dbt, key, ofMarts());
    const wanted = finishRun(dbt, key, ofMarts());
    finishRun(dbt, key, ofMarts(), { status: 20 });
    finishRun(dbt, key, ofMarts(), { trigger: { github_pull_request_id: 7 } });
    const job = await synced(dbt, key);
    expect(job.result).toMatchObject({ runId: wanted, outcome: "applied" });
  });

  it("says so where there is none", async () => {
    const key = await dbt.integrate();
    const job = await synced(dbt, key);
    expect(job).toMatchObject({ state: "succeeded", result: { runId: null, outcome: "ignored" } });
  });
});

describe("a run that is no use", () => {
  it("fails the sync where dbt Cloud has no such run", async () => {
    const key = await dbt.integrate();
    const job = await synced(dbt, key, { runId: "123456" });
    expect(job).toMatchObject({ state: "failed", error: { code: "dbt-run-not-found" } });
    expect(await lastRun(key)).toMatchObject({ outcome: "failed", runId: "123456" });
    expect((await lastRun(key))?.reason).toMatch(/^dbt-run-not-found: /);
  });

  it("is ignored where a delivery invented it, and looked for again when another one tells of it", async () => {
    const { key, secret } = await dbt.listening();
    const runId = "123457";
    const tell = async () => {
      await dbt.deliver(key, aDelivery(key, { runId, secret }));
      await dbt.app.drain();
      return await lastRun(key);
    };
    const told = await tell();
    expect(told).toMatchObject({ runId, state: "succeeded", outcome: "ignored" });
    expect(told?.reason).toMatch(/^run-not-found: /);
    const again = await tell();
    expect(again?.jobId).not.toBe(told?.jobId);
  });

  it("fails it where its manifest was written by another one", async () => {
    const key = await dbt.integrate();
    const job = await ranAndSynced(dbt, key, { ...orders, runId: "70403122700000" });
    expect(job).toMatchObject({ state: "failed", error: { code: "dbt-run-unusable" } });
  });

  it.each([
    ["manifest.json", { "manifest.json": Buffer.from('{"nodes": {"model.a') }],
    ["manifest.json", { "manifest.json": Buffer.from("<html>") }],
  ])("fails it by the name of %s where that cannot be read, and changes nothing", async (name, artifacts) => {
    const key = await dbt.integrate();
    const schema = unique("marts");
    await ranAndSynced(dbt, key, modelsOf(schema, [{ name: "orders" }]));
    const before = await catalogOf(dbt, key);
    const job = await ranAndSynced(dbt, key, orders, { steps: [{ name: "dbt build", artifacts }] });
    expect(job).toMatchObject({ state: "failed", error: { code: "dbt-artifact-invalid" } });
    expect(job.error?.detail).toContain(name);
    expect(await catalogOf(dbt, key)).toEqual(before);
    expect(await lastRun(key)).toMatchObject({ outcome: "failed" });
  });
});

describe("dbt Cloud", () => {
  it("that refuses the key fails the sync at once; with another key it can be sent again", async () => {
    const key = await dbt.integrate();
    const runId = finishRun(dbt, key, ofMarts());
    const { account } = dbt.standIn;
    const good = account.apiKey;
    account.apiKey = unique("dbtu_");
    const job = await synced(dbt, key, { runId });
    expect(job).toMatchObject({ state: "failed", attempts: 1, error: { code: "dbt-cloud-key-refused" } });
    account.apiKey = good;
    await api.retryJob({ params: { jobId: job.id } });
    await dbt.app.drain();
    expect(await jobNow(dbt, job.id)).toMatchObject({ state: "succeeded", result: { created: 1 } });
    expect(await lastRun(key)).toMatchObject({ outcome: "applied" });
  });
});
