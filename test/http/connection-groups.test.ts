import { afterAll, describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { expectSound } from "#test/support/invariants.ts";
import {
  aConnection,
  aPersona,
  aRegistrar,
  aRemoteTable,
  registering,
  type Persona,
} from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";

const app = await anApp();
const administrator = await aPersona(app, { permissions: ["USER_ADMIN"] });
const { owner, connection } = await aRegistrar(app);

afterAll(() => expectSound(app));

const aGroup = () => administrator.api.createGroup({ body: { name: unique("Group ") } });
const member = (method: "PUT" | "DELETE", groupId: string, { user }: Persona) =>
  app.call(method, `/groups/${groupId}/members/${user.id}`, { as: administrator });
const add = (groupId: string, role: string, more: object = {}, to = connection) =>
  app.call("POST", `/connections/${to.id}/members`, {
    as: owner,
    body: { principal: { type: "group", id: groupId }, role, ...more },
  });
const remove = (memberId: string, as = owner, of = connection) =>
  app.call("DELETE", `/connections/${of.id}/members/${memberId}`, { as });
const idOf = ({ body }: { readonly body: unknown }): string => (body as { id: string }).id;
const read = async (as: Persona) => (await app.call("GET", `/connections/${connection.id}`, { as })).status;

describe("groups on a connection", () => {
  it("have roles like users: what they give holds for whoever is in them, with the next request", async () => {
    const [group, persona] = [await aGroup(), await aPersona(app, { permissions: registering })];
    expect(await read(persona)).toBe(404);
    const added = await add(group.id, "registrar", { schemas: ["sales_*"] });
    expect(added).toMatchObject({
      status: 201,
      body: {
        principal: { type: "group", id: group.id },
        role: "registrar",
        schemas: ["sales_*"],
        addedBy: owner.user.id,
      },
    });
    expect(await add(group.id, "registrar")).toMatchObject({ status: 409, body: { code: "member-exists" } });
    expect(await read(persona)).toBe(404);
    await member("PUT", group.id, persona);
    expect(await read(persona)).toBe(200);
    const params = { connectionId: connection.id };
    expect((await persona.api.listConnectionMembers({ params })).items).toContainEqual(added.body);
    const { schema, table } = await aRemoteTable();
    const body = { connectionId: connection.id, schema, table, name: unique("source ") };
    expect((await app.call("POST", "/data-sources", { as: persona, body })).status).toBe(403);
    await member("DELETE", group.id, persona);
    expect(await read(persona)).toBe(404);
    expect((await remove(idOf(added))).status).toBe(204);
    expect((await remove(idOf(added))).status).toBe(404);
  });

  it("let who is in them register tables, and record what was given and taken", async () => {
    const [group, persona] = [await aGroup(), await aPersona(app, { permissions: registering })];
    await member("PUT", group.id, persona);
    const { schema, table } = await aRemoteTable();
    const added = await add(group.id, "registrar", { schemas: [schema] });
    const body = { connectionId: connection.id, schema, table, name: unique("source ") };
    expect((await app.call("POST", "/data-sources", { as: persona, body })).status).toBe(201);
    await remove(idOf(added));
    const { items } = await app.store.activity("connection", connection.id, null, 2);
    expect(items.map(({ action, details }) => [action, details["principal"]])).toEqual(
      ["connection:remove-member", "connection:add-member"].map((action) => [
        action,
        { type: "group", id: group.id },
      ]),
    );
    await app.drain();
  });

  it("come in both, of two that are added at once", async () => {
    const groups = await Promise.all([1, 2, 3].map(aGroup));
    const replies = await Promise.all(groups.map(({ id }) => add(id, "owner")));
    expect(replies.map(({ status }) => status)).toEqual([201, 201, 201]);
    const members = await app.store.connectionMembers(connection.id);
    for (const { id } of groups) expect(members.map(({ principal }) => principal.id)).toContain(id);
    await Promise.all(replies.map((reply) => remove(idOf(reply))));
    expect(await app.store.connectionMembers(connection.id)).toHaveLength(2);
  });

  it("have their bound", async () => {
    const own = await aConnection(owner);
    const long = Array.from({ length: 100 }, (_, index) => `${index}`.padEnd(200, "x"));
    const statuses: number[] = [];
    for (let count = 0; count < 5; count += 1) {
      statuses.push((await add((await aGroup()).id, "registrar", { schemas: long }, own)).status);
    }
    expect(statuses).toEqual([201, 201, 201, 201, 422]);
  });

  it("count as owners while somebody enabled is in them", async () => {
    const [group, persona] = [await aGroup(), await aPersona(app)];
    const own = await aConnection(owner);
    expect((await add(group.id, "owner", {}, own)).status).toBe(201);
    const members = await app.store.connectionMembers(own.id);
    const mine = members.find(({ role, principal }) => role === "owner" && principal.type === "user");
    const refused = { status: 409, body: { code: "last-owner" } };
    expect(await remove(mine?.id ?? "", owner, own)).toMatchObject(refused);
    await member("PUT", group.id, persona);
    expect((await remove(mine?.id ?? "", owner, own)).status).toBe(204);
    const theirs = members.find(({ principal }) => principal.type === "group");
    expect(await remove(theirs?.id ?? "", persona, own)).toMatchObject(refused);
  });

  it("go with a connection that is deleted", async () => {
    const [group, own] = [await aGroup(), await aConnection(owner)];
    await add(group.id, "registrar", {}, own);
    expect((await app.call("DELETE", `/connections/${own.id}`, { as: owner })).status).toBe(204);
    expect(await app.store.connectionMembers(own.id)).toEqual([]);
  });

  it("that are deleted while they are added have no role that nobody takes away", async () => {
    for (let round = 0; round < 5; round += 1) {
      const group = await aGroup();
      const [added, deleted] = await Promise.all([
        add(group.id, "registrar"),
        app.call("DELETE", `/groups/${group.id}`, { as: administrator }),
      ]);
      expect(deleted.status).toBe(204);
      expect([201, 422]).toContain(added.status);
      await app.drain();
      const members = await app.store.connectionMembers(connection.id);
      expect(members.map(({ principal }) => principal.id)).not.toContain(group.id);
    }
  });
});
