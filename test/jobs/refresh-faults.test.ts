import { createServer, connect, type AddressInfo, type Socket } from "node:net";
import { once } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import { anApp } from "#test/support/app.ts";
import { checkOf, shown } from "#test/support/health.ts";
import { expectSound } from "#test/support/invariants.ts";
import {
  aConnection,
  aDataSource,
  aPersona,
  connectionBody,
  postgresConfig,
  registering,
  type DataSource,
} from "#test/support/personas.ts";
import { aLogin, pgClient, runSql, uniqueName } from "#test/support/postgres-client.ts";
import { aRefresh, changedSessions, copies, withoutOwnJobs } from "#test/support/refresh.ts";

const app = await anApp();
const owner = await aPersona(app, { permissions: registering });
const jobOf = (jobId: string) => owner.api.getJob({ params: { jobId } });

/** A way to the run's PostgreSQL that can be cut. */
async function aRoad() {
  const { host, port } = postgresConfig();
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, host);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => [near, far].forEach((each) => each.destroy()));
    }
    near.pipe(far).pipe(near);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(cut);
  return { port: (server.address() as AddressInfo).port, cut };
}

/** Tables and views with something about each, readable for a login of its own. */
async function aTroubledSchema() {
  const login = await aLogin();
  const schema = uniqueName("trouble");
  await runSql(
    `create schema ${schema}`,
    `create table ${schema}.empty (id int)`,
    `create table ${schema}.nulls as select null::int as a, null::text as b from generate_series(1, 3)`,
    `create table ${schema}.single as select g as only from generate_series(1, 3) g`,
    `create table ${schema}.uncountable as select '{}'::json as doc`,
    `create table ${schema}.gone (id int)`,
    `create table ${schema}.closed (id int)`,
    `create table ${schema}.locked (id int)`,
    `create view ${schema}.broken as select n from generate_series(1, 3) n
       where case when n > 1 then ('raw-value' || n)::int = 0 else true end`,
    `create view ${schema}.slow as select n from generate_series(1, 3) n
       where case when n > 1 then pg_sleep(60) is not null else true end`,
    `create table ${schema}.well as select g as id from generate_series(1, 5) g`,
    `grant usage on schema ${schema} to ${login.username}`,
    `grant select on all tables in schema ${schema} to ${login.username}`,
  );
  return { login, schema };
}

