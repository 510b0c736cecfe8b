import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aKnownGroup, aPersona, makeMember, type Persona } from "#test/support/personas.ts";
import { aRecordedSource } from "#test/support/recorded-source.ts";
import { lastDeed } from "#test/support/table-items.ts";

const app = await anApp();
const owner = await aPersona(app, { name: "Olga" });
const source = await aRecordedSource(app, owner);
const path = (id = source.id) => `/data-sources/${id}/members`;
const asUser = ({ user }: Persona) => ({ type: "user", id: user.id });
const add = (body: object, as = owner, id = source.id) => app.call("POST", path(id), { as, body });
const members = async (as = owner, id = source.id) =>
  (await as.api.listMembers({ params: { dataSourceId: id }, query: { limit: 200 } })).items;
const later = (ms: number) => new Date(app.clock.now().getTime() + ms).toISOString();
const day = 86_400_000;

describe("POST /data-sources/{id}/members", () => {
  it("gives a user a role, tells who they are, and records it", async () => {
    const ann = await aPersona(app, { name: "Ann" });
    expect((await app.call("GET", `/data-sources/${source.id}`, { as: ann })).status).toBe(404);
    const reply = await add({ principal: asUser(ann), role: "expert", expiresAt: later(day) });
    expect(reply).toMatchObject({
      status: 201,
      body: {
        principal: { type: "user", id: ann.user.id, name: "Ann" },
        role: "expert",
        expiresAt: later(day),
        automatic: false,
        addedBy: owner.user.id,
        addedAt: later(0),
      },
    });
    expect(await members(ann)).toContainEqual(reply.body);
    expect(await ann.api.getDataSource({ params: { dataSourceId: source.id } })).toMatchObject({
      myRole: "expert",
    });
    expect(await lastDeed(app, "data-source", source.id)).toMatchObject({
      actor: owner.user.id,
      action: "data-source:add-member",
      details: { before: null, after: { principal: asUser(ann), role: "expert", expiresAt: later(day) } },
    });
    await expectSound(app);
  });

  it("gives a group a role, and all in it", async () => {
    const group = await aKnownGroup(app, { name: "Sales" });
    const ann = await aPersona(app, { groups: [group.id] });
    const reply = await add({ principal: { type: "group", id: group.id }, role: "subscriber" });
    expect(reply).toMatchObject({
      status: 201,
      body: {
        principal: { type: "group", id: group.id, name: "Sales" },
        role: "subscriber",
        expiresAt: null,
      },
    });
    expect(await ann.api.getDataSource({ params: { dataSourceId: source.id } })).toMatchObject({
      myRole: "subscriber",
    });
    expect((await ann.api.listDataSources({ query: { role: "subscriber" } })).items).toHaveLength(1);
    await expectSound(app);
  });

  it("refuses who is a member already, in whatever role", async () => {
    const ann = await aPersona(app);
    expect((await add({ principal: asUser(ann), role: "subscriber" })).status).toBe(201);
    expect(await add({ principal: asUser(ann), role: "expert" })).toMatchObject({
      status: 409,
      body: { code: "member-exists" },
    });
    expect((await members()).filter(({ principal }) => principal.id === ann.user.id)).toHaveLength(1);
  });

  it("adds anew whose time is over", async () => {
    const ann = await aPersona(app);
    await makeMember(app, source, ann, "expert", later(-1));
    const reply = await add({ principal: asUser(ann), role: "subscriber" });
    expect(reply).toMatchObject({ status: 201, body: { role: "subscriber", expiresAt: null } });
    expect((await members(ann)).filter(({ principal }) => principal.id === ann.user.id)).toEqual([
      reply.body,
    ]);
  });

  it("refuses users and groups that are not there, and says where", async () => {
    for (const principal of [
      { type: "user", id: "usr_nobody" },
      { type: "group", id: "grp_nobody" },
      { type: "group", id: owner.user.id },
    ]) {
      expect(await add({ principal, role: "owner" })).toMatchObject({
        status: 422,
        body: { code: "principal-not-found", errors: [{ in: "body", pointer: "/principal/id" }] },
      });
    }
  });

  it("refuses an end that is over, and takes one with an offset as the time that it is", async () => {
    const ann = await aPersona(app);
    for (const expiresAt of [later(0), later(-day)]) {
      expect(await add({ principal: asUser(ann), role: "subscriber", expiresAt })).toMatchObject({
        status: 400,
        body: { code: "invalid-request", errors: [{ in: "body", pointer: "/expiresAt" }] },
      });
    }
    expect(await add({ principal: asUser(ann), role: "subscriber", expiresAt: "tomorrow" })).toMatchObject({
      status: 400,
      body: { errors: [{ in: "body", pointer: "/expiresAt" }] },
    });
    const local = later(day).replace("Z", "+02:00");
    expect(await add({ principal: asUser(ann), role: "subscriber", expiresAt: local })).toMatchObject({
      status: 201,
      body: { expiresAt: later(day - 7_200_000) },
    });
  });

  it("refuses ingest on a relation of a database", async () => {
    const ann = await aPersona(app);
    expect(await add({ principal: asUser(ann), role: "ingest" })).toMatchObject({
      status: 422,
      body: { code: "ingest-needs-object-backed", errors: [{ in: "body", pointer: "/role" }] },
    });
  });

  it("is for owners: other members and GOVERNANCE get 403, everybody else 404", async () => {
    const target = asUser(await aPersona(app));
    for (const role of ["expert", "subscriber"] as const) {
      const member = await aPersona(app);
      await makeMember(app, source, member, role);
      expect((await add({ principal: target, role: "subscriber" }, member)).status).toBe(403);
    }
    const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
    expect((await add({ principal: target, role: "subscriber" }, governor)).status).toBe(403);
    const outsider = await aPersona(app, {
      permissions: ["USER_ADMIN", "APPLICATION_ADMIN", "AUDIT", "CREATE_DATA_SOURCE", "PROJECT_MANAGEMENT"],
    });
    expect((await add({ principal: target, role: "owner" }, outsider)).status).toBe(404);
    expect((await add({ principal: target, role: "owner" }, outsider, "ds_ghost")).status).toBe(404);
  });

  it("answers the same request, sent again, as it did, and adds nobody twice", async () => {
    const ann = await aPersona(app);
    const send = (role: string) =>
      app.call("POST", path(), {
        as: owner,
        body: { principal: asUser(ann), role },
        headers: { "idempotency-key": "add-ann" },
      });
    const first = await send("subscriber");
    expect(first.status).toBe(201);
    expect((await send("subscriber")).body).toEqual(first.body);
    expect(await send("expert")).toMatchObject({ status: 422, body: { code: "idempotency-key-reused" } });
  });

  it("adds the same user once when two owners do so at the same time", async () => {
    const [second, ann] = [await aPersona(app), await aPersona(app)];
    await makeMember(app, source, second, "owner");
    const replies = await Promise.all([
      add({ principal: asUser(ann), role: "subscriber" }, owner),
      add({ principal: asUser(ann), role: "expert" }, second),
    ]);
    expect(replies.map(({ status }) => status).toSorted()).toEqual([201, 409]);
    expect((await members()).filter(({ principal }) => principal.id === ann.user.id)).toHaveLength(1);
    await expectSound(app);
  });

  it("adds different users at the same time, all of them", async () => {
    const people = await Promise.all(Array.from({ length: 4 }, () => aPersona(app)));
    const replies = await Promise.all(
      people.map((one) => add({ principal: asUser(one), role: "subscriber" })),
    );
    expect(replies.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    const ids = (await members()).map(({ principal }) => principal.id);
    for (const { user } of people) expect(ids).toContain(user.id);
  });
});
