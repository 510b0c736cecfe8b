import { describe, expect, it } from "vitest";
import { aDbtApp } from "#test/support/dbt-app.ts";
import { catalogOf, finishRun, jobNow, modelsOf, ranAndSynced, synced } from "#test/support/dbt-sync.ts";
import { expectSound } from "#test/support/invariants.ts";
import { unique } from "#test/support/records.ts";

const dbt = await aDbtApp();
const { app, admin } = dbt;
const names = Array.from({ length: 10 }, (_, index) => ({ name: `model_${index}` }));

/** An integration whose newest run waits for a person, and a run before that one of which word comes only now. */
async function aLateOne() {
  const key = await dbt.integrate();
  const schema = unique("marts");
  await ranAndSynced(dbt, key, modelsOf(schema, names));
  const late = finishRun(dbt, key, modelsOf(schema, [...names, { name: "late" }]));
  const held = await ranAndSynced(dbt, key, modelsOf(schema, names.slice(0, 5)));
  expect(held.state).toBe("awaiting-approval");
  return { key, schema, late, held };
}

describe("a run that is older than the one that waits for a person", () => {
  it("takes nobody's place, and can be asked for again once that one is refused", async () => {
    const { key, late, held } = await aLateOne();
    const ignored = await synced(dbt, key, { runId: late });
    expect(ignored).toMatchObject({ state: "succeeded", result: { outcome: "ignored" } });
    expect(ignored.result?.["reason"]).toMatch(/^older-run: /);
    expect((await jobNow(dbt, held.id)).state).toBe("awaiting-approval");
    expect((await dbt.record(key)).waiting).toMatchObject({ jobId: held.id });
    expect(Object.keys(await catalogOf(dbt, key))).not.toContain("late");
    await admin.api.cancelJob({ params: { jobId: held.id } });
    expect((await synced(dbt, key, { runId: late })).result).toMatchObject({
      outcome: "applied",
      created: 1,
    });
    await expectSound(app);
  });

  it("is ignored also where it was approved while the newer one came to wait", async () => {
    const { key, schema, held } = await aLateOne();
    const runId = finishRun(dbt, key, modelsOf(schema, names.slice(0, 4)));
    const path = `/dbt/${key.accountId}/${key.projectId}/${key.environmentId}/sync`;
    const asked = await app.call("POST", path, { as: admin, body: { runId } });
    await admin.api.approveJob({ params: { jobId: held.id } });
    await app.drain();
    expect((await jobNow(dbt, held.id)).result).toMatchObject({ outcome: "ignored" });
    const newer = await jobNow(dbt, (asked.body as { id: string }).id);
    expect(newer.state).toBe("awaiting-approval");
    expect((await dbt.record(key)).waiting).toMatchObject({ jobId: newer.id });
    expect(Object.keys(await catalogOf(dbt, key))).toHaveLength(10);
    await expectSound(app);
  });
});
