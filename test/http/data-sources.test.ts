import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { aDataSource, aPersona, aRegistrar, aRemoteTable, type DataSource } from "#test/support/personas.ts";
import { runSql } from "#test/support/postgres-client.ts";
import { unique } from "#test/support/records.ts";
import { auditOf } from "#test/support/table-items.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const source = (given = {}) => aDataSource(owner, connection, given);
const get = (id: string) => app.call("GET", `/data-sources/${id}`, { as: owner });
const patch = (id: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  app.call("PATCH", `/data-sources/${id}`, { as: owner, body, headers });
const remove = (id: string, headers: Readonly<Record<string, string>> = {}) =>
  app.call("DELETE", `/data-sources/${id}`, { as: owner, headers });

describe("PATCH /data-sources/{id}", () => {
  it("changes what is given and nothing else, raises the version and answers the whole", async () => {
    const before = await source({ description: "first", documentation: "doc" });
    app.clock.advance(1000);
    const reply = await patch(before.id, { description: "second" });
    expect(reply).toMatchObject({ status: 200, headers: { etag: '"2"' } });
    expect(reply.body).toEqual({
      ...before,
      description: "second",
      version: 2,
      updatedAt: app.clock.now().toISOString(),
    });
    expect((await get(before.id)).body).toEqual(reply.body);
    expect(await auditOf(app, "data-source", before.id)).toEqual([
      "data-source:create",
      "data-source:update",
    ]);
  });

  it("lets a person's description stand before the remote's comment until null takes it away", async () => {
    const { schema, table } = await aRemoteTable();
    await runSql(`comment on table ${schema}.${table} is 'The comment'`);
    const { id } = await source({ schema, table });
    expect((await patch(id, { description: "Mine" })).body).toMatchObject({
      description: "Mine",
      descriptionProvenance: "manual",
    });
    expect((await patch(id, { description: "" })).body).toMatchObject({
      description: "",
      descriptionProvenance: "manual",
    });
    expect((await patch(id, { description: null })).body).toMatchObject({
      description: "The comment",
      descriptionProvenance: "schema",
    });
  });

  it("keeps long texts of wide characters to the letter", async () => {
    const { id } = await source();
    const body = { description: "名".repeat(20_000), documentation: "🐘".repeat(50_000) };
    expect((await patch(id, body)).body).toMatchObject(body);
    expect((await get(id)).body).toMatchObject(body);
    expect((await patch(id, { documentation: "x".repeat(100_001) })).status).toBe(400);
    expect((await patch(id, { description: "x".repeat(20_001) })).status).toBe(400);
  });

  it("moves the name: the old one is free, the new one taken, whatever the case", async () => {
    const [one, other] = [await source(), await source()];
    const taken = await patch(one.id, { name: other.name.toUpperCase() });
    expect(taken).toMatchObject({ status: 409, body: { code: "data-source-name-taken" } });
    expect((await get(one.id)).body).toEqual(one);
    const name = unique("moved ");
    expect((await patch(one.id, { name })).status).toBe(200);
    expect((await patch(one.id, { name: name.toUpperCase() })).status).toBe(200);
    expect((await patch(other.id, { name: one.name })).status).toBe(200);
  });

  it.each([{ id: "ds_1" }, { version: 7 }, { health: {} }, { status: "lost" }, { name: "" }, { name: null }])(
    "refuses %j",
    async (body) => {
      const { id } = await source();
      expect(await patch(id, body)).toMatchObject({ status: 400, body: { code: "invalid-request" } });
    },
  );

  it("of twenty at once loses none: each is one version", async () => {
    const { id } = await source();
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, index) => patch(id, { description: `d${index}` })),
    );
    const done = replies.filter(({ status }) => status === 200);
    const busy = replies.filter(
      ({ status, body }) => status === 409 && (body as { code: string }).code === "contention",
    );
    expect(done.length + busy.length).toBe(20);
    const versions = done.map(({ body }) => (body as DataSource).version).toSorted((a, b) => a - b);
    expect(versions).toEqual(Array.from({ length: done.length }, (_, index) => index + 2));
    expect((await auditOf(app, "data-source", id)).length).toBe(done.length + 1);
  });
});

