import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { killedAt } from "#test/support/broken-steps.ts";
import { checkStates, shown } from "#test/support/health.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aConnection, aDataSource, aPersona, registering, type DataSource } from "#test/support/personas.ts";
import { runSql, uniqueName } from "#test/support/postgres-client.ts";
import { aRefresh, changedSessions, copies, unmeasured } from "#test/support/refresh.ts";

const app = await anApp();
const owner = await aPersona(app, { permissions: registering });
const jobOf = (jobId: string) => owner.api.getJob({ params: { jobId } });
const rowsOf = async (sources: readonly DataSource[]) =>
  Promise.all(sources.map(async (source) => (await shown(owner, source)).statistics.rowCount?.value ?? null));

describe("a refresh whose worker dies", () => {
  it("repeats one at most, comes to the same end, and leaves no check waiting", async () => {
    const { connection, sources } = await unmeasured(app, owner, 3);
    for (let step = 1; ; step += 3) {
      const jobId = await aRefresh(app, owner, connection, sources, ["row-count"]);
      const at = killedAt(step);
      await app.outbox.deliver(app.worker({ breaker: at.breaker }), app.outbox.take(jobId));
      const { sessions } = changedSessions(app);
      for (let round = 0; round < 3; round += 1) {
        app.clock.advance(120_000);
        await app.sweep();
        while (app.outbox.waiting.length > 0) {
          await app.outbox.deliver(app.worker({ sessions }), app.outbox.take());
        }
      }
      expect(await jobOf(jobId)).toMatchObject({
        state: "succeeded",
        progress: { done: 3, total: 3 },
        result: { measured: 3, checks: { passed: 3 } },
      });
      if (at.at === null) break;
    }
    expect(await rowsOf(sources)).toEqual([1, 2, 3]);
    await expectSound(app);
  });

  it("goes on where the one before left off when the time of a worker is over", async () => {
    const { connection, sources } = await unmeasured(app, owner, 3);
    const jobId = await aRefresh(app, owner, connection, sources, ["row-count"]);
    app.outbox.workerMs = 1000;
    await app.outbox.deliver(app.worker(), app.outbox.take(jobId));
    expect(await jobOf(jobId)).toMatchObject({ state: "running", progress: { done: 1, total: 3 } });
    await app.drain();
    app.outbox.workerMs = Infinity;
    expect(await jobOf(jobId)).toMatchObject({ state: "succeeded", progress: { done: 3, total: 3 } });
    expect(await rowsOf(sources)).toEqual([1, 2, 3]);
  });
});

describe("a refresh that is cancelled or fails for good", () => {
  it("leaves none of many checks waiting, however many there are", async () => {
    const connection = await aConnection(owner);
    const schema = uniqueName("many");
    await runSql(`create schema ${schema}`, `create table ${schema}.t (id int)`);
    const template = await aDataSource(owner, connection, { schema, table: "t" });
    const sources = await copies(app, owner, template, 30);
    const jobId = await aRefresh(app, owner, connection, sources);
    await owner.api.cancelJob({ params: { jobId } });
    const states = await Promise.all(sources.map((source) => shown(owner, source)));
    expect(new Set(states.map((source) => checkStates(source)["row-count"]))).toEqual(new Set(["unknown"]));
    expect(await jobOf(jobId)).toMatchObject({ state: "cancelled" });
    await owner.api.retryJob({ params: { jobId } });
    await app.drain();
    expect(await jobOf(jobId)).toMatchObject({ state: "succeeded", result: { measured: 30 } });
  });

  it("while it runs stops at its next result, and keeps the results before", async () => {
    const { connection, sources } = await unmeasured(app, owner, 3);
    const jobId = await aRefresh(app, owner, connection, sources, ["row-count"]);
    const { sessions } = changedSessions(app, (session) => ({
      countRows: async (relation) => {
        if (relation.name === "t1") await owner.api.cancelJob({ params: { jobId } });
        return await session.countRows(relation);
      },
    }));
    await app.outbox.drain(app.worker({ sessions }));
    expect(await jobOf(jobId)).toMatchObject({ state: "cancelled", progress: { total: 3 } });
    expect(await rowsOf(sources)).toEqual([1, null, null]);
    for (const source of sources) {
      expect(["passed", "unknown"]).toContain(checkStates(await shown(owner, source))["row-count"]);
    }
  });
});
