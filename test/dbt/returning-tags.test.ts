import { describe, expect, it } from "vitest";
import { aDbtApp, pathOf } from "#test/support/dbt-app.ts";
import { catalogOf, finishRun, jobNow, modelsOf, ranAndSynced } from "#test/support/dbt-sync.ts";
import { interrupted } from "#test/support/interrupted-client.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aPersona } from "#test/support/personas.ts";
import { asUser, unique } from "#test/support/records.ts";

const dbt = await aDbtApp();
const { app, admin } = dbt;
const { api } = admin;
const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });

describe("a tag that is deleted while a run brings a data source back that a person put it on", () => {
  it("is on nothing afterwards, whenever that happens, or is not deleted", async () => {
    const carried: { at: number; carries: number | undefined; isDeleted: boolean }[] = [];
    for (let at = 1, goesOn = true; goesOn; at += 1) {
      const key = await dbt.integrate();
      const schema = unique("marts");
      const orders = { name: "orders", columns: [{ name: "id", type: "integer" as const }] };
      const both = modelsOf(schema, [orders, { name: "customers" }]);
      await ranAndSynced(dbt, key, both);
      const id = (await catalogOf(dbt, key))["orders"]?.id ?? "";
      const tag = unique("mine");
      const params = { dataSourceId: id };
      await governor.api.createTag({ body: { name: tag } });
      await api.addTags({ params, body: { tags: [tag] } });
      await api.updateColumn({ params: { ...params, column: "id" }, body: { addTags: [tag] } });
      await ranAndSynced(dbt, key, modelsOf(schema, [{ name: "customers" }]));
      const runId = finishRun(dbt, key, both);
      const asked = await app.call("POST", `${pathOf(key)}/sync`, { as: admin, body: { runId } });
      const { id: jobId } = asked.body as { id: string };
      let isDeleted = false;
      const { client, happened } = interrupted(at, async () => {
        // One that is on something is not deleted.
        const reply = await app.call("DELETE", `/tags/${tag}`, { as: governor });
        isDeleted = reply.status === 204;
      });
      await app.outbox.deliver(app.worker({ client, madeAtOnce: 1 }), app.outbox.take(jobId));
      client.destroy();
      await app.drain();
      expect(await jobNow(dbt, jobId)).toMatchObject({ state: "succeeded", result: { restored: 1 } });
      goesOn = happened();
      const view = await app.store.dataSource(id, asUser(admin.user.id));
      carried.push({ at, carries: view?.dataSource.tags.length, isDeleted });
    }
    expect(carried).toEqual(carried.map((one) => ({ ...one, carries: one.isDeleted ? 0 : 1 })));
    // Before and after the step that brings it back.
    expect(carried.filter(({ isDeleted }) => isDeleted).length).toBeGreaterThan(2);
    expect(carried.at(-1)?.isDeleted).toBe(false);
    await expectSound(app);
  });
});
