import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aDataSource, aPersona, aRegistrar, makeMember, type Persona } from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";
import { auditOf } from "#test/support/table-items.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const source = () => aDataSource(owner, connection);
const path = (id: string, query?: string) =>
  `/data-sources/${id}/queries${query === undefined ? "" : `/${query}`}`;
const save = (id: string, body: unknown, headers = {}, as: Persona = owner) =>
  app.call("POST", path(id), { as, body, headers });
const saved = (id: string, name = unique("Query "), sql = "select 1") =>
  owner.api.createQuery({ params: { dataSourceId: id }, body: { name, sql } });
const list = async (id: string) => (await owner.api.listQueries({ params: { dataSourceId: id } })).items;

describe("a saved query", () => {
  it("is kept as it was written, listed in the order of its making, and read by itself", async () => {
    const { id } = await source();
    const body = { name: "Größe", description: "By shop", sql: "select '尺寸 📏'\n\tfrom orders -- <b>" };
    const reply = await save(id, body);
    const made = {
      ...body,
      id: expect.stringMatching(/^qry_/) as string,
      createdBy: owner.user.id,
      createdAt: app.clock.now().toISOString(),
      updatedAt: app.clock.now().toISOString(),
      version: 1,
    };
    expect(reply).toMatchObject({ status: 201, body: made, headers: { etag: '"1"' } });
    const other = await saved(id);
    expect(await list(id)).toEqual([reply.body, other]);
    expect((await app.call("GET", reply.headers["location"] ?? "", { as: owner })).body).toEqual(reply.body);
  });

  it("is changed in what is given and nothing else", async () => {
    const { id } = await source();
    const made = await saved(id);
    app.clock.advance(1000);
    const reply = await app.call("PATCH", path(id, made.id), { as: owner, body: { sql: "select 2" } });
    const updatedAt = app.clock.now().toISOString();
    expect(reply).toMatchObject({ status: 200, headers: { etag: '"2"' } });
    expect(reply.body).toEqual({ ...made, sql: "select 2", updatedAt, version: 2 });
    expect(await list(id)).toEqual([reply.body]);
  });

  it("is gone when it is deleted, and its name is free", async () => {
    const { id } = await source();
    const made = await saved(id, "Mine");
    expect((await app.call("DELETE", path(id, made.id), { as: owner })).status).toBe(204);
    expect(await list(id)).toEqual([]);
    for (const method of ["GET", "PATCH", "DELETE"]) {
      const body = method === "PATCH" ? { body: { name: "x" } } : {};
      const reply = await app.call(method, path(id, made.id), { as: owner, ...body });
      expect(reply).toMatchObject({ status: 404, body: { code: "not-found" } });
    }
    expect((await save(id, { name: "MINE", sql: "select 1" })).status).toBe(201);
    await expectSound(app);
  });

  it("is on record by who did what, without its SQL", async () => {
    const { id } = await source();
    const made = await saved(id, "Mine", "select 'secret value'");
    await app.call("PATCH", path(id, made.id), { as: owner, body: { name: "Yours" } });
    await app.call("DELETE", path(id, made.id), { as: owner });
    expect((await auditOf(app, "data-source", id)).slice(1)).toEqual([
      "data-source:save-query",
      "data-source:change-query",
      "data-source:delete-query",
    ]);
    const { items } = await app.store.activity("data-source", id, null, 10);
    expect(JSON.stringify(items)).not.toContain("secret value");
  });

  it.each([
    ["no name", { sql: "select 1" }],
    ["an empty name", { name: " ", sql: "select 1" }],
    ["no SQL", { name: "a" }],
    ["blank SQL", { name: "a", sql: " \n" }],
    ["SQL that is too long", { name: "a", sql: "x".repeat(20_001) }],
    ["half a letter", { name: "a", sql: "\ud800" }],
    ["a field that is not known", { name: "a", sql: "select 1", run: true }],
  ])("with %s is invalid", async (_, body) => {
    const { id } = await source();
    expect(await save(id, body)).toMatchObject({ status: 400, body: { code: "invalid-request" } });
  });
});

describe("the name of a saved query", () => {
  it("is one query's in a data source, whatever its case, and free in another", async () => {
    const [one, other] = [await source(), await source()];
    await saved(one.id, "Revenue");
    const taken = { status: 409, body: { code: "query-name-taken" } };
    expect(await save(one.id, { name: "REVENUE", sql: "select 1" })).toMatchObject(taken);
    expect((await save(other.id, { name: "Revenue", sql: "select 1" })).status).toBe(201);
    const second = await saved(one.id, "Costs");
    const rename = (name: string) =>
      app.call("PATCH", path(one.id, second.id), { as: owner, body: { name } });
    expect(await rename("revenue")).toMatchObject(taken);
    expect(await rename("COSTS")).toMatchObject({ status: 200, body: { name: "COSTS" } });
  });

  it("is got by one of ten who want it at once", async () => {
    const { id } = await source();
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        save(id, { name: index % 2 === 0 ? "Wanted" : "WANTED", sql: `select ${index}` }),
      ),
    );
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(await list(id)).toHaveLength(1);
    await expectSound(app);
  });
});

