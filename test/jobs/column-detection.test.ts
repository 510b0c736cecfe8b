import { describe, expect, it } from "vitest";
import type { RemoteSessions } from "#core/ports/remote.ts";
import { anApp } from "#test/support/app.ts";
import { checkOf, shown } from "#test/support/health.ts";
import { expectSound } from "#test/support/invariants.ts";
import {
  aConnection,
  aDataSource,
  aPersona,
  aRegistrar,
  aRemoteTable,
  type DataSource,
} from "#test/support/personas.ts";
import { aLogin, runSql } from "#test/support/postgres-client.ts";
import { aRefresh, unmeasured } from "#test/support/refresh.ts";
import { auditOf, itemsOf } from "#test/support/table-items.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
await governor.api.createTag({ body: { name: "Secret" } });

/** A data source whose columns all have a description of a person's, `of <name>`, and a tag. */
async function aSource(columns = "id int primary key, email text, amount int") {
  const { schema, table } = await aRemoteTable(columns, "");
  const source = await aDataSource(owner, connection, { schema, table });
  await app.drain();
  const { items } = await owner.api.getDictionary({ params: { dataSourceId: source.id }, query: {} });
  const changes = items.map(({ name }) => ({
    column: name,
    description: `of ${name}`,
    addTags: ["Secret"],
  }));
  await owner.api.updateDictionary({ params: { dataSourceId: source.id }, body: { changes } });
  return { source, schema, table: `${schema}.${table}` };
}
async function detect(source: DataSource, sessions?: RemoteSessions): Promise<DataSource> {
  app.clock.advance(1000);
  await owner.api.runChecks({
    params: { dataSourceId: source.id },
    body: { checks: ["column-detection"] },
  });
  await app.outbox.drain(app.worker(sessions === undefined ? {} : { sessions }));
  return shown(owner, source);
}
/** A remote whose tables have more columns than PostgreSQL lets one have. */
const outgrown: RemoteSessions = {
  withSession: (target, budget, work) =>
    app.gateway.withSession(target, budget, (session) =>
      work({
        ...session,
        describe: async (relation) => {
          const found = await session.describe(relation);
          const [column] = found.columns;
          const columns = Array.from({ length: 1601 }, () => column).filter((one) => one !== undefined);
          return { ...found, columns };
        },
      }),
    ),
};
const columnsOf = async ({ id }: DataSource) =>
  (await owner.api.getDictionary({ params: { dataSourceId: id }, query: { limit: 200 } })).items;
/** The dictionary as `name: description`, of those with a description or a tag. */
const texts = async (source: DataSource) =>
  Object.fromEntries(
    (await columnsOf(source)).map(({ name, description, tags }) => [
      name,
      tags.length === 1 ? description : "",
    ]),
  );
const rounds = async (source: DataSource) =>
  (await auditOf(app, "data-source", source.id)).filter(
    (action) => action === "data-source:refresh-dictionary",
  ).length;

