import { describe, expect, it } from "vitest";
import { RemoteError } from "#core/ports/remote.ts";
import { anApp } from "#test/support/app.ts";
import { changedSessions, reportOf, tableNames } from "#test/support/bulk.ts";
import { aPersona, registering } from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";
import { aScriptedConnection, scriptedRemote } from "#test/support/scripted-remote.ts";
import { auditOf, lineOf } from "#test/support/table-items.ts";

const app = await anApp();
const owner = await aPersona(app, { permissions: registering });
const remote = scriptedRemote();
const minute = 60_000;
const ways = { sessions: remote.sessions, madeAtOnce: 1 };
const jobOf = (jobId: string) => owner.api.getJob({ params: { jobId } });
const steer = (jobId: string, verb: string) => app.call("POST", `/jobs/${jobId}/${verb}`, { as: owner });

async function aWaitingRun(names = tableNames(3)) {
  const schema = unique("sales");
  remote.tables.set(schema, names);
  const connection = await aScriptedConnection(app, owner, schema);
  const { id } = await owner.api.registerDataSources({
    body: { connectionId: connection.id, schemas: [schema] },
  });
  return { schema, connection, jobId: id };
}

/** Sessions in which something happens before a table is described for the first time. */
function meeting(table: string, happens: () => Promise<unknown>) {
  let met = false;
  return changedSessions(remote.sessions, (session) => ({
    ...session,
    describeMany: async (relations) => {
      const described = await session.describeMany(relations);
      if (!met && relations.some(({ name }) => name === table)) {
        met = true;
        await happens();
      }
      return described;
    },
  }));
}

/** Sessions whose questions take a minute each. */
const slow = changedSessions(remote.sessions, (session) => ({
  ...session,
  describeMany: (relations) => {
    app.clock.advance(minute);
    return session.describeMany(relations);
  },
}));

/** So many tables with so many columns each that no two share a batch. */
const wide = changedSessions(slow, (session) => ({
  ...session,
  listRelations: async (query) =>
    (await session.listRelations(query)).map((one) => ({ ...one, columnCount: 9000 })),
}));

describe("a job that takes longer than its worker may", () => {
  it("goes on with the next worker behind its last checkpoint, and no attempt is used up", async () => {
    const { jobId, connection } = await aWaitingRun(tableNames(5));
    app.outbox.workerMs = 4 * minute;
    for (let round = 1; round <= 5; round += 1) {
      const [message] = app.outbox.jobIds.flatMap((id) => (id === jobId ? [app.outbox.take(id)] : []));
      if (message === undefined) throw new Error("no word of the job was sent");
      expect(await app.outbox.deliver(app.worker({ ...ways, sessions: wide }), message)).toBe(0);
      if (round === 5) break;
      expect(await jobOf(jobId)).toMatchObject({
        state: "running",
        attempts: 0,
        progress: { done: round, total: 5 },
      });
      expect((await lineOf(app, connection.id)).holding).toContain(jobId);
    }
    app.outbox.workerMs = Infinity;
    await app.outbox.drain(app.worker(ways));
    expect(await jobOf(jobId)).toMatchObject({ state: "succeeded", attempts: 1, result: { created: 5 } });
    expect(await reportOf(owner, jobId)).toHaveLength(5);
  });

  it("goes on also when word of it is lost", async () => {
    const { jobId } = await aWaitingRun(tableNames(2));
    app.outbox.workerMs = 4 * minute;
    await app.outbox.deliver(app.worker({ ...ways, sessions: wide }), app.outbox.take(jobId));
    app.outbox.workerMs = Infinity;
    app.outbox.lose();
    app.clock.advance(2 * minute);
    await app.sweep();
    await app.outbox.drain(app.worker(ways));
    expect(await jobOf(jobId)).toMatchObject({ state: "succeeded", result: { created: 2 } });
  });

  it("that is cancelled between two workers ends with the next one", async () => {
    const { jobId } = await aWaitingRun(tableNames(2));
    app.outbox.workerMs = 4 * minute;
    await app.outbox.deliver(app.worker({ ...ways, sessions: wide }), app.outbox.take(jobId));
    app.outbox.workerMs = Infinity;
    expect((await steer(jobId, "cancel")).status).toBe(202);
    await app.outbox.drain(app.worker(ways));
    expect(await jobOf(jobId)).toMatchObject({ state: "cancelled", result: { created: 1 } });
  });
});

