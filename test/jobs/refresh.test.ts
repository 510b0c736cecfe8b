import { describe, expect, it } from "vitest";
import { RemoteError, type RemoteSessions } from "#core/ports/remote.ts";
import { anApp } from "#test/support/app.ts";
import { checkOf, shown } from "#test/support/health.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aConnection, aPersona, registering, type DataSource } from "#test/support/personas.ts";
import { runSql, uniqueName } from "#test/support/postgres-client.ts";
import { asUser } from "#test/support/records.ts";
import { aRefresh, changedSessions, unmeasured } from "#test/support/refresh.ts";
import { auditOf } from "#test/support/table-items.ts";

const app = await anApp();
const owner = await aPersona(app, { permissions: registering });
const jobOf = (jobId: string) => owner.api.getJob({ params: { jobId } });
const rowsOf = async (sources: readonly DataSource[]) =>
  Promise.all(sources.map(async (source) => (await shown(owner, source)).statistics.rowCount?.value ?? null));

/** Sessions that the server really ends in the middle of a count, where a test says so. */
function losing(loses: (table: string, time: number) => boolean) {
  const times = new Map<string, number>();
  return changedSessions(app, (session) => ({
    countRows: async (relation) => {
      const time = (times.get(relation.name) ?? 0) + 1;
      times.set(relation.name, time);
      if (!loses(relation.name, time)) return await session.countRows(relation);
      const end = uniqueName("gone");
      await runSql(
        `create view ${relation.schema}.${end} as
           select pg_terminate_backend(pg_backend_pid()) from ${relation.schema}.${relation.name}`,
      );
      return await session.countRows({ schema: relation.schema, name: end });
    },
  }));
}

describe("a refresh of many data sources", () => {
  it("checks each in one session, and tells how far it is and how many it found well", async () => {
    const { connection, sources } = await unmeasured(app, owner, 5);
    const jobId = await aRefresh(app, owner, connection, sources);
    const { sessions, opened } = changedSessions(app);
    app.clock.advance(1000);
    await app.outbox.drain(app.worker({ sessions }));
    expect(opened()).toBe(1);
    expect(await jobOf(jobId)).toMatchObject({
      type: "health-refresh",
      state: "succeeded",
      subject: { type: "connection", id: connection.id, name: connection.name },
      progress: { done: 5, total: 5 },
      result: {
        total: 5,
        measured: 5,
        skipped: 0,
        unhealthy: 0,
        checks: { passed: 15, failed: 0, skipped: 0 },
      },
    });
    expect(await rowsOf(sources)).toEqual([1, 2, 3, 4, 5]);
    const [first] = sources;
    const after = first === undefined ? null : await shown(owner, first);
    expect(after).toMatchObject({
      health: { status: "healthy" },
      statistics: { highCardinalityColumn: { name: "id" }, fingerprintAt: app.clock.now().toISOString() },
    });
    await expectSound(app);
  });

  it("lets a table that fails fail its own checks alone", async () => {
    const { connection, schema, sources } = await unmeasured(app, owner, 3);
    await runSql(`drop table ${schema}.t1`);
    const jobId = await aRefresh(app, owner, connection, sources, ["connectivity", "row-count"]);
    await app.drain();
    expect(await jobOf(jobId)).toMatchObject({
      state: "succeeded",
      result: { measured: 3, unhealthy: 1, checks: { passed: 4, failed: 2 } },
    });
    const [one, two, three] = await Promise.all(sources.map((source) => shown(owner, source)));
    expect([one, two, three].map((source) => source?.health.status)).toEqual([
      "healthy",
      "unhealthy",
      "healthy",
    ]);
    expect(two === undefined ? null : checkOf(two, "row-count").detail).toMatch(/^table-not-found: /);
    expect(await auditOf(app, "data-source", two?.id ?? "")).toContain("data-source:unhealthy");
    await runSql(`create table ${schema}.t1 (id int)`);
    await aRefresh(app, owner, connection, sources, ["connectivity", "row-count"]);
    await app.drain();
    expect((await shown(owner, sources[1] as DataSource)).health.status).toBe("healthy");
  });

  it("passes over one that was deleted, also while it is being measured", async () => {
    const { connection, sources } = await unmeasured(app, owner, 3);
    const jobId = await aRefresh(app, owner, connection, sources);
    const [first, second, third] = sources.map(({ id }) => ({ params: { dataSourceId: id } }));
    await owner.api.deleteDataSource(first as { params: { dataSourceId: string } });
    const { sessions } = changedSessions(app, (session) => ({
      countRows: async (relation) => {
        if (relation.name === "t1") {
          await owner.api.deleteDataSource(second as { params: { dataSourceId: string } });
        }
        return await session.countRows(relation);
      },
    }));
    await app.outbox.drain(app.worker({ sessions }));
    expect(await jobOf(jobId)).toMatchObject({
      state: "succeeded",
      progress: { done: 3, total: 3 },
      result: { measured: 1, skipped: 2 },
    });
    expect(await owner.api.getDataSource(third as { params: { dataSourceId: string } })).toMatchObject({
      statistics: { rowCount: { value: 3 } },
    });
    await expectSound(app);
  });

  it("passes over one that stands on another connection, and leaves none of its checks waiting", async () => {
    const { connection, sources } = await unmeasured(app, owner, 1);
    const other = await aConnection(owner);
    const [source] = sources as [DataSource];
    const view = await app.store.dataSource(source.id, asUser(owner.user.id));
    if (view === null) throw new Error("it is gone");
    const jobId = await aRefresh(app, owner, other, sources);
    const waiting = {
      ...view.health,
      checks: {
        ...view.health.checks,
        "row-count": { state: "pending" as const, detail: "", startedAt: null, finishedAt: null },
      },
      version: view.health.version + 1,
    };
    await app.store.commit([{ write: "put", kind: "data-source-health", record: waiting }]);
    await app.drain();
    expect(await jobOf(jobId)).toMatchObject({ state: "succeeded", result: { measured: 0, skipped: 1 } });
    expect(checkOf(await shown(owner, source), "row-count")).toMatchObject({
      state: "unknown",
      detail: expect.stringMatching(/^connection-changed: /),
    });
    expect(connection.id).not.toBe(other.id);
  });

  it("stores a result over what others stored meanwhile", async () => {
    const { connection, sources } = await unmeasured(app, owner, 2);
    await aRefresh(app, owner, connection, sources, ["row-count"]);
    const [source] = sources as [DataSource];
    const sessions: RemoteSessions = {
      withSession: (target, budget, work) =>
        app.gateway.withSession(target, budget, async (session) => {
          const view = await app.store.dataSource(source.id, asUser(owner.user.id));
          if (view === null) throw new Error("it is gone");
          const record = { ...view.health, fingerprintAt: "2026-01-01T00:00:00.000Z" };
          await app.store.commit([
            {
              write: "put",
              kind: "data-source-health",
              record: { ...record, version: record.version + 1 },
            },
          ]);
          return await work(session);
        }),
    };
    await app.outbox.drain(app.worker({ sessions }));
    expect((await shown(owner, source)).statistics).toMatchObject({
      rowCount: { value: 1 },
      fingerprintAt: "2026-01-01T00:00:00.000Z",
    });
  });
});

