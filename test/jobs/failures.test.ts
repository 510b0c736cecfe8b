import { describe, expect, it } from "vitest";
import type { RemoteSessions } from "#core/ports/remote.ts";
import { anApp } from "#test/support/app.ts";
import {
  cancelled,
  conflict,
  faultsOf,
  lostAnswer,
  throttled,
  throttledByAccount,
  type Operation,
} from "#test/support/faults.ts";
import { checkOf, checkStates, shown } from "#test/support/health.ts";
import { aDataSource, aRegistrar, aRemoteTable, type DataSource } from "#test/support/personas.ts";
import { runSql } from "#test/support/postgres-client.ts";
import { testClient } from "#test/support/store.ts";
import { auditOf, itemsOf } from "#test/support/table-items.ts";
import { until } from "#test/support/until.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const minute = 60_000;

const failing = (message: string): RemoteSessions => ({
  withSession: () => Promise.reject(new TypeError(message)),
});

/** A data source with its first job, whose message waits. */
async function aWaitingJob(given = {}) {
  const source = await aDataSource(owner, connection, given);
  const [job] = (await owner.api.listJobs({ query: { dataSourceId: source.id } })).items;
  if (job === undefined) throw new Error("there is no job");
  return { source, jobId: job.id, params: { jobId: job.id } };
}
const steer = (jobId: string, verb: string) => app.call("POST", `/jobs/${jobId}/${verb}`, { as: owner });
const places = async (jobId: string) =>
  (await itemsOf(app, "slot", "waiting-job")).filter((item) => item["jobId"] === jobId);

/** A job that failed at every attempt and that the sweep has ended, before its dead letter arrives. */
async function aLateLetter() {
  const waiting = await aWaitingJob();
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    await app.outbox.deliver(app.worker({ sessions: failing("no") }), app.outbox.take(waiting.jobId));
  }
  const [letter] = app.outbox.deadLetters.splice(0);
  if (letter === undefined) throw new Error("there is no dead letter");
  app.clock.advance(4 * minute);
  await app.sweep();
  return { ...waiting, letter };
}

describe("a job that fails", () => {
  it("at three attempts becomes a dead letter and is left failed, until a person sends it again", async () => {
    const { source, jobId, params } = await aWaitingJob();
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const worker = app.worker({ sessions: failing("raw text of a foreign error") });
      expect(await app.outbox.deliver(worker, app.outbox.take(jobId))).toBe(1);
      expect(await owner.api.getJob({ params })).toMatchObject({ state: "running", attempts: attempt });
    }
    expect(app.outbox.jobIds).not.toContain(jobId);
    await app.outbox.deliver(app.deadLetterWorker, ...app.outbox.deadLetters.splice(0));
    const failed = await owner.api.getJob({ params });
    expect(failed).toMatchObject({
      state: "failed",
      attempts: 3,
      error: { code: "job-dead-lettered", status: 500, detail: expect.stringContaining(jobId) },
    });
    expect(JSON.stringify(failed)).not.toContain("raw text");
    expect(await places(jobId)).toEqual([]);
    const unmeasured = await shown(owner, source);
    expect(checkOf(unmeasured, "row-count")).toMatchObject({
      state: "unknown",
      detail: expect.stringMatching(/^job-dead-lettered: /),
    });
    expect((await steer(jobId, "retry")).status).toBe(202);
    await app.drain();
    expect(await owner.api.getJob({ params })).toMatchObject({
      state: "succeeded",
      attempts: 1,
      error: null,
    });
    expect(checkStates(await shown(owner, source))).toMatchObject({ "row-count": "passed" });
    expect(await auditOf(app, "job", jobId)).toEqual(["job:failed", "job:retried", "job:succeeded"]);
  });

  it("once or twice succeeds at the next attempt, and nothing of the failure stays", async () => {
    const { jobId, params } = await aWaitingJob();
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      await app.outbox.deliver(app.worker({ sessions: failing("no") }), app.outbox.take(jobId));
    }
    expect((await owner.api.getJob({ params })).error).toMatchObject({ code: "internal-error" });
    await app.drain();
    expect(await owner.api.getJob({ params })).toMatchObject({
      state: "succeeded",
      attempts: 3,
      error: null,
    });
    expect(await auditOf(app, "job", jobId)).toEqual(["job:succeeded"]);
  });

  it("keeps a check that had failed before as failed", async () => {
    const { source } = await aWaitingJob();
    await app.drain();
    await runSql(`drop table ${source.remote.schema}.${source.remote.table}`);
    const params = { dataSourceId: source.id };
    await owner.api.runChecks({ params, body: {} });
    await app.drain();
    const { id } = await owner.api.runChecks({ params, body: {} });
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      await app.outbox.deliver(app.worker({ sessions: failing("no") }), app.outbox.take(id));
    }
    await app.outbox.deliver(app.deadLetterWorker, ...app.outbox.deadLetters.splice(0));
    const after = await shown(owner, source);
    expect(after.health.status).toBe("unhealthy");
    expect(checkOf(after, "row-count")).toMatchObject({
      state: "failed",
      detail: expect.stringMatching(/^table-not-found: /),
    });
  });

  it("and whose dead letter comes late, when it was sent again and succeeded, stays succeeded", async () => {
    const { jobId, params, letter } = await aLateLetter();
    expect((await owner.api.getJob({ params })).state).toBe("failed");
    await steer(jobId, "retry");
    await app.drain();
    expect(await app.outbox.deliver(app.deadLetterWorker, letter, structuredClone(letter))).toBe(0);
    expect((await owner.api.getJob({ params })).state).toBe("succeeded");
  });

  it("and whose dead letter comes late, when it was sent again and is worked on, is not touched", async () => {
    const { jobId, params, letter } = await aLateLetter();
    await steer(jobId, "retry");
    const until = new Date(app.clock.now().getTime() + 2 * minute);
    expect(await app.store.claim(jobId, app.clock.now(), until)).not.toBeNull();
    expect(await app.outbox.deliver(app.deadLetterWorker, letter)).toBe(0);
    expect((await owner.api.getJob({ params })).state).toBe("running");
  });

  it("with its worker lost at every attempt is failed by the sweep, with that reason", async () => {
    const { jobId, params } = await aWaitingJob();
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      await app.store.claim(jobId, app.clock.now(), new Date(app.clock.now().getTime() + 2 * minute));
      app.clock.advance(4 * minute);
      if (attempt < 3) await app.sweep();
    }
    await app.sweep();
    expect(await owner.api.getJob({ params })).toMatchObject({
      state: "failed",
      error: { code: "job-dead-lettered", detail: "The worker was lost at every attempt." },
    });
    expect(await places(jobId)).toEqual([]);
    app.outbox.lose();
  });
});

