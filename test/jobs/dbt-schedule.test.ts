import { inspect } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { dbtRuns } from "#functions/operations/dbt-runs.ts";
import type { RunGiven } from "#test/dbt-cloud/model.ts";
import { aDbtApp, aDelivery, pathOf, type ShownIntegration } from "#test/support/dbt-app.ts";
import { aRunRecord } from "#test/support/dbt-records.ts";
import { itemsOf } from "#test/support/table-items.ts";

const { app, standIn, admin, integrate, listening, deliver, record } = await aDbtApp();
const ask = (): Promise<void> => dbtRuns(app.parts)();

/** A finished run of an integration's environment, by its own job. */
const finish = (key: ShownIntegration, given: RunGiven = {}) =>
  standIn.finishRun({
    projectId: key.projectId,
    environmentId: key.environmentId,
    jobId: `9${key.environmentId}`,
    ...given,
  });
const runsOf = async (key: ShownIntegration) =>
  (await app.store.runRecords((await record(key)).id, null, 10)).items;
const jobsOf = async (key: ShownIntegration) => {
  const { id } = await record(key);
  return (await itemsOf(app, "job")).filter(({ line }) => line === id);
};

it("queues the newest successful run that nobody has told of, once", async () => {
  const key = await integrate();
  finish(key, { finishedAt: new Date("2026-01-01T10:00:00Z") });
  const newest = finish(key, { finishedAt: new Date("2026-01-01T11:00:00Z") });
  finish(key, { finishedAt: new Date("2026-01-01T12:00:00Z"), status: 20 });
  await ask();
  await ask();
  expect(await runsOf(key)).toMatchObject([{ runId: newest.id, outcome: null }]);
  const [job, ...more] = await jobsOf(key);
  expect(job).toMatchObject({
    type: "dbt-sync",
    createdBy: "system",
    input: { runId: newest.id, dryRun: false },
  });
  expect(more).toEqual([]);
  expect(app.outbox.jobIds).toContain(job?.["id"]);
});

it("passes over runs of pull requests, of CI jobs and into other schemas", async () => {
  const key = await integrate();
  standIn.addJob({ ...key, id: `8${key.environmentId}`, jobType: "ci" });
  const ours = finish(key, { finishedAt: new Date("2026-01-01T10:00:00Z") });
  finish(key, { finishedAt: new Date("2026-01-01T11:00:00Z"), trigger: { github_pull_request_id: 7 } });
  finish(key, { finishedAt: new Date("2026-01-01T12:00:00Z"), jobId: `8${key.environmentId}` });
  finish(key, { finishedAt: new Date("2026-01-01T13:00:00Z"), trigger: { schema_override: "dev" } });
  await ask();
  expect(await runsOf(key)).toMatchObject([{ runId: ours.id }]);
});

it("queues nothing that a webhook told of, that failed, or that is no newer than what stands", async () => {
  const told = await listening();
  const run = finish(told.key);
  await deliver(told.key, aDelivery(told.key, { secret: told.secret, runId: run.id }));
  const failed = await integrate();
  const { id: integrationId } = await record(failed);
  const failure = aRunRecord({
    integrationId,
    runId: finish(failed).id,
    jobId: null,
    outcome: "failed",
    at: app.clock.now().toISOString(),
  });
  await app.store.commit([{ write: "put", kind: "dbt-run", record: failure }]);
  const standing = await integrate();
  const finishedAt = new Date("2026-01-01T10:00:00Z");
  finish(standing, { finishedAt });
  const newest = { runId: "1", finishedAt: finishedAt.toISOString() };
  await app.store.commit([
    { write: "put", kind: "integration", record: { ...(await record(standing)), newest } },
  ]);
  await ask();
  expect((await jobsOf(told.key)).length).toBe(1);
  expect(await jobsOf(failed)).toEqual([]);
  expect(await jobsOf(standing)).toEqual([]);
});

it("looks again at a run that was not finished", async () => {
  const key = await integrate();
  const { id: integrationId } = await record(key);
  const runId = finish(key).id;
  const at = app.clock.now().toISOString();
  const reason = "run-not-finished: it runs";
  const early = aRunRecord({ integrationId, runId, outcome: "ignored", reason, at });
  await app.store.commit([{ write: "put", kind: "dbt-run", record: early }]);
  await ask();
  expect((await jobsOf(key)).length).toBe(1);
});

it("asks nothing of an integration that is being removed", async () => {
  const key = await integrate();
  finish(key);
  await app.call("DELETE", pathOf(key), { as: admin });
  await ask();
  expect((await jobsOf(key)).map(({ type }) => type)).toEqual(["dbt-removal"]);
});

it("that fails for one integration asks for the others all the same, says which, and fails at its end", async () => {
  const [broken, whole] = [await integrate(), await integrate()];
  finish(whole);
  const { secretRef, id } = await record(broken);
  const kept = await app.secrets.get(secretRef);
  onTestFinished(() => app.secrets.put(secretRef, kept ?? {}));
  await app.secrets.put(secretRef, { ...kept, apiKey: "dbtc_revoked" });
  await expect(ask()).rejects.toThrow("could not be asked for 1 integrations");
  expect((await jobsOf(whole)).length).toBe(1);
  const told = inspect(app.log.lines, { depth: 9 });
  expect(told).toContain(id);
  expect(told).not.toMatch(/dbtc_revoked|stand-in-key/);
});

it("and a webhook at the same moment queue a run once", async () => {
  const { key, secret } = await listening();
  const run = finish(key);
  await Promise.all([ask(), deliver(key, aDelivery(key, { secret, runId: run.id })), ask()]);
  expect((await jobsOf(key)).length).toBe(1);
});