describe("a refresh whose remote fails", () => {
  it("fails the checks of all that are left by that reason, having asked once", async () => {
    const { connection, sources } = await unmeasured(app, owner, 4);
    const jobId = await aRefresh(app, owner, connection, sources);
    const { sessions, opened } = changedSessions(app, undefined, () => {
      throw new RemoteError("unreachable", "nobody answers");
    });
    await app.outbox.drain(app.worker({ sessions }));
    expect(opened()).toBe(1);
    expect(await jobOf(jobId)).toMatchObject({
      state: "succeeded",
      result: { measured: 4, unhealthy: 4, checks: { failed: 12 } },
    });
    for (const source of sources) {
      expect(checkOf(await shown(owner, source), "row-count")).toMatchObject({
        state: "failed",
        detail: "unreachable: nobody answers",
      });
    }
  });

  it("goes on in a new session where one was lost in the middle", async () => {
    const { connection, sources } = await unmeasured(app, owner, 4);
    const jobId = await aRefresh(app, owner, connection, sources, ["connectivity", "row-count"]);
    const { opened, sessions } = losing((table, time) => table === "t1" && time === 1);
    await app.outbox.drain(app.worker({ sessions }));
    expect(opened()).toBe(2);
    expect(await jobOf(jobId)).toMatchObject({
      result: { measured: 4, checks: { passed: 8, failed: 0 } },
    });
    expect(await rowsOf(sources)).toEqual([1, 2, 3, 4]);
  });

  it("leaves one that loses every session behind as failed, and goes on with the others", async () => {
    const { connection, sources } = await unmeasured(app, owner, 3);
    await aRefresh(app, owner, connection, sources, ["row-count"]);
    const { opened, sessions } = losing((table) => table === "t1");
    await app.outbox.drain(app.worker({ sessions }));
    expect(opened()).toBe(3);
    expect(await rowsOf(sources)).toEqual([1, null, 3]);
    expect(checkOf(await shown(owner, sources[1] as DataSource), "row-count").detail).toMatch(
      /^connection-lost: /,
    );
  });

  it("does not lose a session for each of a hundred: after three in a row the rest fails too", async () => {
    const { connection, sources } = await unmeasured(app, owner, 6);
    await aRefresh(app, owner, connection, sources, ["row-count"]);
    const { opened, sessions } = losing(() => true);
    await app.outbox.drain(app.worker({ sessions }));
    expect(opened()).toBe(6);
    for (const source of sources) {
      expect(checkOf(await shown(owner, source), "row-count").detail).toMatch(/^connection-lost: /);
    }
  });
});
