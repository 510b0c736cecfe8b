import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { checkOf, checkStates, shown } from "#test/support/health.ts";
import {
  aConnection,
  aDataSource,
  aPersona,
  aRegistrar,
  aRemoteTable,
  type DataSource,
} from "#test/support/personas.ts";
import { aLogin, runSql } from "#test/support/postgres-client.ts";
import { auditOf } from "#test/support/table-items.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);

/** A data source over a new table that has not been measured yet. */
async function aSource(columns?: string, rows?: string, more: object = {}): Promise<DataSource> {
  return aDataSource(owner, connection, { ...(await aRemoteTable(columns, rows)), ...more });
}
const check = async (source: DataSource, ...checks: string[]) => {
  const params = { dataSourceId: source.id };
  const body = checks.length === 0 ? {} : { checks: checks as ["row-count"] };
  const job = await owner.api.runChecks({ params, body });
  await app.drain();
  return owner.api.getJob({ params: { jobId: job.id } });
};
const measured = async (source: DataSource): Promise<DataSource> => {
  await app.drain();
  return shown(owner, source);
};
const statistics = {
  "row-count": "passed",
  "high-cardinality": "passed",
  fingerprint: "passed",
};

describe("a new data source", () => {
  it("goes from pending over running to passed, with exact figures and their dates", async () => {
    const source = await aSource(
      "id int primary key, kind text",
      "select n, n % 3 from generate_series(1, 500) n",
    );
    expect(checkStates(source)).toMatchObject({
      "row-count": "pending",
      "high-cardinality": "pending",
      fingerprint: "pending",
    });
    const seen: Readonly<Record<string, string>>[] = [];
    const sessions = {
      withSession: async (...given: Parameters<typeof app.gateway.withSession>) => {
        seen.push(checkStates(await shown(owner, source)));
        return await app.gateway.withSession(...given);
      },
    };
    app.clock.advance(1000);
    await app.outbox.drain(app.worker({ sessions: sessions as typeof app.gateway }));
    expect(seen).toEqual([
      expect.objectContaining({
        connectivity: "passed",
        "row-count": "running",
        "high-cardinality": "running",
        fingerprint: "running",
      }),
    ]);
    const at = app.clock.now().toISOString();
    const after = await shown(owner, source);
    expect(after).toMatchObject({
      health: { status: "healthy" },
      statistics: {
        rowCount: { value: 500, exact: true, at },
        highCardinalityColumn: { name: "id", distinct: 500, exact: true, at },
        fingerprintAt: at,
      },
      version: 1,
    });
    expect(checkStates(after)).toMatchObject({ connectivity: "passed", ...statistics });
    expect(checkOf(after, "row-count")).toMatchObject({ startedAt: at, finishedAt: at, detail: "" });
    const [job] = (await owner.api.listJobs({ query: { dataSourceId: source.id } })).items;
    expect(job).toMatchObject({
      state: "succeeded",
      attempts: 1,
      progress: { done: 3, total: 3 },
      error: null,
      result: { checks: statistics },
      startedAt: at,
      finishedAt: at,
    });
    const { items } = await owner.api.listDataSources({ query: { search: source.name } });
    expect(items[0]?.statistics).toEqual(after.statistics);
    expect(items).toMatchObject([
      { health: { status: "healthy" }, statistics: { rowCount: { value: 500 } } },
    ]);
  });

  it("of no rows counts 0, and skips what has no rows to look at", async () => {
    const after = await measured(await aSource());
    expect(after).toMatchObject({
      health: { status: "healthy" },
      statistics: { rowCount: { value: 0, exact: true }, highCardinalityColumn: null },
    });
    expect(checkOf(after, "row-count").state).toBe("passed");
    expect(checkOf(after, "high-cardinality")).toMatchObject({ state: "skipped", detail: "no-rows" });
  });

  it.each([
    ["of nulls alone", "a int, b text", "values (null, null), (null, null)"],
    ["without a column that can be counted", "a json, b xml", "values ('{}', null)"],
  ])("%s has no high cardinality column, and stays healthy", async (_, columns, rows) => {
    const after = await measured(await aSource(columns, rows));
    expect(after).toMatchObject({
      health: { status: "healthy" },
      statistics: { highCardinalityColumn: null },
    });
    expect(checkOf(after, "high-cardinality")).toMatchObject({ state: "skipped", detail: "no-candidate" });
  });

  it("of several columns takes the one with the most values, a key before others of as many", async () => {
    const rows = "select n % 50, n, n from generate_series(1, 200) n";
    const after = await measured(await aSource("a int, b int, c int primary key", rows));
    expect(after.statistics.highCardinalityColumn).toMatchObject({ name: "c", distinct: 200 });
  });
});

