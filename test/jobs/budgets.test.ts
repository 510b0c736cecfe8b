import { describe, expect, it } from "vitest";
import { RemoteError } from "#core/ports/remote.ts";
import { anApp } from "#test/support/app.ts";
import { checkOf, checkStates, shown } from "#test/support/health.ts";
import { aConnection, aDataSource, aPersona, registering } from "#test/support/personas.ts";
import { runSql, uniqueName } from "#test/support/postgres-client.ts";
import { aRefresh, changedSessions, unmeasured } from "#test/support/refresh.ts";
import { lineOf } from "#test/support/table-items.ts";

const app = await anApp();
const owner = await aPersona(app, { permissions: registering });
const minute = 60_000;
const patch = (id: string, body: object) => app.call("PATCH", `/connections/${id}`, { as: owner, body });

describe("a connection's own limits", () => {
  it("are given at its creation, changed, and taken away again", async () => {
    const plain = await aConnection(owner);
    expect(plain).toMatchObject({ statementTimeoutSeconds: null, concurrentJobs: null });
    const limits = { statementTimeoutSeconds: 30, concurrentJobs: 2 };
    const limited = await aConnection(owner, limits);
    expect(limited).toMatchObject(limits);
    expect((await patch(limited.id, { concurrentJobs: 1 })).body).toMatchObject({
      ...limits,
      concurrentJobs: 1,
    });
    expect((await patch(limited.id, { name: limited.name })).body).toMatchObject({ concurrentJobs: 1 });
    expect(
      (await patch(limited.id, { concurrentJobs: null, statementTimeoutSeconds: null })).body,
    ).toMatchObject({ statementTimeoutSeconds: null, concurrentJobs: null });
  });

  it.each([
    ["/statementTimeoutSeconds", { statementTimeoutSeconds: 0 }],
    ["/statementTimeoutSeconds", { statementTimeoutSeconds: 601 }],
    ["/statementTimeoutSeconds", { statementTimeoutSeconds: 1.5 }],
    ["/concurrentJobs", { concurrentJobs: 0 }],
    ["/concurrentJobs", { concurrentJobs: 5 }],
  ])("at %s are refused outside of what can be: %j", async (pointer, body) => {
    const { id } = await aConnection(owner);
    expect(await patch(id, body)).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });

  it("end a statement in the engine before the deployment's limit does", async () => {
    const schema = uniqueName("slow");
    await runSql(
      `create schema ${schema}`,
      `create view ${schema}.v as select n from generate_series(1, 3) n
        where case when n > 1 then pg_sleep(30) is not null else true end`,
    );
    const connection = await aConnection(owner, { statementTimeoutSeconds: 1 });
    const source = await aDataSource(owner, connection, { schema, table: "v" });
    await app.drain();
    expect(checkOf(await shown(owner, source), "row-count").detail).toMatch(/^statement-timeout: /);
  });

  it("let no more jobs run at a time, also while those of before still run", async () => {
    const connection = await aConnection(owner);
    const source = await aDataSource(owner, connection);
    await app.drain();
    const ask = () => owner.api.runChecks({ params: { dataSourceId: source.id }, body: {} });
    await ask();
    await ask();
    await patch(connection.id, { concurrentJobs: 1 });
    for (let n = 0; n < 3; n += 1) await ask();
    expect((await lineOf(app, connection.id)).holding).toHaveLength(2);
    const most: number[] = [];
    while (app.outbox.waiting.length > 0) {
      await app.outbox.deliver(app.worker(), app.outbox.take());
      most.push((await lineOf(app, connection.id)).holding.length);
    }
    expect(most).toEqual([1, 1, 1, 1, 0]);
  });
});

