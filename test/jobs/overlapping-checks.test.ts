import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { checkOf, shown } from "#test/support/health.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aDataSource, aRegistrar, aRemoteTable, type DataSource } from "#test/support/personas.ts";
import { runSql } from "#test/support/postgres-client.ts";
import { aRefresh, changedSessions, withoutOwnJobs } from "#test/support/refresh.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const minutes = 60_000;

/** A data source over a table of two rows, whose checks wait. */
async function aSource(): Promise<{ readonly source: DataSource; readonly relation: string }> {
  const { schema, table } = await aRemoteTable("id int", "values (1), (2)");
  const source = await aDataSource(owner, connection, { schema, table });
  return { source, relation: `${schema}.${table}` };
}

/** Runs what waits, where something happens once while the first fingerprint takes long, after the rows were counted. */
async function runLong(happens: () => Promise<void>): Promise<void> {
  const message = app.outbox.take();
  let begun = false;
  const { sessions } = changedSessions(app, (session) => ({
    keyStoreRefusal: async () => {
      if (!begun) {
        begun = true;
        app.clock.advance(4 * minutes);
        await happens();
        app.clock.advance(minutes);
      }
      return await session.keyStoreRefusal();
    },
  }));
  expect(await app.outbox.deliver(app.worker({ sessions }), message)).toBe(0);
}

/** Has the rows counted by a job of its own, from its beginning to its end. */
async function count({ id }: DataSource): Promise<void> {
  await owner.api.runChecks({ params: { dataSourceId: id }, body: { checks: ["row-count"] } });
  await app.drain();
}

const ofItsOwn = () => Promise.resolve();
async function forMany(source: DataSource): Promise<void> {
  await withoutOwnJobs(app, owner, [source]);
  await aRefresh(app, owner, connection, [source]);
}

describe("of two jobs that check a data source at the same time", () => {
  it.each([
    ["of its own", ofItsOwn],
    ["for many", forMany],
  ])("the later failure stands when the longer job %s ends after it", async (_, prepare) => {
    const { source, relation } = await aSource();
    await prepare(source);
    await runLong(async () => {
      await runSql(`alter table ${relation} rename to away`);
      await count(source);
    });
    const after = await shown(owner, source);
    const failed = checkOf(after, "row-count");
    expect(failed).toMatchObject({ state: "failed", detail: expect.stringContaining("table-not-found") });
    expect(after).toMatchObject({ health: { status: "unhealthy" }, statistics: { rowCount: null } });
    const fingerprint = checkOf(after, "fingerprint");
    expect(fingerprint.state).toBe("passed");
    expect(Date.parse(fingerprint.finishedAt ?? "")).toBe(Date.parse(failed.finishedAt ?? "") + minutes);
    await expectSound(app);
  });

  it("the later count stands with its date, whichever is stored last", async () => {
    const { source, relation } = await aSource();
    await runLong(async () => {
      await runSql(`insert into ${relation} values (3)`);
      await count(source);
    });
    const after = await shown(owner, source);
    const { finishedAt } = checkOf(after, "row-count");
    expect(after.statistics.rowCount).toMatchObject({ value: 3, at: finishedAt });
    const end = checkOf(after, "fingerprint").finishedAt;
    expect(Date.parse(end ?? "")).toBe(Date.parse(finishedAt ?? "") + minutes);
  });

  it("the later failure stands also while that check runs once more, and is shown to run", async () => {
    const { source, relation } = await aSource();
    await runLong(async () => {
      await runSql(`alter table ${relation} rename to away`);
      await count(source);
      await owner.api.runChecks({ params: { dataSourceId: source.id }, body: { checks: ["row-count"] } });
      const { sessions } = changedSessions(app, () => ({
        countRows: () => Promise.reject(new Error("the worker is gone")),
      }));
      expect(await app.outbox.deliver(app.worker({ sessions }), app.outbox.take())).toBe(1);
    });
    const running = await shown(owner, source);
    expect(checkOf(running, "row-count")).toMatchObject({ state: "running", detail: "", finishedAt: null });
    expect(running.health.status).toBe("unhealthy");
    await app.drain();
    expect(checkOf(await shown(owner, source), "row-count").state).toBe("failed");
  });
});
