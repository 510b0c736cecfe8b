import { describe, expect, it } from "vitest";
import { nightly } from "#functions/operations/nightly.ts";
import { nightlyJobId } from "#core/health/start-nightly.ts";
import { anApp } from "#test/support/app.ts";
import { checkOf, shown } from "#test/support/health.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aConnection, aDataSource, aPersona, registering, type DataSource } from "#test/support/personas.ts";
import { runSql, uniqueName } from "#test/support/postgres-client.ts";
import { changedSessions, copies } from "#test/support/refresh.ts";

const app = await anApp();
const owner = await aPersona(app, { permissions: registering });
const connection = await aConnection(owner);
const schema = uniqueName("night");
await runSql(
  `create schema ${schema}`,
  `create table ${schema}.busy as select g as id from generate_series(1, 3) g`,
  `create table ${schema}.quiet as select g as id from generate_series(1, 2) g`,
  `create view ${schema}.shown as select * from ${schema}.quiet`,
  `create table ${schema}.parted (id int) partition by range (id)`,
  `create table ${schema}.part partition of ${schema}.parted for values from (0) to (100)`,
  `insert into ${schema}.parted values (1)`,
);
const aSource = (table: string, more: object = {}) =>
  aDataSource(owner, connection, { schema, table, ...more });
const [busy, quiet, view, parted] = [
  await aSource("busy"),
  await aSource("quiet"),
  await aSource("shown"),
  await aSource("parted"),
] as const;
await app.drain();

const begin = nightly({ ...app.parts, store: app.store, messages: app.outbox });
const nights = async () =>
  (await owner.api.listJobs({ query: { type: ["health-refresh"] } })).items.filter(
    ({ subject }) => subject.id === connection.id,
  );
/** A whole night: a day later, with all that it begins. Gives what its job found. */
async function aNight(worker = app.worker()) {
  app.clock.advance(24 * 60 * 60_000);
  await begin();
  await app.outbox.drain(worker);
  const [job] = await nights();
  return job;
}
const countedAt = async (source: DataSource) => (await shown(owner, source)).statistics.rowCount?.at;
/** What a backend did is counted when its statistics have arrived, at the latest when it ends. */
const change = (...statements: readonly string[]) => runSql(...statements);

