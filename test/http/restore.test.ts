import { describe, expect, it } from "vitest";
import { RemoteError, type RemoteGateway } from "#core/ports/remote.ts";
import { anApp, caller } from "#test/support/app.ts";
import { expectSound } from "#test/support/invariants.ts";
import { domainMasks } from "#test/support/key-database.ts";
import {
  aDataSource,
  aPersona,
  aRegistrar,
  aRemoteTable,
  everyPermission,
  makeMember,
  postgresCredentials,
  type DataSource,
  type Persona,
} from "#test/support/personas.ts";
import { runSql } from "#test/support/postgres-client.ts";
import { asUser, unique } from "#test/support/records.ts";
import { auditOf } from "#test/support/table-items.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const governor = await aPersona(app, { permissions: everyPermission });
const day = 86_400_000;
const path = ({ id }: Pick<DataSource, "id">, rest = "") => `/data-sources/${id}${rest}`;
const source = (given = {}) => aDataSource(owner, connection, given);
const remove = async (of: DataSource, as = owner) => {
  expect((await app.call("DELETE", path(of), { as })).status).toBe(204);
};
const restore = (of: Pick<DataSource, "id">, as: Persona = owner, body?: unknown, headers = {}) =>
  app.call("POST", path(of, "/restore"), { as, headers, ...(body === undefined ? {} : { body }) });
const deleted = async (of: DataSource, as = owner) => {
  await remove(of, as);
  return of;
};
const show = (of: Pick<DataSource, "id">, as: Persona = owner) => app.call("GET", path(of), { as });
const listed = async (as: Persona = owner) =>
  (await as.api.listDataSources({ query: { limit: 200 } })).items.map(({ id }) => id);
const listDeleted = async (as: Persona = owner) =>
  (await as.api.listDeletedDataSources({ query: { limit: 200 } })).items;

