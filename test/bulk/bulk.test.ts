import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import {
  aWarehouse,
  changedSessions,
  reportOf,
  settledBy,
  startBulk,
  tableNames,
} from "#test/support/bulk.ts";
import { checkStates, shown } from "#test/support/health.ts";
import { aConnection, aPersona, aRegistrar, type DataSource } from "#test/support/personas.ts";
import { aLogin, aSchema, runSql } from "#test/support/postgres-client.ts";
import { asUser, unique } from "#test/support/records.ts";
import { auditOf, itemsOf } from "#test/support/table-items.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const governor = await aPersona(app, { permissions: ["GOVERNANCE", "APPLICATION_ADMIN"] });
const jobOf = (jobId: string) => owner.api.getJob({ params: { jobId } });

/** Runs a bulk registration and everything that it causes to the end. */
async function ended(given: Parameters<typeof startBulk>[2]) {
  const { id } = await startBulk(owner, connection, given);
  await app.drain();
  return await jobOf(id);
}

const sourcesOf = async (jobId: string): Promise<readonly DataSource[]> => {
  const made = (await reportOf(owner, jobId)).filter(({ kind }) => kind === "created");
  return await Promise.all(
    made.map(({ dataSourceId }) => owner.api.getDataSource({ params: { dataSourceId: dataSourceId ?? "" } })),
  );
};