describe("the hundredth query", () => {
  it("is the last, also for those who come at once", async () => {
    const { id } = await source();
    for (let index = 0; index < 98; index += 1) await saved(id, `q${index}`);
    const replies = await Promise.all(
      ["a", "b", "c", "d"].map((name) => save(id, { name, sql: "select 1" })),
    );
    expect(replies.map(({ status }) => status).toSorted()).toEqual([201, 201, 422, 422]);
    expect(await save(id, { name: "e", sql: "select 1" })).toMatchObject({
      status: 422,
      body: { code: "too-many-queries" },
    });
    await expectSound(app);
  });
});

describe("two who change a query at once", () => {
  it("do not undo each other: who names the version they saw is refused when it has passed", async () => {
    const { id } = await source();
    const made = await saved(id);
    const patch = (sql: string) =>
      app.call("PATCH", path(id, made.id), { as: owner, body: { sql }, headers: { "if-match": '"1"' } });
    const replies = await Promise.all([patch("select 2"), patch("select 3")]);
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 412]);
    const gone = await app.call("DELETE", path(id, made.id), { as: owner, headers: { "if-match": '"1"' } });
    expect(gone).toMatchObject({ status: 412, body: { code: "version-mismatch" } });
  });

  it("are told so, when one deletes it and the other changes it", async () => {
    const { id } = await source();
    const made = await saved(id);
    const [changed, deleted] = await Promise.all([
      app.call("PATCH", path(id, made.id), { as: owner, body: { name: "Renamed" } }),
      app.call("DELETE", path(id, made.id), { as: owner }),
    ]);
    expect(deleted.status).toBe(204);
    expect([200, 404]).toContain(changed.status);
    expect(await list(id)).toEqual([]);
    await expectSound(app);
  });
});

describe("a list of long queries", () => {
  it("comes in pages that fit into a reply", async () => {
    const { id } = await source();
    const sql = "\u0001".repeat(20_000);
    const body = { description: sql, sql };
    for (let index = 0; index < 25; index += 1) {
      expect((await save(id, { name: `q${index}`, ...body })).status).toBe(201);
    }
    const names: string[] = [];
    let cursor: string | null = null;
    do {
      const query: Record<string, string> = cursor === null ? {} : { cursor };
      const reply = await app.call("GET", path(id), { as: owner, query });
      expect(JSON.stringify(reply.text).length).toBeLessThan(5_900_000);
      const page = reply.body as { items: { name: string }[]; nextCursor: string | null };
      names.push(...page.items.map(({ name }) => name));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(names).toEqual(Array.from({ length: 25 }, (_, index) => `q${index}`));
  });
});

describe("who may read and save queries", () => {
  it("members read, owners write, others are not told that there is anything", async () => {
    const { id } = await source();
    const made = await saved(id);
    const tried = async (as: Persona) => [
      (await app.call("GET", path(id), { as })).status,
      (await app.call("GET", path(id, made.id), { as })).status,
      (await save(id, { name: unique("q"), sql: "select 1" }, {}, as)).status,
      (await app.call("PATCH", path(id, made.id), { as, body: { description: "x" } })).status,
    ];
    expect(await tried(owner)).toEqual([200, 200, 201, 200]);
    for (const role of ["expert", "subscriber", "ingest"] as const) {
      const member = await aPersona(app);
      await makeMember(app, { id }, member, role);
      expect(await tried(member)).toEqual([200, 200, 403, 403]);
      expect((await app.call("DELETE", path(id, made.id), { as: member })).status).toBe(403);
    }
    expect(await tried(await aPersona(app, { permissions: ["GOVERNANCE"] }))).toEqual([200, 200, 403, 403]);
    const outsider = await aPersona(app, { permissions: ["APPLICATION_ADMIN"] });
    expect(await tried(outsider)).toEqual([404, 404, 404, 404]);
    await owner.api.updateDataSource({ params: { dataSourceId: id }, body: { status: "disabled" } });
    const member = await aPersona(app);
    await makeMember(app, { id }, member, "expert");
    expect(await tried(member)).toEqual([404, 404, 404, 404]);
    expect(await tried(owner)).toEqual([200, 200, 201, 200]);
  });
});
