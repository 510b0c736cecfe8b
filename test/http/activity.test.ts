import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import {
  aConnection,
  aDataSource,
  aPersona,
  aRegistrar,
  makeMember,
  registering,
  type Persona,
} from "#test/support/personas.ts";
import { anAuditRecord } from "#test/support/catalog-records.ts";
import { runSql, uniqueName } from "#test/support/postgres-client.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const path = (id: string) => `/data-sources/${id}/activity`;
const activity = async (id: string, as: Persona = owner) =>
  (await as.api.listActivity({ params: { dataSourceId: id } })).items;
const auditor = await aPersona(app, { permissions: ["AUDIT"] });

describe("the activity of a data source", () => {
  it("is who did what to it and when, newest first", async () => {
    const { id } = await aDataSource(owner, connection);
    app.clock.advance(1000);
    await owner.api.updateDataSource({ params: { dataSourceId: id }, body: { description: "x" } });
    const [changed, created, ...rest] = await activity(id);
    expect(rest).toEqual([]);
    expect(changed).toEqual({
      id: expect.stringMatching(/^aud_/) as string,
      at: app.clock.now().toISOString(),
      actor: owner.user.id,
      action: "data-source:update",
      resource: { type: "data-source", id },
      outcome: "success",
      details: expect.objectContaining({
        after: expect.objectContaining({ description: "x" }) as unknown,
      }) as unknown,
    });
    expect(created).toMatchObject({
      action: "data-source:create",
      details: { after: { connectionId: connection.id } },
    });
  });

  it("goes on from page to page, and its cursors are good for it alone", async () => {
    const { id } = await aDataSource(owner, connection);
    const params = { dataSourceId: id };
    for (const description of ["a", "b", "c", "d"]) {
      await owner.api.updateDataSource({ params, body: { description } });
    }
    const all = await activity(id);
    expect(all).toHaveLength(5);
    const first = await owner.api.listActivity({ params, query: { limit: 3 } });
    const rest = await owner.api.listActivity({
      params,
      query: { limit: 3, cursor: first.nextCursor ?? "" },
    });
    expect([...first.items, ...rest.items]).toEqual(all);
    expect(rest.nextCursor).toBeNull();
    const other = await aDataSource(owner, connection);
    const elsewhere = await app.call("GET", path(other.id), {
      as: owner,
      query: { cursor: first.nextCursor ?? "" },
    });
    expect(elsewhere).toMatchObject({ status: 400, body: { code: "invalid-cursor" } });
  });

  it("has the records of bulk work in it, as if each were about it alone", async () => {
    const registrar = await aPersona(app, { permissions: registering });
    const own = await aConnection(registrar);
    const schema = uniqueName("bulk");
    await runSql(
      `create schema ${schema}`,
      ...["a", "b", "c"].map((one) => `create table ${schema}.${one} (id int)`),
    );
    const body = { connectionId: own.id, schemas: [schema] };
    expect((await app.call("POST", "/data-sources/bulk", { as: registrar, body })).status).toBe(202);
    await app.drain();
    const { items } = await registrar.api.listDataSources({ query: { connectionId: own.id } });
    expect(items).toHaveLength(3);
    for (const { id } of items) {
      app.clock.advance(1000);
      await registrar.api.updateDataSource({ params: { dataSourceId: id }, body: { description: "x" } });
      const records = await activity(id, registrar);
      expect(records.map(({ action }) => action)).toEqual(["data-source:update", "data-source:create"]);
      expect(records[1]).toMatchObject({
        actor: registrar.user.id,
        resource: { type: "data-source", id },
        details: { jobId: expect.stringMatching(/^job_/) as string },
      });
      for (const other of items.filter((one) => one.id !== id)) {
        expect(JSON.stringify(records).includes(other.id)).toBe(false);
      }
    }
  });
});

describe("who sees the activity", () => {
  it("owners, AUDIT and GOVERNANCE; other members may not, and others are not told that there is any", async () => {
    const { id } = await aDataSource(owner, connection);
    const status = async (as: Persona) => (await app.call("GET", path(id), { as })).status;
    expect(await status(owner)).toBe(200);
    expect(await status(auditor)).toBe(200);
    expect(await status(await aPersona(app, { permissions: ["GOVERNANCE"] }))).toBe(200);
    for (const role of ["expert", "subscriber", "ingest"] as const) {
      const member = await aPersona(app);
      await makeMember(app, { id }, member, role);
      expect(await status(member)).toBe(403);
    }
    expect(await status(await aPersona(app, { permissions: ["APPLICATION_ADMIN", "USER_ADMIN"] }))).toBe(404);
    const params = { dataSourceId: id };
    await owner.api.updateDataSource({ params, body: { status: "disabled" } });
    expect([await status(owner), await status(auditor)]).toEqual([200, 404]);
    await owner.api.deleteDataSource({ params });
    expect([await status(owner), await status(auditor)]).toEqual([404, 404]);
    await app.call("POST", `/data-sources/${id}/restore`, { as: owner });
    expect((await activity(id)).slice(0, 2).map(({ action }) => action)).toEqual([
      "data-source:restore",
      "data-source:delete",
    ]);
  });

  it("owners not where people sat, what is known of them, or who was turned away; AUDIT does", async () => {
    const { id } = await aDataSource(owner, connection);
    const about = { resource: { type: "data-source", id }, at: app.clock.now().toISOString() };
    const details = {
      address: "10.0.0.1",
      who: [{ attributes: { Country: ["US"] }, id: "usr_1" }],
      kept: "x",
    };
    const denied = anAuditRecord({ ...about, id: app.ids.next("audit"), outcome: "denied" });
    const failed = anAuditRecord({ ...about, id: app.ids.next("audit"), outcome: "failure", details });
    await app.store.commit([
      { write: "audit", record: denied },
      { write: "audit", record: failed },
    ]);
    const [newest, ...others] = await activity(id);
    expect(newest).toMatchObject({ id: failed.id, outcome: "failure" });
    expect(newest?.details).toEqual({ who: [{ id: "usr_1" }], kept: "x" });
    expect(others.map(({ action }) => action)).toEqual(["data-source:create"]);
    const seen = await activity(id, auditor);
    expect(seen.slice(0, 2)).toMatchObject([
      { id: failed.id, details },
      { id: denied.id, outcome: "denied" },
    ]);
  });
});
