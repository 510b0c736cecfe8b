import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aDataSource, aRegistrar, aRemoteTable, type DataSource } from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const path = ({ id }: DataSource, rest = "") => `/data-sources/${id}${rest}`;
const source = () => aDataSource(owner, connection);
const remove = (of: DataSource) => owner.api.deleteDataSource({ params: { dataSourceId: of.id } });
const deleted = async (of: DataSource) => {
  await remove(of);
  return of;
};
const restore = (of: DataSource, headers = {}) =>
  app.call("POST", path(of, "/restore"), { as: owner, headers });
const show = (of: DataSource) => app.call("GET", path(of), { as: owner });

describe("at once", () => {
  it("a restoration and a creation of the same name: one gets it", async () => {
    const made = await deleted(await source());
    const body = { connectionId: connection.id, ...(await aRemoteTable()), name: made.name };
    const [restored, created] = await Promise.all([
      restore(made),
      app.call("POST", "/data-sources", { as: owner, body }),
    ]);
    const statuses = [restored.status, created.status];
    expect([
      [200, 409],
      [409, 201],
    ]).toContainEqual(statuses);
    await expectSound(app);
  });

  it("five restorations: each is answered, one is done", async () => {
    const made = await deleted(await source());
    const replies = await Promise.all(Array.from({ length: 5 }, () => restore(made)));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect((await show(made)).body).toMatchObject({ version: 3 });
    await expectSound(app);
  });

  it("an edit and a deletion: the edit is done before it or is not found", async () => {
    const made = await source();
    const [edited, gone] = await Promise.all([
      app.call("PATCH", path(made), { as: owner, body: { documentation: "text" } }),
      app.call("DELETE", path(made), { as: owner }),
    ]);
    expect(gone.status).toBe(204);
    expect([200, 404]).toContain(edited.status);
    const { documentation } = (await restore(made)).body as DataSource;
    expect(documentation).toBe(edited.status === 200 ? "text" : "");
    await expectSound(app);
  });
});

describe("the same request again", () => {
  it("does not bring a deleted data source back: neither its creation nor its restoration", async () => {
    const body = { connectionId: connection.id, ...(await aRemoteTable()), name: unique("Once ") };
    const creation = { as: owner, body, headers: { "idempotency-key": unique("create") } };
    const made = (await app.call("POST", "/data-sources", creation)).body as DataSource;
    await remove(made);
    expect(await app.call("POST", "/data-sources", creation)).toMatchObject({ status: 201 });
    expect((await show(made)).status).toBe(404);
    const headers = { "idempotency-key": unique("restore") };
    const once = await restore(made, headers);
    await remove(made);
    expect(await restore(made, headers)).toMatchObject({ status: 200, text: once.text });
    expect((await show(made)).status).toBe(404);
    const { items } = await owner.api.listDataSources({ query: { limit: 200 } });
    expect(items.map(({ id }) => id)).not.toContain(made.id);
  });
});
