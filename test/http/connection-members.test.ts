import { describe, expect, it } from "vitest";
import { items } from "#client/paging.ts";
import { anApp } from "#test/support/app.ts";
import {
  aDataSource,
  aPersona,
  aRegistrar,
  aRemoteTable,
  makeMember,
  registering,
  type Persona,
} from "#test/support/personas.ts";
import { runSql } from "#test/support/postgres-client.ts";
import { unique } from "#test/support/records.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const path = `/connections/${connection.id}`;
const add = ({ user }: Persona, role: string, schemas?: readonly string[], as = owner) =>
  app.call("POST", `${path}/members`, {
    as,
    body: { principal: { type: "user", id: user.id }, role, schemas },
  });
const members = async (as = owner) =>
  (await as.api.listConnectionMembers({ params: { connectionId: connection.id } })).items;

/** Somebody who may register tables of some schemas through the connection. */
async function aHeldRegistrar(schemas: readonly string[]): Promise<Persona> {
  const persona = await aPersona(app, { permissions: registering });
  expect((await add(persona, "registrar", schemas)).status).toBe(201);
  return persona;
}

describe("POST /connections/{id}/members", () => {
  it("gives a role, once each, and answers it", async () => {
    const persona = await aPersona(app);
    const reply = await add(persona, "registrar", ["sales_*"]);
    expect(reply).toMatchObject({
      status: 201,
      body: { principal: { type: "user", id: persona.user.id }, role: "registrar", schemas: ["sales_*"] },
    });
    expect(await members(persona)).toContainEqual(reply.body);
    expect(await add(persona, "registrar")).toMatchObject({ status: 409, body: { code: "member-exists" } });
    expect((await add(persona, "owner")).status).toBe(201);
  });

  it("refuses principals that do not exist, groups included, and says where", async () => {
    for (const principal of [
      { type: "user", id: "usr_nobody" },
      { type: "group", id: "grp_nobody" },
    ]) {
      const reply = await app.call("POST", `${path}/members`, {
        as: owner,
        body: { principal, role: "owner" },
      });
      expect(reply).toMatchObject({
        status: 422,
        body: { code: "principal-not-found", errors: [{ in: "body", pointer: "/principal/id" }] },
      });
    }
  });

  it("is for owners: a registrar gets 403, everybody else 404", async () => {
    const registrar = await aHeldRegistrar(["*"]);
    expect((await add(registrar, "owner", undefined, registrar)).status).toBe(403);
    const outsider = await aPersona(app, { permissions: registering });
    expect((await add(outsider, "owner", undefined, outsider)).status).toBe(404);
    const administrator = await aPersona(app, { permissions: ["APPLICATION_ADMIN"] });
    expect((await add(administrator, "owner", undefined, administrator)).status).toBe(403);
  });
});

describe("DELETE /connections/{id}/members/{memberId}", () => {
  const remove = (memberId: string, as = owner) => app.call("DELETE", `${path}/members/${memberId}`, { as });

  it("takes the role away with the next request", async () => {
    const persona = await aHeldRegistrar(["*"]);
    const [member] = (await members()).filter(({ principal }) => principal.id === persona.user.id);
    expect((await remove(member?.id ?? "")).status).toBe(204);
    expect((await app.call("GET", path, { as: persona })).status).toBe(404);
    expect((await remove(member?.id ?? "")).status).toBe(404);
  });

  it("never takes the last owner, not even when two owners remove each other at once", async () => {
    const { owner: first, connection: fresh } = await aRegistrar(app);
    const params = { connectionId: fresh.id };
    const ownerIds = async () =>
      (await first.api.listConnectionMembers({ params })).items.filter(({ role }) => role === "owner");
    const [only] = await ownerIds();
    const last = await app.call("DELETE", `/connections/${fresh.id}/members/${only?.id}`, { as: first });
    expect(last).toMatchObject({ status: 409, body: { code: "last-owner" } });
    const second = await aPersona(app);
    await first.api.addConnectionMember({
      params,
      body: { principal: { type: "user", id: second.user.id }, role: "owner" },
    });
    const both = await ownerIds();
    const other = both.find(({ principal }) => principal.id === second.user.id);
    const statuses = await Promise.all([
      app.call("DELETE", `/connections/${fresh.id}/members/${other?.id}`, { as: first }),
      app.call("DELETE", `/connections/${fresh.id}/members/${only?.id}`, { as: second }),
    ]);
    expect(statuses.filter(({ status }) => status === 204)).toHaveLength(1);
    expect((await app.store.connectionMembers(fresh.id)).filter(({ role }) => role === "owner")).toHaveLength(
      1,
    );
  });
});

