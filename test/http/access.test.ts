import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import {
  aDataSource,
  aPersona,
  aRegistrar,
  makeMember,
  everyPermission,
  type Persona,
} from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const source = await aDataSource(owner, connection);
const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
const tag = (await governor.api.createTag({ body: { name: "PII" } })).name;
await app.drain();

/** Somebody with a role on the data source. */
async function member(role: "expert" | "subscriber" | "ingest" | "owner"): Promise<Persona> {
  const persona = await aPersona(app);
  await makeMember(app, source, persona, role);
  return persona;
}

/** Somebody who registers tables of the same connection and has nothing to do with the data source. */
async function otherRegistrar(): Promise<Persona> {
  const persona = await aPersona(app, { permissions: ["CREATE_DATA_SOURCE"] });
  await owner.api.addConnectionMember({
    params: { connectionId: connection.id },
    body: { principal: { type: "user", id: persona.user.id }, role: "registrar" },
  });
  return persona;
}

const personas: Readonly<Record<string, Persona>> = {
  owner,
  "second owner": await member("owner"),
  expert: await member("expert"),
  subscriber: await member("subscriber"),
  ingest: await member("ingest"),
  governor,
  administrator: await aPersona(app, { permissions: everyPermission.filter((one) => one !== "GOVERNANCE") }),
  "other registrar": await otherRegistrar(),
  outsider: await aPersona(app),
};

const path = `/data-sources/${source.id}`;
const operations: Readonly<Record<string, readonly [string, string, unknown?]>> = {
  read: ["GET", path],
  "read dictionary": ["GET", `${path}/dictionary`],
  describe: ["PATCH", path, { description: "x", documentation: "y" }],
  "describe column": ["PATCH", `${path}/dictionary/id`, { description: "x" }],
  "describe columns": ["PATCH", `${path}/dictionary`, { changes: [{ column: "id", addTags: [tag] }] }],
  tag: ["POST", `${path}/tags`, { tags: [tag] }],
  untag: ["DELETE", `${path}/tags/${tag}`],
  check: ["POST", `${path}/checks`, { checks: ["row-count"] }],
  rename: ["PATCH", path, { name: source.name, description: "x" }],
  "change status": ["PATCH", path, { status: "enabled" }],
  "clear prevention": ["PATCH", path, { statisticsPrevented: false }],
};

const ok = { GET: 200, PATCH: 200, POST: 200, DELETE: 204 } as const;
const everything = Object.keys(operations);
const reading = ["read", "read dictionary"];
const curating = [...reading, "describe", "describe column", "describe columns", "tag", "untag", "check"];

/** Who may do what; the rest is 403 for those who may know of it, and 404 for the others. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  owner: everything,
  "second owner": everything,
  expert: curating,
  subscriber: reading,
  ingest: reading,
  governor: reading,
  administrator: [],
  "other registrar": [],
  outsider: [],
};

describe("a data source", () => {
  const cases = Object.keys(personas).flatMap((persona) =>
    everything.map((operation) => {
      const may = allowed[persona] ?? [];
      const refused = may.length > 0 ? 403 : 404;
      return { persona, operation, expected: may.includes(operation) ? "success" : refused };
    }),
  );

  it.each(cases)("to $persona: $operation is $expected", async ({ persona, operation, expected }) => {
    const [method, at, body] = operations[operation] ?? ["GET", ""];
    const sent = body === undefined ? {} : { body };
    const as = personas[persona];
    const { status } = await app.call(method, at, { as, ...sent });
    const success = operation === "check" ? 202 : ok[method as keyof typeof ok];
    expect(status).toBe(expected === "success" ? success : expected);
  });

  it("tells each their role", async () => {
    const roles = await Promise.all(
      ["owner", "expert", "subscriber", "ingest", "governor"].map(
        async (name) =>
          (await personas[name]?.api.getDataSource({ params: { dataSourceId: source.id } }))?.myRole,
      ),
    );
    expect(roles).toEqual(["owner", "expert", "subscriber", "ingest", null]);
  });

  it("is to outsiders exactly as one that does not exist", async () => {
    for (const [method, at, body] of Object.values(operations)) {
      const sent = { as: personas["outsider"], ...(body === undefined ? {} : { body }) };
      const real = await app.call(method, at, sent);
      const ghost = await app.call(method, at.replace(source.id, "ds_ghost"), sent);
      expect({ ...(real.body as object), instance: "" }).toEqual({ ...(ghost.body as object), instance: "" });
    }
  });

  it("is no more than taken to a registrar of its connection, without its id", async () => {
    const { schema, table } = source.remote;
    const body = { connectionId: connection.id, schema, table, name: unique("n") };
    const reply = await app.call("POST", "/data-sources", { as: personas["other registrar"], body });
    expect(reply).toMatchObject({ status: 409, body: { code: "data-source-exists" } });
    expect(reply.text).not.toContain(source.id);
  });

  it("that exists or a name that is taken is told to no registrar of other schemas", async () => {
    const held = await aPersona(app, { permissions: ["CREATE_DATA_SOURCE"] });
    await owner.api.addConnectionMember({
      params: { connectionId: connection.id },
      body: { principal: { type: "user", id: held.user.id }, role: "registrar", schemas: ["elsewhere"] },
    });
    const { schema } = source.remote;
    const create = (table: string) =>
      app.call("POST", "/data-sources", {
        as: held,
        body: { connectionId: connection.id, schema, table, name: source.name },
      });
    const [real, ghost] = [await create(source.remote.table), await create("ghost")];
    expect(real?.status).toBe(403);
    expect({ ...(real?.body as object), instance: "" }).toEqual({ ...(ghost?.body as object), instance: "" });
  });

  it("is gone for a member whose time is over, at that moment", async () => {
    const persona = await aPersona(app);
    const expiresAt = new Date(app.clock.now().getTime() + 60_000).toISOString();
    await makeMember(app, source, persona, "expert", expiresAt);
    app.clock.advance(59_999);
    expect((await app.call("GET", path, { as: persona })).status).toBe(200);
    app.clock.advance(1);
    for (const [method, at, body] of Object.values(operations)) {
      const sent = body === undefined ? {} : { body };
      expect((await app.call(method, at, { as: persona, ...sent })).status).toBe(404);
    }
  });

  it("is deleted by nobody but an owner", async () => {
    for (const [name, persona] of Object.entries(personas)) {
      if (name.includes("owner")) continue;
      const expected = (allowed[name] ?? []).length > 0 ? 403 : 404;
      expect((await app.call("DELETE", path, { as: persona })).status).toBe(expected);
    }
    expect((await app.call("DELETE", path, { as: personas["second owner"] })).status).toBe(204);
  });
});

describe("what needs a permission of its own", () => {
  it("takes exactly that permission, and no other in its place", async () => {
    const needs: readonly (readonly [string, string, object])[] = [
      ["GOVERNANCE", "/tags", { name: "x..y" }],
      ["CREATE_DATA_SOURCE", "/connections", {}],
    ];
    for (const [permission, to, body] of needs) {
      const without = await aPersona(app, {
        permissions: everyPermission.filter((one) => one !== permission),
      });
      const valid = to === "/tags" ? { name: unique("t") } : undefined;
      const reply = await app.call("POST", to, { as: without, body: valid ?? body });
      expect([400, 403]).toContain(reply.status);
    }
  });
});
