import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { checkOf, checkStates, shown } from "#test/support/health.ts";
import {
  aConnection,
  aDataSource,
  aRegistrar,
  type Connection,
  type DataSource,
} from "#test/support/personas.ts";
import { runSql } from "#test/support/postgres-client.ts";
import { auditOf, itemsOf } from "#test/support/table-items.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const minute = 60_000;

/** A data source with its first job, whose message waits. */
async function aWaitingJob(on: Connection = connection) {
  const source = await aDataSource(owner, on);
  const [job] = (await owner.api.listJobs({ query: { dataSourceId: source.id } })).items;
  if (job === undefined) throw new Error("there is no job");
  return { source, jobId: job.id, params: { jobId: job.id } };
}
const check = (source: DataSource) =>
  owner.api.runChecks({ params: { dataSourceId: source.id }, body: { checks: ["row-count"] } });
const stateOf = async (jobId: string) => (await owner.api.getJob({ params: { jobId } })).state;
const ends = async (jobId: string) =>
  (await auditOf(app, "job", jobId)).filter((one) => /succeeded|failed/.test(one));

describe("a message", () => {
  it("carries the id of the request that caused its job, which the audit record and every problem bear", async () => {
    const { source } = await aWaitingJob();
    await app.drain();
    const path = `/data-sources/${source.id}/checks`;
    const reply = await app.call("POST", path, { as: owner });
    const requestId = reply.headers["x-request-id"] ?? "";
    const { id } = reply.body as { id: string };
    const message = app.outbox.take(id);
    expect(message.attributes).toEqual({ correlationId: requestId });
    const sessions = { withSession: () => Promise.reject(new Error("no")) };
    await app.outbox.deliver(app.worker({ sessions }), message);
    expect((await owner.api.getJob({ params: { jobId: id } })).error).toMatchObject({ instance: requestId });
    await app.drain();
    const [checked] = (await app.store.activity("data-source", source.id, null, 1)).items;
    const [ended] = (await app.store.activity("job", id, null, 1)).items;
    expect([checked?.requestId, ended?.requestId]).toEqual([requestId, requestId]);
  });

  it("delivered twice, one after the other, runs its job once", async () => {
    const { jobId, params } = await aWaitingJob();
    const message = app.outbox.take(jobId);
    const copy = structuredClone(message);
    expect(await app.outbox.deliver(app.worker(), message)).toBe(0);
    const first = await owner.api.getJob({ params });
    app.clock.advance(10 * minute);
    expect(await app.outbox.deliver(app.worker(), copy)).toBe(0);
    expect(await owner.api.getJob({ params })).toEqual(first);
    expect(await ends(jobId)).toEqual(["job:succeeded"]);
  });

  it("delivered to several workers at once runs its job once", async () => {
    const { jobId } = await aWaitingJob();
    const message = app.outbox.take(jobId);
    const copies = Array.from({ length: 4 }, () => structuredClone(message));
    await Promise.all(copies.map((copy) => app.outbox.deliver(app.worker(), copy)));
    expect(await stateOf(jobId)).toBe("succeeded");
    expect(await ends(jobId)).toEqual(["job:succeeded"]);
  });

  it("that is lost is sent again by the sweep after two minutes, and not before", async () => {
    const { jobId } = await aWaitingJob();
    app.outbox.take(jobId);
    app.clock.advance(2 * minute);
    await app.sweep();
    expect(app.outbox.jobIds).not.toContain(jobId);
    app.clock.advance(1);
    await app.sweep();
    expect(app.outbox.jobIds).toContain(jobId);
    await app.drain();
    expect(await stateOf(jobId)).toBe("succeeded");
  });

  it("that arrives after the sweep sent another does no harm", async () => {
    const { jobId } = await aWaitingJob();
    const late = app.outbox.take(jobId);
    app.clock.advance(3 * minute);
    await app.sweep();
    await app.drain();
    expect(await app.outbox.deliver(app.worker(), late)).toBe(0);
    expect(await ends(jobId)).toEqual(["job:succeeded"]);
  });

  it("out of order comes to the same end: the later measurement stands", async () => {
    const { source, jobId } = await aWaitingJob();
    const second = await check(source);
    await app.outbox.deliver(app.worker(), app.outbox.take(second.id));
    app.clock.advance(minute);
    await runSql(`insert into ${source.remote.schema}.things values (1, 'one')`);
    await app.outbox.deliver(app.worker(), app.outbox.take(jobId));
    expect([await stateOf(jobId), await stateOf(second.id)]).toEqual(["succeeded", "succeeded"]);
    const after = await shown(owner, source);
    expect(after.statistics.rowCount).toMatchObject({ value: 1, at: app.clock.now().toISOString() });
    expect(checkStates(after)).toMatchObject({ "row-count": "passed", fingerprint: "passed" });
  });

  it("before its job was given a slot does nothing", async () => {
    const fresh = await aConnection(owner);
    const { source } = await aWaitingJob(fresh);
    const jobs = [];
    for (let count = 0; count < 5; count += 1) jobs.push(await check(source));
    const last = jobs.at(-1)?.id ?? "";
    await app.outbox.send({ jobId: last, correlationId: "early" });
    expect(await app.outbox.deliver(app.worker(), app.outbox.take(last))).toBe(0);
    expect(await stateOf(last)).toBe("queued");
    await app.drain();
    expect(await stateOf(last)).toBe("succeeded");
  });

  it("of a job that does not exist, or of another version, is no poison for its batch", async () => {
    const { jobId } = await aWaitingJob();
    await app.outbox.send({ jobId: "job_nothing", correlationId: "" });
    const nothing = app.outbox.take("job_nothing");
    await app.outbox.send({ jobId: "job_garbage", correlationId: "" });
    const garbage = { ...app.outbox.take("job_garbage"), body: '{"v":2,"jobId":"job_garbage"}' };
    const failed = await app.outbox.deliver(app.worker(), nothing, garbage, app.outbox.take(jobId));
    expect(failed).toBe(1);
    expect(app.outbox.waiting).toContain(garbage);
    expect(await stateOf(jobId)).toBe("succeeded");
    app.outbox.lose();
  });
});

