import { describe, expect, it } from "vitest";
import { aDbtApp, pathOf } from "#test/support/dbt-app.ts";
import { catalogOf, finishRun, jobNow, modelsOf, ranAndSynced } from "#test/support/dbt-sync.ts";
import { reportOf } from "#test/support/bulk.ts";
import { testClient } from "#test/support/store.ts";
import { unique } from "#test/support/records.ts";

const dbt = await aDbtApp();
const { app, admin } = dbt;
const minute = 60_000;

/** A way to the table on which each transaction takes a minute. */
function slowClient() {
  const client = testClient();
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        if (String(commandName).startsWith("TransactWrite")) app.clock.advance(minute);
        return next(args);
      },
    { step: "initialize", name: "slow" },
  );
  return client;
}

/** Workers of four minutes, one after the other, until a job is done; gives how many that took. */
async function workersUntilDone(jobId: string): Promise<number> {
  app.outbox.workerMs = 4 * minute;
  try {
    for (let round = 1; ; round += 1) {
      const client = slowClient();
      expect(await app.outbox.deliver(app.worker({ client, madeAtOnce: 1 }), app.outbox.take(jobId))).toBe(0);
      client.destroy();
      if ((await app.store.job(jobId))?.finishedAt !== null) return round;
      // An attempt that came further counts for nothing.
      expect((await app.store.job(jobId))?.attempts).toBe(0);
    }
  } finally {
    app.outbox.workerMs = Number.POSITIVE_INFINITY;
  }
}

describe("what takes longer than its worker may", () => {
  const names = ["a", "b", "c", "d", "e"];

  it("goes on with the next worker behind what is settled, and tells all of it once", async () => {
    const key = await dbt.integrate();
    const schema = unique("marts");
    await ranAndSynced(dbt, key, modelsOf(schema, [{ name: "x" }, { name: "y" }, { name: "a" }]));
    const models = names.map((name) => ({ name, description: "Now.", tags: ["long"] }));
    const runId = finishRun(dbt, key, modelsOf(schema, models));
    const asked = await app.call("POST", `${pathOf(key)}/sync`, { as: admin, body: { runId } });
    const { id: jobId } = asked.body as { id: string };
    expect(await workersUntilDone(jobId)).toBeGreaterThan(2);
    expect(await jobNow(dbt, jobId)).toMatchObject({
      state: "succeeded",
      result: { outcome: "applied", created: 4, updated: 1, deleted: 2 },
    });
    expect(Object.keys(await catalogOf(dbt, key)).toSorted()).toEqual(names);
    expect(
      (await reportOf(admin, jobId)).map(({ kind, table }) => `${kind} ${table ?? ""}`).toSorted(),
    ).toEqual([
      ...["b", "c", "d", "e"].map((name) => `created ${name}`),
      "deleted x",
      "deleted y",
      "updated a",
    ]);
  });

  it("is a removal, too", async () => {
    const key = await dbt.integrate();
    const many = Array.from({ length: 40 }, (_, index) => ({ name: `model_${index}` }));
    await ranAndSynced(dbt, key, modelsOf(unique("marts"), many));
    const { id: jobId } = (await app.call("DELETE", pathOf(key), { as: admin })).body as { id: string };
    expect(await workersUntilDone(jobId)).toBeGreaterThan(2);
    expect((await app.store.job(jobId))?.result).toEqual({ deleted: 40, kept: 0 });
    expect((await app.call("GET", pathOf(key), { as: admin })).status).toBe(404);
  });
});
