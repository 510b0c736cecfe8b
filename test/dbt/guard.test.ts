import { describe, expect, it } from "vitest";
import { aDbtApp, pathOf } from "#test/support/dbt-app.ts";
import { catalogOf, finishRun, jobNow, modelsOf, ranAndSynced, synced } from "#test/support/dbt-sync.ts";
import { expectSound } from "#test/support/invariants.ts";
import { unique } from "#test/support/records.ts";

const dbt = await aDbtApp();
const { app, admin } = dbt;
const { api } = admin;

const modelsCalled = (names: readonly string[]) => names.map((name) => ({ name }));
const ten = Array.from({ length: 10 }, (_, index) => `model_${index}`);

/** An integration with ten data sources, of which the next run has five. */
async function aHeldOne() {
  const key = await dbt.integrate();
  const schema = unique("marts");
  await ranAndSynced(dbt, key, modelsOf(schema, modelsCalled(ten)));
  const half = modelsOf(schema, modelsCalled([...ten.slice(0, 5), "fresh"]));
  const held = await ranAndSynced(dbt, key, half);
  return { key, schema, half, held };
}

const runsOf = async (key: Parameters<typeof pathOf>[0]) =>
  (await api.listDbtRuns({ params: key, query: {} })).items.map(({ outcome, state, reason }) => ({
    outcome,
    state,
    code: reason.split(":")[0],
  }));

const approve = async (jobId: string) => {
  await api.approveJob({ params: { jobId } });
  await app.drain();
  return await jobNow(dbt, jobId);
};