describe("a bulk registration", () => {
  it("makes a data source of every table, whole and measured, and says what it did", async () => {
    const names = tableNames(30);
    const schema = await aWarehouse(...names);
    await runSql(`insert into ${schema}.t007 values (1), (2)`, `comment on table ${schema}.t007 is 'Seven'`);
    const job = await ended({ schemas: [schema] });
    expect(job).toMatchObject({
      type: "bulk-registration",
      state: "succeeded",
      subject: { type: "connection", id: connection.id, name: connection.name },
      progress: { done: 30, total: 30 },
      attempts: 1,
      error: null,
      result: { created: 30, skipped: {}, skippedTables: [], truncated: false },
    });
    const sources = await sourcesOf(job.id);
    expect(sources.map(({ name }) => name)).toEqual(names.map((name) => `${schema}.${name}`));
    const seven = sources[7];
    expect(seven).toMatchObject({
      remote: { schema, table: "t007", kind: "table" },
      description: "Seven",
      origin: { type: "bulk" },
      createdBy: owner.user.id,
      myRole: "owner",
      health: { status: "healthy" },
      statistics: { rowCount: { value: 2 } },
      columnCount: 1,
    });
    for (const source of sources) expect(checkStates(source)).toMatchObject({ "row-count": "passed" });
    const { items } = await owner.api.getDictionary({ params: { dataSourceId: seven?.id ?? "" } });
    expect(items.map(({ name }) => name)).toEqual(["id"]);
    const listed = await owner.api.listDataSources({ query: { search: schema, limit: 100 } });
    expect(listed.items.map(({ id }) => id)).toEqual(sources.map(({ id }) => id));
  });

  it("records a chunk once, names the record in each header, and has one job for its checks", async () => {
    const schema = await aWarehouse(...tableNames(5));
    const job = await ended({ schemas: [schema] });
    expect(await auditOf(app, "job", job.id)).toEqual(["data-source:create", "job:succeeded"]);
    const [record] = (await app.store.activity("job", job.id, null, 10)).items.toReversed();
    const sources = await sourcesOf(job.id);
    expect(record).toMatchObject({
      actor: owner.user.id,
      details: { dataSourceIds: sources.map(({ id }) => id) },
    });
    const view = await app.store.dataSource(sources[0]?.id ?? "", asUser(owner.user.id));
    expect(view?.dataSource.auditedIn).toEqual([{ jobId: job.id, auditId: record?.id }]);
    const { items } = await owner.api.listJobs({ query: { type: "health-refresh", limit: 1 } });
    expect(items).toMatchObject([{ state: "succeeded", progress: { done: 5, total: 5 } }]);
    expect(await auditOf(app, "connection", connection.id)).toContain("connection:register-tables");
  });

  it("takes include and exclude, the name template and tags", async () => {
    const schema = await aWarehouse("orders", "orders_old", "customers", "Orders 2026");
    const tag = unique("Finance.");
    await governor.api.createTag({ body: { name: tag } });
    const job = await ended({
      schemas: [schema],
      include: ["orders*", `${schema}.Orders*`],
      exclude: ["*_old"],
      nameTemplate: "<database> / <tablename> <<raw>",
      tags: [tag.toUpperCase()],
    });
    const database = String(connection.config["database"]);
    const sources = await sourcesOf(job.id);
    expect(sources.map(({ name }) => name)).toEqual([
      `${database} / Orders 2026 <raw>`,
      `${database} / orders <raw>`,
    ]);
    for (const { tags } of sources) expect(tags).toMatchObject([{ name: tag, provenance: "manual" }]);
  });

  it("takes no statistics where the tag prevents them, and has no job for them", async () => {
    const tag = unique("Heavy");
    await governor.api.createTag({ body: { name: tag } });
    const before = await governor.api.updateSettings({ body: { preventStatisticsTag: tag.toUpperCase() } });
    expect(before).toBeDefined();
    const schema = await aWarehouse("a", "b");
    const { id } = await startBulk(owner, connection, { schemas: [schema], tags: [tag] });
    await app.outbox.deliver(app.worker(), app.outbox.take(id));
    await governor.api.updateSettings({ body: { preventStatisticsTag: "" } });
    expect(app.outbox.jobIds).toEqual([]);
    const [source] = await sourcesOf(id);
    expect(source).toMatchObject({ statisticsPrevented: true, health: { status: "healthy" } });
    expect(source && checkStates(source)).toMatchObject({ "row-count": "skipped", fingerprint: "skipped" });
  });

  it("leaves out what it cannot take, each with its reason", async () => {
    const schema = await aWarehouse("good", 'q"uote', "Größe 🐘", "twice", "TWICE");
    await runSql(
      `create view ${schema}.broken as select ('secret' || n)::int as x from generate_series(1, 2) n`,
      `create table ${schema}.nothing ()`,
    );
    await startBulk(owner, connection, { schemas: [schema], include: ["good"] });
    await app.drain();
    const job = await ended({ schemas: [schema, "pg_catalog"] });
    expect(await settledBy(owner, job.id)).toEqual({
      pg_catalog: "reserved-schema",
      TWICE: "created",
      "Größe 🐘": "created",
      nothing: "created",
      broken: "query-failed",
      good: "already-registered",
      'q"uote': "created",
      twice: "name-taken",
    });
    expect(job).toMatchObject({
      state: "succeeded",
      progress: { done: 7, total: 7 },
      result: {
        created: 4,
        skipped: {
          "reserved-schema": 1,
          "query-failed": 1,
          "already-registered": 1,
          "name-taken": 1,
        },
        truncated: false,
      },
    });
    expect(JSON.stringify(await reportOf(owner, job.id))).not.toContain("secret1");
  });

  it("leaves out a table with more than 1,600 columns, and one that went away while it was looked at", async () => {
    const schema = await aWarehouse("gone", "narrow", "wide");
    const { id } = await startBulk(owner, connection, { schemas: [schema] });
    const sessions = changedSessions(app.gateway, (session) => ({
      ...session,
      // PostgreSQL has no such table; other technologies may.
      listRelations: async (query) => {
        const listed = await session.listRelations(query);
        return listed.map((each) => (each.name === "wide" ? { ...each, columnCount: 1700 } : each));
      },
      describeMany: async (relations) => {
        const described = await session.describeMany(relations.filter(({ name }) => name !== "gone"));
        return described.map((each) => {
          const [column] = each.columns;
          if (each.name !== "wide" || column === undefined) return each;
          return { ...each, columns: Array.from({ length: 1601 }, () => column) };
        });
      },
    }));
    await app.outbox.deliver(app.worker({ sessions }), app.outbox.take(id));
    expect(await reportOf(owner, id)).toMatchObject([
      { table: "narrow", kind: "created" },
      { table: "gone", reason: "table-not-found" },
      { table: "wide", reason: "too-many-columns", detail: "1700 columns" },
    ]);
    await app.drain();
  });

  it("leaves out what the login of the connection may not read", async () => {
    const schema = await aWarehouse("closed", "open");
    const login = await aLogin();
    await runSql(
      `grant usage on schema ${schema} to ${login.username}`,
      `grant select on ${schema}.open to ${login.username}`,
      `create view ${schema}.barred as select * from ${schema}.closed`,
      `create view ${schema}.over_closed with (security_invoker) as select * from ${schema}.closed`,
      `grant select on ${schema}.over_closed to ${login.username}`,
    );
    const reader = await aConnection(owner, { credentials: login });
    const { id } = await startBulk(owner, reader, { schemas: [schema] });
    await app.drain();
    const lines = await reportOf(owner, id);
    expect(lines).toMatchObject([
      { table: "open", kind: "created" },
      { table: "barred", reason: "permission-denied", detail: "" },
      { table: "closed", reason: "permission-denied", detail: "" },
      { table: "over_closed", reason: "permission-denied", detail: expect.stringContaining("closed") },
    ]);
    for (const secret of Object.values(login)) expect(JSON.stringify(lines)).not.toContain(secret);
  });

  it("that finds nothing succeeds with nothing", async () => {
    const schema = await aSchema();
    expect(await ended({ schemas: [schema] })).toMatchObject({
      state: "succeeded",
      result: { created: 0, skipped: {}, createdDataSources: [], truncated: false },
    });
  });

  it("repeated makes nothing twice", async () => {
    const schema = await aWarehouse(...tableNames(14));
    await ended({ schemas: [schema] });
    const guards = (await itemsOf(app, "guard")).length;
    expect(await ended({ schemas: [schema] })).toMatchObject({
      result: { created: 0, skipped: { "already-registered": 14 } },
    });
    expect((await itemsOf(app, "guard")).length).toBe(guards);
  });

  it("goes through whole databases by glob, in pages", async () => {
    const prefix = await aSchema();
    for (const suffix of ["_b", "_a"]) {
      await runSql(`create schema ${prefix}${suffix}`, `create table ${prefix}${suffix}.x (id int)`);
    }
    const job = await ended({ schemas: [`${prefix}_?`] });
    const sources = await sourcesOf(job.id);
    expect(sources.map(({ remote }) => remote.schema)).toEqual([`${prefix}_a`, `${prefix}_b`]);
    const [first] = sources;
    expect(first && (await shown(owner, first)).statistics.rowCount?.value).toBe(0);
  });
});