describe("the personas of a connection", () => {
  it("outsiders, whatever they may do elsewhere, cannot tell it from one that does not exist", async () => {
    const as = await aPersona(app, {
      permissions: ["CREATE_DATA_SOURCE", "GOVERNANCE", "USER_ADMIN", "AUDIT"],
    });
    const requests: readonly (readonly [string, string, unknown?])[] = [
      ["GET", ""],
      ["PATCH", "", { name: "x" }],
      ["DELETE", ""],
      ["POST", "/test"],
      ["GET", "/tables"],
      ["GET", "/members"],
    ];
    for (const [method, rest, body] of requests) {
      const [real, ghost] = await Promise.all(
        [connection.id, "con_ghost"].map((id) =>
          app.call(method, `/connections/${id}${rest}`, { as, ...(body === undefined ? {} : { body }) }),
        ),
      );
      expect(real?.status).toBe(404);
      expect({ ...(real?.body as object), instance: "" }).toEqual({
        ...(ghost?.body as object),
        instance: "",
      });
    }
    const { schema, table } = await aRemoteTable();
    const creation = await app.call("POST", "/data-sources", {
      as,
      body: { connectionId: connection.id, schema, table },
    });
    expect(creation.status).toBe(404);
    expect((await as.api.listConnections()).items).toEqual([]);
  });

  it("an administrator sees it and its members, and may change nothing", async () => {
    const as = await aPersona(app, { permissions: ["APPLICATION_ADMIN"] });
    expect((await app.call("GET", path, { as })).status).toBe(200);
    expect((await app.call("GET", `${path}/members`, { as })).status).toBe(200);
    expect((await as.api.listConnections({ query: { limit: 200 } })).items.map(({ id }) => id)).toContain(
      connection.id,
    );
    expect((await app.call("PATCH", path, { as, body: { name: "x" } })).status).toBe(403);
    expect((await app.call("DELETE", path, { as })).status).toBe(403);
    expect((await app.call("POST", `${path}/test`, { as })).status).toBe(403);
    expect((await app.call("GET", `${path}/tables`, { as })).status).toBe(403);
  });

  it("a registrar sees it and lists tables, and may not change, test or delete it", async () => {
    const as = await aHeldRegistrar(["*"]);
    expect((await app.call("GET", path, { as })).status).toBe(200);
    expect((await app.call("GET", `${path}/tables`, { as, query: { limit: 1 } })).status).toBe(200);
    expect((await app.call("PATCH", path, { as, body: { name: "x" } })).status).toBe(403);
    expect((await app.call("DELETE", path, { as })).status).toBe(403);
    expect((await app.call("POST", `${path}/test`, { as })).status).toBe(403);
  });

  it("an owner who is no registrar lists no tables and registers none", async () => {
    const as = await aPersona(app, { permissions: registering });
    await add(as, "owner");
    expect((await app.call("POST", `${path}/test`, { as })).status).toBe(200);
    expect((await app.call("GET", `${path}/tables`, { as })).status).toBe(403);
    const { schema, table } = await aRemoteTable();
    const body = { connectionId: connection.id, schema, table };
    expect((await app.call("POST", "/data-sources", { as, body })).status).toBe(403);
  });

  it("a registrar without CREATE_DATA_SOURCE registers nothing", async () => {
    const as = await aPersona(app);
    await add(as, "registrar");
    const { schema, table } = await aRemoteTable();
    const body = { connectionId: connection.id, schema, table };
    expect(await app.call("POST", "/data-sources", { as, body })).toMatchObject({ status: 403 });
  });

  it("a registrar is held to their schemas, by glob and by case, and to all of them together", async () => {
    const [one, other] = [await aRemoteTable(), await aRemoteTable()];
    const as = await aHeldRegistrar([`${one.schema.slice(0, -2)}??`, "unrelated_*"]);
    const create = (schema: string) =>
      app.call("POST", "/data-sources", {
        as,
        body: { connectionId: connection.id, schema, table: "things", name: unique("held ") },
      });
    expect((await create(one.schema)).status).toBe(201);
    expect(await create(other.schema)).toMatchObject({ status: 403, body: { code: "forbidden" } });
    expect((await create(one.schema.toUpperCase())).status).toBe(403);
  });
});