describe("a restart of one machine, where no worker is alive any more", () => {
  it("sends word at once of every job that was under way, whatever its lease", async () => {
    const { jobId } = await aWaitingJob();
    const until = new Date(app.clock.now().getTime() + 2 * minute);
    await app.store.claim(jobId, app.clock.now(), until);
    app.outbox.lose();
    await app.sweep();
    expect(app.outbox.jobIds).not.toContain(jobId);
    await app.sweep(true);
    await app.drain();
    expect(await stateOf(jobId)).toBe("succeeded");
  });
});

describe("a connection's slots", () => {
  it("are four: ten jobs run four at a time, oldest first, and each end lets the next in", async () => {
    const own = await aConnection(owner);
    const { source } = await aWaitingJob(own);
    await app.drain();
    const jobs: string[] = [];
    for (let count = 0; count < 10; count += 1) jobs.push((await check(source)).id);
    expect(app.outbox.jobIds).toEqual(jobs.slice(0, 4));
    const slots = async () => (await itemsOf(app, "slot")).filter(({ pk }) => pk === `LINE#${own.id}`).length;
    for (let done = 1; done <= 10; done += 1) {
      expect(await slots()).toBe(Math.min(4, 11 - done));
      await app.outbox.deliver(app.worker(), app.outbox.take());
      expect(app.outbox.jobIds).toEqual(jobs.slice(done, done + 4));
    }
    expect(await slots()).toBe(0);
    expect(await Promise.all(jobs.map(stateOf))).toEqual(jobs.map(() => "succeeded"));
  });

  it("are its own: another connection's jobs are not held up", async () => {
    const [busy, other] = [await aConnection(owner), await aConnection(owner)];
    const { source } = await aWaitingJob(busy);
    for (let count = 0; count < 6; count += 1) await check(source);
    const { jobId } = await aWaitingJob(other);
    expect(app.outbox.jobIds).toContain(jobId);
    await app.outbox.deliver(app.worker(), app.outbox.take(jobId));
    expect(await stateOf(jobId)).toBe("succeeded");
    await app.drain();
  });

  it("are never more, however many jobs come and go at once", async () => {
    const own = await aConnection(owner);
    const { source } = await aWaitingJob(own);
    let most = 0;
    let running = 0;
    const sessions: typeof app.gateway = {
      ...app.gateway,
      withSession: async (...given) => {
        running += 1;
        most = Math.max(most, running);
        try {
          return await app.gateway.withSession(...given);
        } finally {
          running -= 1;
        }
      },
    };
    const jobs = await Promise.all(Array.from({ length: 12 }, () => check(source)));
    while (app.outbox.waiting.length > 0) {
      const batch = app.outbox.waiting.splice(0);
      await Promise.all(batch.map((message) => app.outbox.deliver(app.worker({ sessions }), message)));
      await app.sweep();
    }
    expect(most).toBeLessThanOrEqual(4);
    expect(await Promise.all(jobs.map(({ id }) => stateOf(id)))).toEqual(jobs.map(() => "succeeded"));
    expect((await itemsOf(app, "slot", "waiting-job")).filter(({ pk }) => pk === `LINE#${own.id}`)).toEqual(
      [],
    );
  });

  it("freed by a cancelled job go to the next", async () => {
    const own = await aConnection(owner);
    const { source } = await aWaitingJob(own);
    const jobs = [];
    for (let count = 0; count < 4; count += 1) jobs.push((await check(source)).id);
    const last = jobs.at(-1) ?? "";
    expect(app.outbox.jobIds).not.toContain(last);
    await owner.api.cancelJob({ params: { jobId: jobs[0] ?? "" } });
    expect(app.outbox.jobIds).toContain(last);
    await app.drain();
    expect(await Promise.all(jobs.map(stateOf))).toEqual([
      "cancelled",
      "succeeded",
      "succeeded",
      "succeeded",
    ]);
  });
});