describe("a running job", () => {
  /** A data source over a view that takes longer than any test, with a worker on it. */
  async function aSlowJob() {
    const { schema } = await aRemoteTable();
    await runSql(
      `create view ${schema}.slow as select n from generate_series(1, 3) n
        where case when n > 1 then pg_sleep(60) is not null else true end`,
    );
    const made = await aWaitingJob({ schema, table: "slow" });
    const delivered = app.outbox.deliver(
      app.worker({ statementTimeoutMs: 60_000 }),
      app.outbox.take(made.jobId),
    );
    await until(
      () => owner.api.getJob({ params: made.params }),
      ({ state }) => state === "running",
    );
    await until(
      () => shown(owner, made.source),
      (source: DataSource) => checkOf(source, "row-count").state === "running",
    );
    return { ...made, delivered };
  }

  it("that is cancelled stops at its worker's next sign of life, and its statement with it", async () => {
    const { source, jobId, params, delivered } = await aSlowJob();
    expect(await steer(jobId, "cancel")).toMatchObject({ status: 202, body: { state: "running" } });
    expect(await steer(jobId, "cancel")).toMatchObject({ status: 202, body: { state: "running" } });
    await app.timers.advance(30_000);
    expect(await delivered).toBe(0);
    expect(await owner.api.getJob({ params })).toMatchObject({ state: "cancelled", error: null });
    expect(await places(jobId)).toEqual([]);
    expect(checkOf(await shown(owner, source), "row-count")).toMatchObject({
      state: "unknown",
      detail: "cancelled: the job was cancelled",
    });
  });

  it("whose worker is alive is left alone by the sweep, however long it takes", async () => {
    const { jobId, params, delivered } = await aSlowJob();
    for (let beat = 1; beat <= 8; beat += 1) {
      app.clock.advance(30_000);
      const until30 = new Date(app.clock.now().getTime() + 2 * minute).toISOString();
      await app.timers.advance(30_000);
      await until(
        () => app.store.job(jobId),
        (job) => job?.lease?.until === until30,
      );
      await app.sweep();
    }
    expect(app.outbox.jobIds).not.toContain(jobId);
    expect(await owner.api.getJob({ params })).toMatchObject({ state: "running", attempts: 1 });
    await steer(jobId, "cancel");
    await app.timers.advance(30_000);
    await delivered;
  });

  it("whose lease another worker took stops, and writes nothing", async () => {
    const { jobId, params, delivered } = await aSlowJob();
    app.clock.advance(3 * minute);
    const stolen = await app.store.claim(
      jobId,
      app.clock.now(),
      new Date(app.clock.now().getTime() + 2 * minute),
    );
    expect(stolen?.attempts).toBe(2);
    await app.timers.advance(30_000);
    expect(await delivered).toBe(0);
    expect(await owner.api.getJob({ params })).toMatchObject({ state: "running", attempts: 2 });
    await steer(jobId, "cancel");
    app.clock.advance(4 * minute);
    await app.sweep();
    expect((await owner.api.getJob({ params })).state).toBe("cancelled");
  });
});

describe("a store that throttles and conflicts during a job", () => {
  const operations: readonly Operation[] = ["BatchGetItem", "Query", "TransactWriteItems", "UpdateItem"];

  it.each([
    ["throttles the table", throttled],
    ["throttles the account", throttledByAccount],
    ["loses answers", lostAnswer],
  ])("and %s is asked again, and the job comes to its end in one attempt", async (_, fault) => {
    const { source, jobId, params } = await aWaitingJob();
    const client = testClient();
    const faults = await faultsOf(client);
    for (const operation of operations)
      if (operation !== "UpdateItem" || fault !== lostAnswer) faults.next(operation, fault);
    await work(client, jobId);
    expect(await owner.api.getJob({ params })).toMatchObject({ state: "succeeded", attempts: 1 });
    expect(checkStates(await shown(owner, source))).toMatchObject({ "row-count": "passed" });
    expect(await auditOf(app, "job", jobId)).toEqual(["job:succeeded"]);
    client.destroy();
  });

  it("and conflicts at every transaction for a while, lets it end in one attempt", async () => {
    const { jobId, params } = await aWaitingJob();
    const client = testClient();
    const faults = await faultsOf(client);
    faults.next("TransactWriteItems", conflict, conflict, cancelled("ThrottlingError"), conflict);
    await work(client, jobId);
    expect(await owner.api.getJob({ params })).toMatchObject({ state: "succeeded", attempts: 1 });
    client.destroy();
  });

  /** Delivers a job's message to a worker over a client of its own. */
  async function work(client: ReturnType<typeof testClient>, jobId: string): Promise<void> {
    const worker = app.worker({ client });
    expect(await app.outbox.deliver(worker, app.outbox.take(jobId))).toBe(0);
  }
});