describe("If-Match", () => {
  it.each(['"1"', "1", 'W/"1"', "W/1", ' "1" ', "*"])("%j meets version 1", async (header) => {
    const { id } = await source();
    expect((await patch(id, { description: "x" }, { "If-Match": header })).status).toBe(200);
  });

  it.each(['"2"', "0", 'W/"7"', '"999999999999999"'])("%j refuses a change of version 1", async (header) => {
    const before = await source();
    for (const reply of [
      await patch(before.id, { description: "x" }, { "if-match": header }),
      await remove(before.id, { "if-match": header }),
    ]) {
      expect(reply).toMatchObject({ status: 412, body: { code: "version-mismatch" } });
    }
    expect((await get(before.id)).body).toEqual(before);
  });

  it.each(['"a"', "abc", '"1', '"1","2"', "1.0", "-1", '""', '"9999999999999999"', "w/1"])(
    "%j is no version, which is said",
    async (header) => {
      const { id } = await source();
      expect(await patch(id, {}, { "if-match": header })).toMatchObject({
        status: 400,
        body: { code: "invalid-request", errors: [{ in: "header", pointer: "/If-Match" }] },
      });
    },
  );

  it("lets one of two who read the same version win", async () => {
    const { id } = await source();
    const replies = await Promise.all(
      ["a", "b"].map((description) => patch(id, { description }, { "if-match": '"1"' })),
    );
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 412]);
    const won = replies.find(({ status }) => status === 200)?.body as DataSource;
    expect((await get(id)).body).toMatchObject({ version: 2, description: won.description });
  });

  it("is not disturbed by the checks that run meanwhile", async () => {
    const { owner: as, connection: own } = await aRegistrar(app);
    const { id } = await aDataSource(as, own);
    const [job] = (await as.api.listJobs({ query: { dataSourceId: id } })).items;
    await app.outbox.deliver(app.worker(), app.outbox.take(job?.id));
    const path = `/data-sources/${id}`;
    const measured = await app.call("GET", path, { as });
    expect(measured).toMatchObject({
      headers: { etag: '"1"' },
      body: { statistics: { rowCount: { value: 0 } } },
    });
    const sent = { as, body: { description: "x" }, headers: { "if-match": '"1"' } };
    expect((await app.call("PATCH", path, sent)).status).toBe(200);
  });
});

describe("DELETE /data-sources/{id}", () => {
  it("takes it out of every answer", async () => {
    const { id, name } = await source();
    expect((await remove(id)).status).toBe(204);
    const requests: readonly (readonly [string, string, unknown?])[] = [
      ["GET", ""],
      ["PATCH", "", { description: "x" }],
      ["DELETE", ""],
      ["GET", "/dictionary"],
      ["PATCH", "/dictionary", { changes: [{ column: "id", description: "x" }] }],
      ["PATCH", "/dictionary/id", { description: "x" }],
      ["POST", "/checks"],
      ["POST", "/tags", { tags: ["x"] }],
      ["DELETE", "/tags/x"],
      ["GET", "/documentation/versions"],
      ["POST", "/documentation/versions/1/restore"],
      ["GET", "/queries"],
      ["GET", "/threads"],
      ["GET", "/activity"],
      ["POST", "/threads", { text: "x" }],
      ["POST", "/queries", { name: "x", sql: "select 1" }],
    ];
    for (const [method, rest, body] of requests) {
      const sent = body === undefined ? {} : { body };
      const reply = await app.call(method, `/data-sources/${id}${rest}`, { as: owner, ...sent });
      expect(reply).toMatchObject({ status: 404, body: { code: "not-found" } });
    }
    const { items } = await owner.api.listDataSources({ query: { search: name } });
    expect(items.map((item) => item.id)).not.toContain(id);
    expect(await auditOf(app, "data-source", id)).toEqual(["data-source:create", "data-source:delete"]);
  });

  it("frees name and table for another data source, which starts anew", async () => {
    const before = await source({ description: "old" });
    await remove(before.id);
    const { schema, table } = before.remote;
    const after = await source({ schema, table, name: before.name });
    expect(after.id).not.toBe(before.id);
    expect(after).toMatchObject({ name: before.name, description: "", version: 1 });
    expect((await get(before.id)).status).toBe(404);
  });

  it("of two at once succeeds once", async () => {
    const { id } = await source();
    const statuses = (await Promise.all([remove(id), remove(id)])).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([204, 404]);
  });

  it("leaves its jobs to be seen by who asked for them", async () => {
    const { id } = await source();
    const [job] = (await owner.api.listJobs({ query: { dataSourceId: id } })).items;
    await remove(id);
    const jobId = job?.id ?? "";
    expect(await owner.api.getJob({ params: { jobId } })).toMatchObject({ id: jobId });
    const stranger = await aPersona(app);
    expect((await app.call("GET", `/jobs/${jobId}`, { as: stranger })).status).toBe(404);
  });
});

describe("status", () => {
  it("disabled hides it from everybody but its owners, governors included", async () => {
    const { id } = await source();
    const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
    expect((await app.call("GET", `/data-sources/${id}`, { as: governor })).status).toBe(200);
    expect((await patch(id, { status: "disabled" })).body).toMatchObject({ status: "disabled" });
    expect((await app.call("GET", `/data-sources/${id}`, { as: governor })).status).toBe(404);
    expect((await get(id)).status).toBe(200);
    expect((await patch(id, { status: "enabled" })).status).toBe(200);
    expect((await app.call("GET", `/data-sources/${id}`, { as: governor })).status).toBe(200);
  });
});