describe("a restored data source", () => {
  it("is what it was: members, tags, texts, columns' descriptions and queries, in list and detail", async () => {
    const tag = unique("Kept.");
    await governor.api.createTag({ body: { name: tag } });
    const made = await source({ description: "About", documentation: "# Doc", tags: [tag] });
    const params = { dataSourceId: made.id };
    await owner.api.updateColumn({ params: { ...params, column: "name" }, body: { description: "Name" } });
    await owner.api.createQuery({ params, body: { name: "q", sql: "select 1" } });
    const expert = await aPersona(app);
    await makeMember(app, made, expert, "expert");
    await app.drain();
    const before = (await show(made)).body as DataSource;
    const dictionary = await owner.api.getDictionary({ params });
    await remove(made);
    app.clock.advance(1000);
    const reply = await restore(made);
    const { version, updatedAt } = before;
    expect(reply.status).toBe(200);
    expect(before.unavailableMasks).toEqual([]);
    expect(reply.body).toEqual({
      ...before,
      // Its domains go with the deletion, until a fingerprint keeps them anew.
      unavailableMasks: domainMasks,
      version: version + 2,
      updatedAt: app.clock.now().toISOString(),
    });
    expect(updatedAt).not.toBe(app.clock.now().toISOString());
    expect((await show(made, expert)).status).toBe(200);
    expect(await listed()).toContain(made.id);
    expect(await owner.api.getDictionary({ params })).toEqual(dictionary);
    expect((await owner.api.listQueries({ params })).items).toHaveLength(1);
    expect((await owner.api.listDocumentationVersions({ params })).items).toHaveLength(1);
    expect((await listDeleted()).map(({ id }) => id)).not.toContain(made.id);
    expect((await auditOf(app, "data-source", made.id)).slice(-2)).toEqual([
      "data-source:delete",
      "data-source:restore",
    ]);
    await app.drain();
    expect((await show(made)).body).toMatchObject({ unavailableMasks: [] });
    await expectSound(app);
  });

  it("has its checks run again by a job that was queued with it, unless statistics are prevented", async () => {
    const made = await source();
    await app.drain();
    await remove(made);
    await runSql(`insert into ${made.remote.schema}.things values (1, 'a'), (2, 'b')`);
    expect((await restore(made)).status).toBe(200);
    const jobs = await owner.api.listJobs({ query: { dataSourceId: made.id } });
    expect(jobs.items.map(({ type }) => type)).toEqual(["health-check", "health-check"]);
    await app.drain();
    expect((await show(made)).body).toMatchObject({ statistics: { rowCount: { value: 2 } } });
  });

  it("leaves no check waiting for ever where statistics are prevented", async () => {
    const tag = unique("NoStatistics");
    await governor.api.createTag({ body: { name: tag } });
    await governor.api.updateSettings({ body: { preventStatisticsTag: tag } });
    const made = await source({ tags: [tag] });
    await owner.api.runChecks({ params: { dataSourceId: made.id }, body: { checks: ["row-count"] } });
    const view = await app.store.dataSource(made.id, asUser(owner.user.id));
    if (view === null) throw new Error("no data source");
    const checks = {
      ...view.health.checks,
      "row-count": { ...view.health.checks["row-count"], state: "running" },
    };
    await app.store.commit([
      { write: "put", kind: "data-source-health", record: { ...view.health, checks } as typeof view.health },
    ]);
    await remove(made);
    await app.drain();
    const reply = await restore(made);
    const { health } = reply.body as DataSource;
    expect(health.checks.find(({ check }) => check === "row-count")).toMatchObject({ state: "unknown" });
    await expectSound(app);
  });

  it("can be deleted and restored again and again", async () => {
    const made = await source();
    for (let round = 0; round < 3; round += 1) {
      await remove(made);
      expect((await show(made)).status).toBe(404);
      expect((await restore(made)).status).toBe(200);
      expect((await show(made)).status).toBe(200);
    }
    expect((await show(made)).body).toMatchObject({ version: 7 });
    await expectSound(app);
  });

  it("holds its name and its table again", async () => {
    const made = await deleted(await source());
    await restore(made);
    const { schema, table } = made.remote;
    const again = await app.call("POST", "/data-sources", {
      as: owner,
      body: { connectionId: connection.id, schema, table, name: unique("other ") },
    });
    expect(again).toMatchObject({ status: 409, body: { code: "data-source-exists" } });
    const named = await app.call("POST", "/data-sources", {
      as: owner,
      body: { connectionId: connection.id, ...(await aRemoteTable()), name: made.name.toUpperCase() },
    });
    expect(named).toMatchObject({ status: 409, body: { code: "data-source-name-taken" } });
  });

  it("that is there already stays as it is", async () => {
    const made = await source();
    expect(await restore(made)).toMatchObject({ status: 200, headers: { etag: '"1"' } });
    expect(await auditOf(app, "data-source", made.id)).toEqual(["data-source:create"]);
  });
});

describe("a data source comes back disabled", () => {
  it.each([
    ["a column more", "alter table # add column more int"],
    ["a column less", "alter table # drop column name"],
    ["a column of another name", "alter table # rename column name to label"],
    ["a column of another type", "alter table # alter column name type varchar(7)"],
    ["no table", "drop table #"],
  ])("when its table has %s", async (_, sql) => {
    const made = await deleted(await source());
    await runSql(sql.replace("#", `${made.remote.schema}.things`));
    expect(await restore(made)).toMatchObject({ status: 200, body: { status: "disabled" } });
    const governed = await show(made, governor);
    expect(governed.status).toBe(404);
  });

  it("when its table cannot be looked at, and when it was disabled before", async () => {
    const down: RemoteGateway["inspect"] = () =>
      Promise.reject(new RemoteError("unreachable", "Nobody answers."));
    const call = caller({ ...app.parts, remote: { ...app.gateway, inspect: down } });
    const made = await deleted(await source());
    const reply = await call("POST", path(made, "/restore"), { as: owner });
    expect(reply).toMatchObject({ status: 200, body: { status: "disabled" } });
    const other = await source();
    await owner.api.updateDataSource({ params: { dataSourceId: other.id }, body: { status: "disabled" } });
    await remove(other);
    expect(await restore(other)).toMatchObject({ status: 200, body: { status: "disabled" } });
  });

  it("but not because its columns are in another order or have other comments", async () => {
    const { schema, table } = await aRemoteTable("id int, name text");
    const made = await deleted(await source({ schema, table }));
    await runSql(
      `drop table ${schema}.things`,
      `create table ${schema}.things (name text, id int)`,
      `comment on column ${schema}.things.name is 'Changed'`,
    );
    expect(await restore(made)).toMatchObject({ status: 200, body: { status: "enabled" } });
  });
});