describe("column detection", () => {
  it("of an unchanged table passes, and writes nothing of the data source", async () => {
    const { source } = await aSource();
    const before = await shown(owner, source);
    const headers = await itemsOf(app, "data-source", "dictionary-chunk", "retired-generation");
    const after = await detect(source);
    expect(checkOf(after, "column-detection")).toMatchObject({ state: "passed", detail: "" });
    expect({ ...after, health: before.health }).toEqual(before);
    expect(await itemsOf(app, "data-source", "dictionary-chunk", "retired-generation")).toEqual(headers);
    expect(await rounds(source)).toBe(0);
  });

  it("runs with all other checks where none is named, and they look at the columns that there are now", async () => {
    const { source, table } = await aSource();
    await runSql(`alter table ${table} rename email to mail`, `insert into ${table} values (1, 'a', 5)`);
    await owner.api.runChecks({ params: { dataSourceId: source.id }, body: {} });
    await app.drain();
    const after = await shown(owner, source);
    expect(checkOf(after, "column-detection").state).toBe("passed");
    expect(checkOf(after, "fingerprint").state).toBe("passed");
    expect(Object.keys(await texts(source))).toEqual(["id", "mail", "amount"]);
  });

  it("follows a renamed column: its text and tags stay with it, and the version rises once", async () => {
    const { source, table } = await aSource();
    await runSql(`alter table ${table} rename email to mail`);
    const before = await shown(owner, source);
    const after = await detect(source);
    expect(await texts(source)).toEqual({ id: "of id", mail: "of email", amount: "of amount" });
    expect(after.version).toBe(before.version + 1);
    const [record] = (await app.store.activity("data-source", source.id, null, 1)).items;
    expect(record).toMatchObject({
      actor: "system",
      action: "data-source:refresh-dictionary",
      details: { renamed: { count: 1, first: [{ from: "email", to: "mail" }] } },
    });
  });

  it("keeps the figures of a renamed column under its new name", async () => {
    const { schema, table } = await aRemoteTable("id int primary key, n int", "values (1, 1), (2, 1)");
    const source = await aDataSource(owner, connection, { schema, table });
    await app.drain();
    await runSql(`alter table ${schema}.${table} rename id to key`);
    expect((await detect(source)).statistics.highCardinalityColumn).toMatchObject({ name: "key" });
  });

  it("sees a swap of two names as one", async () => {
    const { source, table } = await aSource("a int, b int");
    await runSql(
      `alter table ${table} rename a to tmp`,
      `alter table ${table} rename b to a`,
      `alter table ${table} rename tmp to b`,
    );
    await detect(source);
    expect(await texts(source)).toEqual({ b: "of a", a: "of b" });
  });

  it("takes dropped columns away, and gives text and tags back when the name returns", async () => {
    const { source, table } = await aSource();
    await runSql(`alter table ${table} drop email`);
    const without = await detect(source);
    expect(without.columnCount).toBe(2);
    expect(await texts(source)).toEqual({ id: "of id", amount: "of amount" });
    const gone = await app.call("PATCH", `/data-sources/${source.id}/dictionary`, {
      as: owner,
      body: { changes: [{ column: "email", description: "x" }] },
    });
    expect(gone).toMatchObject({ status: 422, body: { code: "column-not-found" } });
    await runSql(`alter table ${table} add email varchar(50)`);
    expect((await detect(source)).columnCount).toBe(3);
    expect(await texts(source)).toEqual({ id: "of id", amount: "of amount", email: "of email" });
  });

  it("takes over types, comments, keys, nullability and the relation's comment", async () => {
    const { source, table } = await aSource();
    await runSql(
      `alter table ${table} alter amount type numeric(10,2), alter email set not null`,
      `comment on table ${table} is 'All orders'`,
      `comment on column ${table}.email is 'Where to write to'`,
    );
    const after = await detect(source);
    expect(after).toMatchObject({ description: "All orders", descriptionProvenance: "schema" });
    await owner.api.updateColumn({
      params: { dataSourceId: source.id, column: "email" },
      body: { description: null },
    });
    expect(await columnsOf(source)).toMatchObject([
      { name: "id" },
      { name: "email", nullable: false, description: "Where to write to", descriptionProvenance: "schema" },
      { name: "amount", dataType: "decimal", remoteType: "numeric(10,2)" },
    ]);
    await runSql(`comment on table ${table} is 'All orders of ours'`);
    expect(await detect(source)).toMatchObject({ description: "All orders of ours" });
  });

  it("goes by names where the table was rebuilt, and then follows renames within the new one", async () => {
    const { source, table } = await aSource();
    await runSql(
      `create table ${table}_tmp (amount bigint, "Email" text, id int)`,
      `drop table ${table}`,
      `alter table ${table}_tmp rename to things`,
    );
    await detect(source);
    expect(await texts(source)).toEqual({ amount: "of amount", Email: "of email", id: "of id" });
    await runSql(`alter table ${table} rename "Email" to contact`);
    await detect(source);
    expect(await texts(source)).toEqual({ amount: "of amount", contact: "of email", id: "of id" });
  });

  it("writes nothing for a table that is rebuilt with the same columns, and follows its renames too", async () => {
    const { source, table } = await aSource("id int, email text");
    const before = await shown(owner, source);
    await runSql(`drop table ${table}`, `create table ${table} (id int, email text)`);
    expect((await detect(source)).version).toBe(before.version);
    await runSql(`alter table ${table} rename email to mail`);
    expect((await detect(source)).version).toBe(before.version + 1);
    expect(await texts(source)).toEqual({ id: "of id", mail: "of email" });
  });

  it("sees a view replaced by one with more columns, and a table that became a view", async () => {
    const { source, schema, table } = await aSource("id int, email text");
    await runSql(`create view ${schema}.v as select id from ${table}`);
    const view = await aDataSource(owner, connection, { schema, table: "v" });
    await runSql(`create or replace view ${schema}.v as select id, email from ${table}`);
    expect((await detect(view)).columnCount).toBe(2);
    await runSql(
      `alter table ${table} rename to base`,
      `create view ${table} as select email, id from ${schema}.base`,
    );
    const after = await detect(source);
    expect(after.remote).toMatchObject({ kind: "view", table: "things" });
    expect(await texts(source)).toEqual({ email: "of email", id: "of id" });
  });

  it("fails by name, and keeps the dictionary, where the table is gone, unreachable or has outgrown the bound", async () => {
    const { source, table } = await aSource();
    const before = await columnsOf(source);
    await runSql(`alter table ${table} rename to hidden`);
    expect(checkOf(await detect(source), "column-detection")).toMatchObject({
      state: "failed",
      detail: expect.stringMatching(/^table-not-found: /),
    });
    expect(await columnsOf(source)).toEqual(before);
    await runSql(`alter table ${table.replace(/things$/, "hidden")} rename to things`);
    const grown = await detect(source, outgrown);
    expect(checkOf(grown, "column-detection")).toMatchObject({
      state: "failed",
      detail: expect.stringMatching(/^too-many-columns: /),
    });
    expect(grown).toMatchObject({ columnCount: 3, health: { status: "healthy" } });
    expect(await columnsOf(source)).toEqual(before);
    expect(checkOf(await detect(source), "column-detection").state).toBe("passed");
    expect(await columnsOf(source)).toEqual(before);
  });

  it("keeps the dictionary where rights or the whole connection are lost", async () => {
    const login = await aLogin();
    const { schema, table } = await aRemoteTable();
    await runSql(
      `grant usage on schema ${schema} to ${login.username}`,
      `grant select on ${schema}.${table} to ${login.username}`,
    );
    const source = await aDataSource(owner, await aConnection(owner, { credentials: login }), {
      schema,
      table,
    });
    const before = await columnsOf(source);
    await runSql(`revoke all on ${schema}.${table} from ${login.username}`);
    await detect(source);
    expect(await columnsOf(source)).toEqual(before);
    await runSql(`alter role ${login.username} nologin`);
    expect(checkOf(await detect(source), "column-detection")).toMatchObject({ state: "failed" });
    expect(await columnsOf(source)).toEqual(before);
  });

  it("of 1,600 columns takes all of their changes at once, and its record stays small", async () => {
    const wide = (prefix: string) =>
      Array.from({ length: 1600 }, (_, index) => `${index} as ${prefix}${index}`).join(", ");
    const { schema } = await aRemoteTable();
    await runSql(`create view ${schema}.wide as select ${wide("c")}`);
    const source = await aDataSource(owner, connection, { schema, table: "wide" });
    await runSql(`drop view ${schema}.wide`, `create view ${schema}.wide as select ${wide("d")}`);
    const after = await detect(source);
    expect(after.columnCount).toBe(1600);
    expect((await columnsOf(source))[0]?.name).toBe("d0");
    const [record] = (await app.store.activity("data-source", source.id, null, 1)).items;
    expect(record?.details).toMatchObject({ added: { count: 1600 }, removed: { count: 1600 } });
    expect(JSON.stringify(record).length).toBeLessThan(2000);
  });

  it("of many data sources in one job takes each one's changes as it passes", async () => {
    const { connection: own, schema, sources } = await unmeasured(app, owner, 3);
    await runSql(
      `alter table ${schema}.t0 rename id to key`,
      `alter table ${schema}.t1 add more text`,
      `drop table ${schema}.t2`,
    );
    const jobId = await aRefresh(app, owner, own, sources, ["column-detection", "row-count"]);
    await app.drain();
    expect(await owner.api.getJob({ params: { jobId } })).toMatchObject({
      state: "succeeded",
      result: { measured: 3, checks: { passed: 4, failed: 2 } },
    });
    const names = await Promise.all(
      sources.map(async (source) => (await columnsOf(source)).map(({ name }) => name).join(",")),
    );
    expect(names).toEqual(["key", "id,more", "id"]);
  });

  it("leaves every generation but the one that stands to the sweep, which leaves that one", async () => {
    await expectSound(app);
    app.clock.advance(61 * 60_000);
    await app.store.sweepGenerations(app.clock.now());
    const [chunks, headers] = [await itemsOf(app, "dictionary-chunk"), await itemsOf(app, "data-source")];
    expect(new Set(chunks.map(({ dataSourceId }) => dataSourceId)).size).toBe(headers.length);
    expect(await itemsOf(app, "staged-generation", "retired-generation")).toEqual([]);
    await expectSound(app);
  });
});