describe("the prevent-statistics tag", () => {
  it("in any case, at creation, keeps everything from being counted until somebody asks", async () => {
    const admin = await aPersona(app, { permissions: ["APPLICATION_ADMIN", "GOVERNANCE"] });
    await admin.api.createTag({ body: { name: "No.Statistics" } });
    await admin.api.updateSettings({ body: { preventStatisticsTag: "no.statistics" } });
    const source = await aSource("id int", "values (1)", { tags: ["NO.STATISTICS"] });
    const skipped = { "row-count": "skipped", "high-cardinality": "skipped", fingerprint: "skipped" };
    expect(checkStates(source)).toMatchObject({ connectivity: "passed", ...skipped });
    expect(checkOf(source, "row-count").detail).toBe("statistics-prevented");
    expect(source).toMatchObject({ statisticsPrevented: true, health: { status: "healthy" } });
    expect((await owner.api.listJobs({ query: { dataSourceId: source.id } })).items).toEqual([]);
    await check(source, "row-count", "high-cardinality", "fingerprint");
    const after = await shown(owner, source);
    expect(checkStates(after)).toMatchObject(statistics);
    expect(after).toMatchObject({ statisticsPrevented: true, statistics: { rowCount: { value: 1 } } });
    await admin.api.updateSettings({ body: { preventStatisticsTag: "" } });
  });

  it("is cleared by an owner alone, and holds for nothing that is there already", async () => {
    const admin = await aPersona(app, { permissions: ["APPLICATION_ADMIN", "GOVERNANCE"] });
    await admin.api.createTag({ body: { name: "Hush" } });
    await admin.api.updateSettings({ body: { preventStatisticsTag: "Hush" } });
    const source = await aSource("id int", "values (1)", { tags: ["Hush"] });
    await admin.api.updateSettings({ body: { preventStatisticsTag: "" } });
    expect((await shown(owner, source)).statisticsPrevented).toBe(true);
    const params = { dataSourceId: source.id };
    await owner.api.updateDataSource({ params, body: { statisticsPrevented: false } });
    expect((await shown(owner, source)).statisticsPrevented).toBe(false);
    expect(
      (
        await app.call("PATCH", `/data-sources/${source.id}`, {
          as: owner,
          body: { statisticsPrevented: true },
        })
      ).status,
    ).toBe(400);
  });

  it("put on later, or a parent or child of it, prevents nothing", async () => {
    const admin = await aPersona(app, { permissions: ["APPLICATION_ADMIN", "GOVERNANCE"] });
    for (const name of ["Quiet.Please", "Quiet.Please.Now"]) await admin.api.createTag({ body: { name } });
    await admin.api.updateSettings({ body: { preventStatisticsTag: "Quiet.Please" } });
    const source = await aSource("id int", "values (1)", { tags: ["Quiet", "Quiet.Please.Now"] });
    expect(source.statisticsPrevented).toBe(false);
    await owner.api.addTags({ params: { dataSourceId: source.id }, body: { tags: ["Quiet.Please"] } });
    expect(checkStates(await measured(source))).toMatchObject(statistics);
    expect((await shown(owner, source)).statisticsPrevented).toBe(false);
    await admin.api.updateSettings({ body: { preventStatisticsTag: "" } });
  });
});