describe("the nightly refresh", () => {
  it("is one job of each connection and night, however often the schedule runs", async () => {
    app.clock.advance(24 * 60 * 60_000);
    await begin();
    await begin();
    app.clock.advance(60_000);
    await begin();
    const jobs = await nights();
    expect(jobs).toHaveLength(1);
    expect(jobs[0]).toMatchObject({ state: "queued", subject: { type: "connection", id: connection.id } });
    await app.drain();
    await begin();
    expect(await nights()).toHaveLength(1);
    expect((await nights())[0]).toMatchObject({
      state: "succeeded",
      progress: { done: 4, total: 4 },
      result: { total: 4, measured: 4, unchanged: 0, leftAlone: 0 },
    });
  });

  it("is begun once also by two runs at the same time", async () => {
    app.clock.advance(24 * 60 * 60_000);
    const before = (await nights()).length;
    await Promise.all([begin(), begin(), begin()]);
    expect(await nights()).toHaveLength(before + 1);
    await app.drain();
    await app.store.sweepGenerations(app.clock.now());
    await expectSound(app);
  });

  it("leaves alone what has not changed, and says of nothing that it is fresher than it is", async () => {
    await aNight();
    const before = await Promise.all([busy, quiet, view, parted].map(countedAt));
    await change(`insert into ${schema}.busy values (4)`);
    const job = await aNight();
    expect(job).toMatchObject({ result: { total: 4, measured: 2, unchanged: 2 } });
    const after = await Promise.all([busy, quiet, view, parted].map(countedAt));
    const at = app.clock.now().toISOString();
    expect(after).toEqual([at, before[1], at, before[3]]);
    expect((await shown(owner, busy)).statistics.rowCount?.value).toBe(4);
  });

  it.each([
    ["rows that were taken out", busy, `delete from ${schema}.busy where id = 4`],
    ["a table that was emptied", quiet, `truncate ${schema}.quiet`],
    ["a column that was added", quiet, `alter table ${schema}.quiet add column more int`],
    ["rows in a partition", parted, `insert into ${schema}.parted values (2)`],
    ["a change that changes no count", busy, `update ${schema}.busy set id = 30 where id = 3`],
  ])("notices %s", async (_, source, sql) => {
    await aNight();
    await change(sql);
    await aNight();
    expect(await countedAt(source)).toBe(app.clock.now().toISOString());
  });

  it("counts again what failed the night before, changed or not", async () => {
    await aNight();
    await change(`alter table ${schema}.busy rename to hidden`);
    await aNight();
    expect((await shown(owner, busy)).health.status).toBe("unhealthy");
    await change(`alter table ${schema}.hidden rename to busy`);
    await aNight();
    expect((await shown(owner, busy)).health.status).toBe("healthy");
  });

  it("leaves alone what is disabled, and what must not be counted", async () => {
    const admin = await aPersona(app, { permissions: ["APPLICATION_ADMIN", "GOVERNANCE"] });
    await admin.api.createTag({ body: { name: "Quiet" } });
    await admin.api.updateSettings({ body: { preventStatisticsTag: "Quiet" } });
    await change(`create table ${schema}.silent (id int)`, `create table ${schema}.off (id int)`);
    const silent = await aSource("silent", { tags: ["Quiet"] });
    await admin.api.updateSettings({ body: { preventStatisticsTag: "" } });
    const off = await aSource("off");
    await app.drain();
    await owner.api.updateDataSource({ params: { dataSourceId: off.id }, body: { status: "disabled" } });
    const before = await countedAt(off);
    expect(await aNight()).toMatchObject({ result: { leftAlone: 2 } });
    expect(await countedAt(off)).toBe(before);
    expect(checkOf(await shown(owner, silent), "row-count")).toMatchObject({
      state: "skipped",
      detail: "statistics-prevented",
    });
    for (const { id } of [silent, off]) {
      await owner.api.deleteDataSource({ params: { dataSourceId: id } });
    }
    // Their domains go from the remote by jobs of their own.
    await app.drain();
  });

  it("goes through more data sources than it looks at together, in parts where a worker's time is short", async () => {
    await copies(app, owner, quiet, 60, connection.id);
    app.clock.advance(24 * 60 * 60_000);
    await begin();
    const { sessions, opened } = changedSessions(app);
    app.outbox.workerMs = 1000;
    for (let parts = 0; parts < 2; parts += 1) {
      await app.outbox.deliver(app.worker({ sessions }), app.outbox.take());
    }
    app.outbox.workerMs = Infinity;
    await app.outbox.drain(app.worker({ sessions }));
    expect(opened()).toBe(3);
    expect((await nights())[0]).toMatchObject({
      state: "succeeded",
      progress: { done: 64, total: 64 },
      attempts: 1,
      result: { total: 64 },
    });
  });

  it("does not begin another while that of one of the last three nights is unfinished, and makes up for it after that", async () => {
    app.clock.advance(24 * 60 * 60_000);
    await begin();
    const begun = (await nights()).length;
    for (let later = 1; later <= 3; later += 1) {
      app.clock.advance(24 * 60 * 60_000);
      await begin();
      expect(await nights()).toHaveLength(begun);
    }
    await app.drain();
    await begin();
    expect((await nights()).map(({ state }) => state).slice(0, 2)).toEqual(["queued", "succeeded"]);
    expect(await nights()).toHaveLength(begun + 1);
    await app.drain();
  });

  it("begins nothing where nothing stands on a connection, or where it is being deleted", async () => {
    const empty = await aConnection(owner);
    app.clock.advance(24 * 60 * 60_000);
    await begin();
    expect(
      await app.store.job(nightlyJobId(empty.id, Date.parse(app.clock.now().toISOString().slice(0, 10)))),
    ).toBe(null);
    await app.drain();
  });
});