describe("a run that would delete much", () => {
  it("waits for a person with nothing applied, and its result says what would be", async () => {
    const { key, held } = await aHeldOne();
    expect(held).toMatchObject({
      state: "awaiting-approval",
      finishedAt: null,
      result: { outcome: "awaiting-approval", created: 1, deleted: 5 },
    });
    expect(held.result?.["deletes"]).toHaveLength(5);
    expect(Object.keys(await catalogOf(dbt, key)).toSorted()).toEqual(ten);
    expect((await dbt.record(key)).waiting).toMatchObject({ jobId: held.id });
    expect((await runsOf(key))[0]).toEqual({
      outcome: "awaiting-approval",
      state: "awaiting-approval",
      code: "deletion-guard",
    });
    app.clock.advance(60 * 60_000);
    await app.sweep();
    expect((await jobNow(dbt, held.id)).state).toBe("awaiting-approval");
    await expectSound(app);
  });

  it("is planned anew and applied once a person approves it, and reports what it did", async () => {
    const { key, held } = await aHeldOne();
    const done = await approve(held.id);
    expect(done).toMatchObject({
      state: "succeeded",
      result: { outcome: "applied", created: 1, deleted: 5 },
    });
    expect(done.result?.["creates"]).toMatchObject([{ table: "fresh", dataSourceId: expect.any(String) }]);
    const { items } = await api.getJobReport({ params: { jobId: held.id }, query: {} });
    expect(items.filter(({ kind }) => kind === "deleted")).toHaveLength(5);
    expect(items.filter(({ kind }) => kind === "created")).toHaveLength(1);
    expect(Object.keys(await catalogOf(dbt, key)).toSorted()).toEqual(["fresh", ...ten.slice(0, 5)]);
    expect((await dbt.record(key)).waiting).toBeNull();
    await expectSound(app);
  });

  it("is cancelled by a newer run, which applies", async () => {
    const { key, schema, held } = await aHeldOne();
    const newer = await ranAndSynced(dbt, key, modelsOf(schema, modelsCalled(ten)));
    expect(newer.result).toMatchObject({ outcome: "unchanged" });
    expect((await jobNow(dbt, held.id)).state).toBe("cancelled");
    expect(await runsOf(key)).toMatchObject([
      { outcome: "unchanged" },
      { outcome: "ignored", state: "cancelled", code: "superseded" },
      { outcome: "applied" },
    ]);
    expect((await dbt.record(key)).waiting).toBeNull();
    await expectSound(app);
  });

  it("gives its place to a newer run that waits, too", async () => {
    const { key, schema, held } = await aHeldOne();
    const newer = await ranAndSynced(dbt, key, modelsOf(schema, modelsCalled(ten.slice(0, 4))));
    expect(newer.state).toBe("awaiting-approval");
    expect((await jobNow(dbt, held.id)).state).toBe("cancelled");
    expect((await dbt.record(key)).waiting).toMatchObject({ jobId: newer.id });
    await expectSound(app);
  });

  it("waits once, whichever of two jobs asked for it", async () => {
    const { key, held } = await aHeldOne();
    const { runId } = (await dbt.record(key)).waiting ?? {};
    const again = await synced(dbt, key, runId === undefined ? {} : { runId });
    expect(again.state).toBe("awaiting-approval");
    expect((await jobNow(dbt, held.id)).state).toBe("cancelled");
    expect((await runsOf(key))[0]).toMatchObject({ outcome: "awaiting-approval" });
    await expectSound(app);
  });

  it("holds up nobody: an approved one that is older than what came meanwhile is ignored", async () => {
    const { key, schema, held } = await aHeldOne();
    const runId = finishRun(dbt, key, modelsOf(schema, modelsCalled(ten)));
    await app.call("POST", `${pathOf(key)}/sync`, { as: admin, body: { runId } });
    // The newer one is in line before it.
    const done = await approve(held.id);
    expect(done).toMatchObject({ state: "succeeded", result: { outcome: "ignored" } });
    expect(done.result?.["reason"]).toMatch(/^older-run/);
    expect(Object.keys(await catalogOf(dbt, key)).toSorted()).toEqual(ten);
    await expectSound(app);
  });

  it("may be cancelled by a person, and asked for again", async () => {
    const { key, held } = await aHeldOne();
    await api.cancelJob({ params: { jobId: held.id } });
    expect((await dbt.record(key)).waiting).toBeNull();
    expect((await runsOf(key))[0]).toMatchObject({ outcome: "ignored", code: "cancelled" });
    await api.retryJob({ params: { jobId: held.id } });
    await app.drain();
    expect((await jobNow(dbt, held.id)).state).toBe("awaiting-approval");
    expect(Object.keys(await catalogOf(dbt, key)).toSorted()).toEqual(ten);
    await expectSound(app);
  });

  it("waits where a run names nothing at all, however little there is", async () => {
    const key = await dbt.integrate();
    const schema = unique("marts");
    await ranAndSynced(dbt, key, modelsOf(schema, [{ name: "orders" }]));
    const empty = await ranAndSynced(dbt, key, modelsOf(schema, []));
    expect(empty).toMatchObject({ state: "awaiting-approval" });
    expect(Object.keys(await catalogOf(dbt, key))).toEqual(["orders"]);
  });

  it("obeys the settings", async () => {
    const { deletionGuard } = await api.getSettings();
    await api.updateSettings({ body: { deletionGuard: { percent: 100, minimum: 1 } } });
    try {
      const { held } = await aHeldOne();
      expect(held).toMatchObject({ state: "succeeded", result: { deleted: 5 } });
    } finally {
      await api.updateSettings({ body: { deletionGuard } });
    }
  });

  it("does not keep a dry run from telling", async () => {
    const key = await dbt.integrate();
    const schema = unique("marts");
    await ranAndSynced(dbt, key, modelsOf(schema, modelsCalled(ten)));
    const runId = finishRun(dbt, key, modelsOf(schema, []));
    const dry = await synced(dbt, key, { runId, dryRun: true });
    expect(dry).toMatchObject({ state: "succeeded", result: { deleted: 10 } });
    expect((await dbt.record(key)).waiting).toBeNull();
  });
});