describe("a data source that goes while it is measured", () => {
  it("lets its job end, and nothing of it comes back", async () => {
    const { source, jobId } = await aWaitingJob();
    const sessions: typeof app.gateway = {
      ...app.gateway,
      withSession: async (target, budget, work) =>
        app.gateway.withSession(target, budget, async (session) => {
          const result = await work(session);
          await owner.api.deleteDataSource({ params: { dataSourceId: source.id } });
          return result;
        }),
    };
    expect(await app.outbox.deliver(app.worker({ sessions }), app.outbox.take(jobId))).toBe(0);
    expect(await stateOf(jobId)).toBe("succeeded");
    const list = await owner.api.listDataSources({ query: { search: source.name } });
    expect(list.items).toEqual([]);
    await expect(shown(owner, source)).rejects.toMatchObject({ problem: { status: 404 } });
  });

  it("before its job began leaves nothing to measure", async () => {
    const { source, jobId, params } = await aWaitingJob();
    await owner.api.deleteDataSource({ params: { dataSourceId: source.id } });
    await app.outbox.deliver(app.worker(), app.outbox.take(jobId));
    expect(await owner.api.getJob({ params })).toMatchObject({
      state: "succeeded",
      result: { skipped: "data-source-deleted" },
    });
  });
});

describe("a person's change while a data source is measured", () => {
  it("is kept, and so is what was measured", async () => {
    const { source, jobId } = await aWaitingJob();
    const sessions: typeof app.gateway = {
      ...app.gateway,
      withSession: async (...given) => {
        await owner.api.updateDataSource({
          params: { dataSourceId: source.id },
          body: { description: "Meanwhile" },
        });
        const other = await check(source);
        await app.outbox.deliver(app.worker(), app.outbox.take(other.id));
        return await app.gateway.withSession(...given);
      },
    };
    await app.outbox.deliver(app.worker({ sessions }), app.outbox.take(jobId));
    const after = await shown(owner, source);
    expect(after).toMatchObject({ description: "Meanwhile", version: 2, health: { status: "healthy" } });
    expect(checkStates(after)).toMatchObject({
      "row-count": "passed",
      "high-cardinality": "skipped",
      fingerprint: "passed",
    });
    expect(checkOf(after, "row-count").detail).toBe("");
  });
});