describe("GET /connections/{id}/tables", () => {
  it("lists a page at a time what can become a data source, in order, each once", async () => {
    const { schema } = await aRemoteTable();
    await runSql(
      `create table ${schema}.a (x int, y int)`,
      `create view ${schema}.b as select 1 as one`,
      `create materialized view ${schema}.c as select 1 as one, 2 as two, 3 as three`,
    );
    const params = { connectionId: connection.id };
    const first = await owner.api.listTables({ params, query: { schema, limit: 3 } });
    expect(first.items).toEqual([
      { schema, name: "a", kind: "table", columnCount: 2, dataSourceId: null },
      { schema, name: "b", kind: "view", columnCount: 1, dataSourceId: null },
      { schema, name: "c", kind: "materialized-view", columnCount: 3, dataSourceId: null },
    ]);
    const cursor = first.nextCursor ?? "";
    const second = await owner.api.listTables({ params, query: { schema, limit: 3, cursor } });
    expect(second).toMatchObject({ items: [{ name: "things" }], nextCursor: null });
    const searched = await owner.api.listTables({ params, query: { schema, search: "HIN" } });
    expect(searched.items.map(({ name }) => name)).toEqual(["things"]);
  });

  it("lists the tables of any of several schemas, a page at a time", async () => {
    const [one, two] = [(await aRemoteTable()).schema, (await aRemoteTable()).schema];
    await aRemoteTable();
    await runSql(`create table ${one}.a (x int)`);
    const listed = async (query: object) =>
      await owner.api.listTables({ params: { connectionId: connection.id }, query });
    const schema = [two, one];
    const first = await listed({ schema, limit: 2 });
    const rest = await listed({ schema, limit: 2, cursor: first.nextCursor });
    expect(rest.nextCursor).toBeNull();
    expect([...first.items, ...rest.items].map((table) => [table.schema, table.name])).toEqual(
      [
        [one, "a"],
        [one, "things"],
        [two, "things"],
      ].toSorted(),
    );
  });

  it("shows a held registrar their schemas alone, never the engine's or Reeve's own", async () => {
    const { schema } = await aRemoteTable();
    await runSql("create schema if not exists reeve", "create table if not exists reeve.secret (x int)");
    const as = await aHeldRegistrar([schema, "pg_*", "reeve", "information_schema"]);
    // Who may see few of many tables may get a page that is not full before the last one.
    const shown: object[] = [];
    const asked = { params: { connectionId: connection.id }, query: { limit: 2 } };
    for await (const table of items(as.api.listTables, asked)) shown.push(table);
    expect(shown).toMatchObject([{ schema, name: "things" }]);
  });

  it("tells the data source of a table only to those who may see it", async () => {
    const source = await aDataSource(owner, connection);
    const { schema } = source.remote;
    const shown = async (as: Persona) =>
      (await as.api.listTables({ params: { connectionId: connection.id }, query: { schema } })).items.map(
        ({ dataSourceId }) => dataSourceId,
      );
    const stranger = await aHeldRegistrar(["*"]);
    const expert = await aHeldRegistrar(["*"]);
    await makeMember(app, source, expert, "expert");
    expect(await Promise.all([owner, stranger, expert].map(shown))).toEqual([
      [source.id],
      [null],
      [source.id],
    ]);
    await owner.api.updateDataSource({ params: { dataSourceId: source.id }, body: { status: "disabled" } });
    expect(await Promise.all([owner, stranger, expert].map(shown))).toEqual([[source.id], [null], [null]]);
  });
});