describe("the time for all checks of a data source", () => {
  /** A remote whose count of a table takes so long. */
  const slowCount = (table: string, takesMs: number, times = Infinity) => {
    let left = times;
    return changedSessions(app, (session) => ({
      countRows: async (relation) => {
        const rows = await session.countRows(relation);
        if (relation.name === table && left > 0) {
          left -= 1;
          app.clock.advance(takesMs);
        }
        return rows;
      },
    }));
  };

  it("ends: figures that were taken in time are kept, and the rest fails by name", async () => {
    const { connection, sources } = await unmeasured(app, owner, 1);
    await aRefresh(app, owner, connection, sources);
    await app.outbox.drain(app.worker({ sessions: slowCount("t0", 11 * minute).sessions }));
    const [source] = sources;
    const after = source === undefined ? null : await shown(owner, source);
    expect(after === null ? {} : checkStates(after)).toMatchObject({
      "row-count": "passed",
      "high-cardinality": "failed",
      fingerprint: "failed",
    });
    expect(after === null ? "" : checkOf(after, "fingerprint").detail).toMatch(/^time-budget: /);
    expect(after?.statistics).toMatchObject({ rowCount: { value: 1 }, highCardinalityColumn: null });
  });

  it("holds for a job of one data source too", async () => {
    const { sources } = await unmeasured(app, owner, 1);
    const params = { dataSourceId: sources[0]?.id ?? "" };
    const job = await owner.api.runChecks({ params, body: {} });
    await app.outbox.drain(app.worker({ sessions: slowCount("t0", 11 * minute).sessions }));
    expect(await owner.api.getJob({ params: { jobId: job.id } })).toMatchObject({
      state: "succeeded",
      result: {
        checks: { connectivity: "passed", "row-count": "passed", "high-cardinality": "failed" },
      },
    });
  });

  it("is its own: the next data source has all of it again", async () => {
    const { connection, sources } = await unmeasured(app, owner, 2);
    const jobId = await aRefresh(app, owner, connection, sources);
    await app.outbox.drain(app.worker({ sessions: slowCount("t0", 11 * minute).sessions }));
    expect(await owner.api.getJob({ params: { jobId } })).toMatchObject({
      result: { measured: 2, checks: { passed: 4, failed: 2 } },
    });
  });

  it("is not given a second time to one that lost its session: the worker would be killed over it", async () => {
    const { connection, sources } = await unmeasured(app, owner, 2);
    const jobId = await aRefresh(app, owner, connection, sources);
    app.outbox.workerMs = 13 * minute;
    let counts = 0;
    const { sessions, opened } = changedSessions(app, (session) => ({
      countRows: async (relation) => {
        if (relation.name !== "t0") return await session.countRows(relation);
        counts += 1;
        if (counts <= 2) app.clock.advance(8 * minute);
        if (counts === 1) throw new RemoteError("connection-lost", "the connection was lost");
        return await session.countRows(relation);
      },
    }));
    await app.outbox.drain(app.worker({ sessions }));
    app.outbox.workerMs = Infinity;
    const after = await shown(owner, { id: sources[0]?.id ?? "" });
    expect(checkOf(after, "row-count").detail).toMatch(/^time-budget: /);
    // Its two, and one of the next worker.
    expect(opened()).toBe(3);
    expect(await owner.api.getJob({ params: { jobId } })).toMatchObject({
      state: "succeeded",
      attempts: 1,
      result: { measured: 2, checks: { passed: 3, failed: 3 } },
    });
  });

  it("is not held against one that came late in a worker's life: the next worker begins with it", async () => {
    const { connection, sources } = await unmeasured(app, owner, 3);
    const jobId = await aRefresh(app, owner, connection, sources);
    app.outbox.workerMs = 12 * minute;
    const { sessions, opened } = slowCount("t1", 11.5 * minute, 1);
    await app.outbox.drain(app.worker({ sessions }));
    app.outbox.workerMs = Infinity;
    expect(opened()).toBe(2);
    expect(await owner.api.getJob({ params: { jobId } })).toMatchObject({
      state: "succeeded",
      attempts: 1,
      result: { measured: 3, checks: { passed: 9, failed: 0 } },
    });
  });
});