describe("a refresh over tables of every kind", () => {
  it("tells of each what is the matter with it, by name, and of the others that they are well", async () => {
    const { login, schema } = await aTroubledSchema();
    const connection = await aConnection(owner, { credentials: login });
    const names = [
      "empty",
      "nulls",
      "single",
      "uncountable",
      "gone",
      "closed",
      "locked",
      "broken",
      "slow",
      "well",
    ];
    const sources = new Map<string, DataSource>();
    for (const table of names) {
      sources.set(table, await aDataSource(owner, connection, { schema, table }));
    }
    await withoutOwnJobs(app, owner, [...sources.values()]);
    await runSql(`drop table ${schema}.gone`, `revoke select on ${schema}.closed from ${login.username}`);
    const holder = await pgClient();
    await holder.query(`begin; lock table ${schema}.locked in access exclusive mode`);
    const jobId = await aRefresh(app, owner, connection, [...sources.values()]);
    await app.outbox.drain(app.worker({ statementTimeoutMs: 300 }));
    await holder.query("rollback");
    const seen: Record<string, string> = {};
    for (const [name, source] of sources) {
      const after = await shown(owner, source);
      const count = checkOf(after, "row-count");
      const column = checkOf(after, "high-cardinality");
      expect(JSON.stringify(after)).not.toContain("raw-value");
      seen[name] = `${after.health.status} ${count.state} ${(count.detail || column.detail).split(":")[0]}`;
    }
    expect(seen).toEqual({
      empty: "healthy passed no-rows",
      nulls: "healthy passed no-candidate",
      single: "healthy passed ",
      uncountable: "healthy passed no-candidate",
      gone: "unhealthy failed table-not-found",
      closed: "unhealthy failed permission-denied",
      locked: "unhealthy failed lock-timeout",
      broken: "unhealthy failed query-failed",
      slow: "unhealthy failed statement-timeout",
      well: "healthy passed ",
    });
    expect(await jobOf(jobId)).toMatchObject({
      state: "succeeded",
      result: { total: 10, measured: 10, unhealthy: 5 },
    });
    const client = await pgClient();
    const { rows } = await client.query(
      `select query from pg_stat_activity where usename = '${login.username}' and state = 'active'`,
    );
    expect(rows).toEqual([]);
  });

  it("with a password that changed fails all of them by that reason, and asks once", async () => {
    const { login, schema } = await aTroubledSchema();
    const connection = await aConnection(owner, { credentials: login });
    const sources = [
      await aDataSource(owner, connection, { schema, table: "well" }),
      await aDataSource(owner, connection, { schema, table: "single" }),
    ];
    await withoutOwnJobs(app, owner, sources);
    await runSql(`alter role ${login.username} password 'another'`);
    await aRefresh(app, owner, connection, sources);
    const { sessions, opened } = changedSessions(app);
    await app.outbox.drain(app.worker({ sessions }));
    expect(opened()).toBe(1);
    for (const source of sources) {
      expect(checkOf(await shown(owner, source), "row-count").detail).toMatch(/^authentication-failed: /);
    }
  });

  it("on a server that goes down in the middle keeps what was counted, and fails the rest as unreachable", async () => {
    const { login, schema } = await aTroubledSchema();
    const road = await aRoad();
    const connection = await aConnection(owner, {
      credentials: login,
      config: { ...connectionBody().config, host: "127.0.0.1", port: road.port },
    });
    const sources: DataSource[] = [];
    for (const table of ["well", "single", "empty"]) {
      sources.push(await aDataSource(owner, connection, { schema, table }));
    }
    await withoutOwnJobs(app, owner, sources);
    const jobId = await aRefresh(app, owner, connection, sources);
    const { sessions } = changedSessions(app, (session) => ({
      countRows: async (relation) => {
        if (relation.name === "single") road.cut();
        return await session.countRows(relation);
      },
    }));
    await app.outbox.drain(app.worker({ sessions }));
    const details = await Promise.all(
      sources.map(async (source) => checkOf(await shown(owner, source), "row-count").detail.split(":")[0]),
    );
    expect(details).toEqual(["", "unreachable", "unreachable"]);
    expect(await jobOf(jobId)).toMatchObject({ state: "succeeded", result: { measured: 3, unhealthy: 2 } });
  });

  it("leaves nothing behind that does not fit together", async () => {
    await app.store.sweepGenerations(app.clock.now());
    await app.sweep();
    app.clock.advance(1000);
    await app.drain();
    expect((await jobsThatWait()).length).toBe(0);
    await expectSound(app);
  });

  it("checks a hundred data sources in one job and one session", async () => {
    const schema = uniqueName("hundred");
    await runSql(`create schema ${schema}`, `create table ${schema}.t as select 1 as id`);
    const connection = await aConnection(owner);
    const template = await aDataSource(owner, connection, { schema, table: "t" });
    await app.drain();
    const sources = await copies(app, owner, template, 100);
    const jobId = await aRefresh(app, owner, connection, sources);
    const { sessions, opened } = changedSessions(app);
    await app.outbox.drain(app.worker({ sessions }));
    expect(opened()).toBe(1);
    expect(await jobOf(jobId)).toMatchObject({
      state: "succeeded",
      progress: { done: 100, total: 100 },
      result: { measured: 100, unhealthy: 0, checks: { passed: 300, failed: 0, skipped: 0 } },
    });
  });
});

const jobsThatWait = async () => (await app.store.activeJobs(null)).items;