describe("what the remote refuses", () => {
  it("a table that vanished makes it unhealthy with the reason; when it is back, healthy again", async () => {
    const source = await aSource("id int primary key", "values (1), (2)");
    const { schema, table } = source.remote;
    await measured(source);
    await runSql(`drop table ${schema}.${table}`);
    expect(await check(source)).toMatchObject({
      state: "succeeded",
      result: { checks: { connectivity: "failed" } },
    });
    const gone = await shown(owner, source);
    expect(gone).toMatchObject({ health: { status: "unhealthy" }, statistics: { rowCount: { value: 2 } } });
    expect(checkOf(gone, "connectivity").detail).toMatch(/^table-not-found: /);
    expect(checkOf(gone, "row-count").detail).toMatch(/^table-not-found: /);
    const listed = await owner.api.listDataSources({ query: { health: "unhealthy", search: source.name } });
    expect(listed.items).toHaveLength(1);
    await check(source);
    await runSql(`create table ${schema}.${table} (id int primary key)`);
    await check(source);
    const back = await shown(owner, source);
    expect(back).toMatchObject({ health: { status: "healthy" }, statistics: { rowCount: { value: 0 } } });
    const turns = (await auditOf(app, "data-source", source.id)).filter((action) =>
      action.endsWith("healthy"),
    );
    expect(turns).toEqual(["data-source:unhealthy", "data-source:healthy"]);
  });

  it("stays unhealthy while a check that failed runs again", async () => {
    const source = await aSource("id int", "values (1)");
    await measured(source);
    await runSql(`drop table ${source.remote.schema}.${source.remote.table}`);
    await check(source);
    await owner.api.runChecks({ params: { dataSourceId: source.id }, body: {} });
    const seen: DataSource[] = [];
    const sessions: typeof app.gateway = {
      ...app.gateway,
      withSession: async (...given) => {
        seen.push(await shown(owner, source));
        return await app.gateway.withSession(...given);
      },
    };
    await app.outbox.drain(app.worker({ sessions }));
    expect(seen.map(({ health }) => health.status)).toEqual(["unhealthy"]);
    expect(seen[0] === undefined ? {} : checkStates(seen[0])).toMatchObject({ "row-count": "running" });
  });

  it("a login that lost its rights makes it unhealthy, and gets them back", async () => {
    const login = await aLogin();
    const { schema, table } = await aRemoteTable("id int", "values (1)");
    const grants = [
      `grant usage on schema ${schema} to ${login.username}`,
      `grant select on ${schema}.${table} to ${login.username}`,
    ];
    await runSql(...grants);
    const source = await aDataSource(owner, await aConnection(owner, { credentials: login }), {
      schema,
      table,
    });
    await runSql(`revoke select on ${schema}.${table} from ${login.username}`);
    const lost = await measured(source);
    expect(lost.health.status).toBe("unhealthy");
    expect(checkOf(lost, "row-count")).toMatchObject({
      state: "failed",
      detail: expect.stringMatching(/^permission-denied: /),
    });
    await runSql(`grant select on ${schema}.${table} to ${login.username}`);
    await check(source);
    expect((await shown(owner, source)).health.status).toBe("healthy");
  });

  it("a password that changed fails every check for that reason, and asks nothing more", async () => {
    const login = await aLogin();
    const { schema, table } = await aRemoteTable("id int", "values (1)");
    await runSql(
      `grant usage on schema ${schema} to ${login.username}`,
      `grant select on ${schema}.${table} to ${login.username}`,
    );
    const source = await aDataSource(owner, await aConnection(owner, { credentials: login }), {
      schema,
      table,
    });
    await runSql(`alter role ${login.username} password 'another'`);
    const after = await measured(source);
    for (const name of ["row-count", "high-cardinality", "fingerprint"] as const) {
      expect(checkOf(after, name)).toMatchObject({
        state: "failed",
        detail: expect.stringMatching(/^authentication-failed: /),
      });
      expect(checkOf(after, name).detail).not.toContain(login.username);
    }
  });

  it("a statement that the engine ended fails its check by that name", async () => {
    const { schema } = await aRemoteTable();
    await runSql(
      `create view ${schema}.slow as select n from generate_series(1, 3) n
        where case when n > 1 then pg_sleep(30) is not null else true end`,
    );
    const source = await aDataSource(owner, connection, { schema, table: "slow" });
    await app.outbox.drain(app.worker({ statementTimeoutMs: 150 }));
    const after = await shown(owner, source);
    expect(after.health.status).toBe("unhealthy");
    expect(checkOf(after, "row-count")).toMatchObject({
      state: "failed",
      detail: expect.stringMatching(/^statement-timeout: /),
    });
  });

  it("a view that breaks on some row fails its check, without the value", async () => {
    const { schema } = await aRemoteTable();
    await runSql(
      `create view ${schema}.broken as select n from generate_series(1, 3) n
        where case when n > 1 then ('raw-value' || n)::int = 0 else true end`,
    );
    const after = await measured(await aDataSource(owner, connection, { schema, table: "broken" }));
    expect(after.health.status).toBe("unhealthy");
    expect(checkOf(after, "row-count").detail).toMatch(/^query-failed: /);
    expect(JSON.stringify(after)).not.toContain("raw-value");
  });
});