describe("a restoration is refused", () => {
  it("when the name is taken, unless it is given another", async () => {
    const made = await deleted(await source());
    await source({ name: made.name.toUpperCase() });
    expect(await restore(made)).toMatchObject({ status: 409, body: { code: "data-source-name-taken" } });
    expect((await show(made)).status).toBe(404);
    const name = unique("Another ");
    expect(await restore(made, owner, { name })).toMatchObject({ status: 200, body: { name } });
    await expectSound(app);
  });

  it("when the table is a data source again", async () => {
    const made = await deleted(await source());
    const { schema, table } = made.remote;
    await source({ schema, table });
    expect(await restore(made)).toMatchObject({ status: 409, body: { code: "data-source-exists" } });
    await expectSound(app);
  });

  it("when the connection was deleted, which a deleted data source does not hinder", async () => {
    const { owner: as, connection: own } = await aRegistrar(app);
    const made = await deleted(await aDataSource(as, own), as);
    expect((await app.call("DELETE", `/connections/${own.id}`, { as })).status).toBe(204);
    expect(await restore(made, as)).toMatchObject({ status: 409, body: { code: "connection-gone" } });
    expect((await listDeleted(as)).map(({ id }) => id)).toEqual([made.id]);
    await expectSound(app);
  });

  it("when the connection leads to another database by now", async () => {
    const { owner: as, connection: own } = await aRegistrar(app);
    const made = await deleted(await aDataSource(as, own), as);
    const move = (database: string) =>
      app.call("PATCH", `/connections/${own.id}`, {
        as,
        body: { config: { database }, credentials: postgresCredentials() },
      });
    expect((await move("template1")).status).toBe(200);
    expect(await restore(made, as)).toMatchObject({ status: 409, body: { code: "connection-gone" } });
    expect((await move(String(own.config["database"]))).status).toBe(200);
    expect((await restore(made, as)).status).toBe(200);
  });

  it.each([{ name: "" }, { name: 7 }, { other: 1 }])("for the body %j", async (body) => {
    const made = await deleted(await source());
    expect(await restore(made, owner, body)).toMatchObject({ status: 400 });
  });
});

describe("the list of what can be restored", () => {
  it("is newest first, page by page, and says until when", async () => {
    const { owner: as, connection: own } = await aRegistrar(app);
    const ids: string[] = [];
    for (let index = 0; index < 3; index += 1) {
      ids.unshift((await deleted(await aDataSource(as, own), as)).id);
      app.clock.advance(1000);
    }
    // What others deleted in between is passed over.
    await deleted(await source());
    const first = await as.api.listDeletedDataSources({ query: { limit: 2 } });
    expect(first.items.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const rest = await as.api.listDeletedDataSources({
      query: { limit: 2, cursor: first.nextCursor ?? "" },
    });
    expect(rest).toMatchObject({ items: [{ id: ids[2] }], nextCursor: null });
    const [one] = first.items;
    expect(one).toMatchObject({ deletedBy: as.user.id, myRole: "owner", connectionId: own.id });
    expect(Date.parse(one?.restorableUntil ?? "") - Date.parse(one?.deletedAt ?? "")).toBe(30 * day);
  });
});