describe("a running bulk registration", () => {
  it("that is cancelled stops between two chunks: what it made stays, and its result says how far it came", async () => {
    const { jobId } = await aWaitingRun();
    const sessions = changedSessions(
      meeting("t001", () => steer(jobId, "cancel")),
      (session) => ({
        ...session,
        listRelations: async (query) =>
          (await session.listRelations(query)).map((one) => ({ ...one, columnCount: 9000 })),
      }),
    );
    await app.outbox.deliver(app.worker({ ...ways, sessions }), app.outbox.take(jobId));
    expect(await jobOf(jobId)).toMatchObject({
      state: "cancelled",
      error: null,
      progress: { done: 1, total: 3 },
      result: { created: 1, skipped: {}, createdDataSources: [{ table: "t000" }] },
    });
    expect(await auditOf(app, "job", jobId)).toEqual([
      "data-source:create",
      "job:cancelled",
      "job:cancelled",
    ]);
    const [made] = await reportOf(owner, jobId);
    const params = { dataSourceId: made?.dataSourceId ?? "" };
    expect((await owner.api.getDataSource({ params })).remote.table).toBe("t000");

    expect((await steer(jobId, "retry")).status).toBe(202);
    await app.outbox.drain(app.worker(ways));
    expect(await jobOf(jobId)).toMatchObject({ state: "succeeded", result: { created: 3, skipped: {} } });
    expect((await reportOf(owner, jobId)).map(({ table }) => table)).toEqual(tableNames(3));
  });

  it("whose lease another worker took writes nothing more", async () => {
    const { jobId } = await aWaitingRun(["t000"]);
    const sessions = meeting("t000", async () => {
      app.clock.advance(3 * minute);
      const until = new Date(app.clock.now().getTime() + 2 * minute);
      expect(await app.store.claim(jobId, app.clock.now(), until)).not.toBeNull();
    });
    expect(await app.outbox.deliver(app.worker({ ...ways, sessions }), app.outbox.take(jobId))).toBe(0);
    expect(await jobOf(jobId)).toMatchObject({ state: "running", attempts: 2 });
    expect(await reportOf(owner, jobId)).toEqual([]);
    app.clock.advance(4 * minute);
    await app.sweep();
    await app.outbox.drain(app.worker(ways));
    expect(await jobOf(jobId)).toMatchObject({ state: "succeeded", result: { created: 1 } });
  });

  it("that loses the remote database fails after its attempts with what it came to, and can be sent again", async () => {
    const { jobId } = await aWaitingRun();
    const lost = changedSessions(wide, (session) => ({
      ...session,
      describeMany: (relations) =>
        relations.some(({ name }) => name === "t001")
          ? Promise.reject(new RemoteError("connection-lost", "the connection was lost"))
          : session.describeMany(relations),
    }));
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const failed = await app.outbox.deliver(
        app.worker({ ...ways, sessions: lost }),
        app.outbox.take(jobId),
      );
      expect(failed).toBe(1);
    }
    await app.outbox.deliver(app.deadLetterWorker, ...app.outbox.deadLetters.splice(0));
    expect(await jobOf(jobId)).toMatchObject({
      state: "failed",
      error: { code: "job-dead-lettered", detail: "the connection was lost" },
      result: { created: 1 },
    });
    await steer(jobId, "retry");
    await app.outbox.drain(app.worker(ways));
    expect(await jobOf(jobId)).toMatchObject({ state: "succeeded", result: { created: 3, skipped: {} } });
  });
});
