import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { expectSound } from "#test/support/invariants.ts";
import { join } from "#test/support/members.ts";
import { stateMember } from "#test/support/state-member.ts";
import { aKnownGroup, aPersona, type Persona } from "#test/support/personas.ts";
import { aRecordedSource } from "#test/support/recorded-source.ts";
import { lastDeed } from "#test/support/table-items.ts";

const app = await anApp();
const owner = await aPersona(app, { name: "Olga" });
const source = await aRecordedSource(app, owner);
const path = (id = source.id) => `/data-sources/${id}/members`;
const members = async (as = owner, id = source.id) =>
  (await as.api.listMembers({ params: { dataSourceId: id }, query: { limit: 200 } })).items;
const later = (ms: number) => new Date(app.clock.now().getTime() + ms).toISOString();
const day = 86_400_000;

describe("PATCH /data-sources/{id}/members/{memberId}", () => {
  const change = (memberId: string, body: object, as = owner, id = source.id) =>
    app.call("PATCH", `${path(id)}/${memberId}`, { as, body });

  it("changes role and end, each by itself, with the next request, and records it", async () => {
    const ann = await aPersona(app, { name: "Ann" });
    const { id } = await stateMember(app, source.id, { type: "user", id: ann.user.id }, "subscriber");
    expect(await change(id, { role: "expert" })).toMatchObject({
      status: 200,
      body: { id, role: "expert", expiresAt: null, principal: { name: "Ann" } },
    });
    expect(await change(id, { expiresAt: later(day) })).toMatchObject({
      status: 200,
      body: { id, role: "expert", expiresAt: later(day) },
    });
    expect(await lastDeed(app, "data-source", source.id)).toMatchObject({
      action: "data-source:change-member",
      details: {
        before: { role: "expert", expiresAt: null },
        after: { role: "expert", expiresAt: later(day) },
      },
    });
    expect((await ann.api.listDataSources({ query: { role: "expert" } })).items).toHaveLength(1);
    expect(await change(id, { role: "subscriber", expiresAt: null })).toMatchObject({
      status: 200,
      body: { role: "subscriber", expiresAt: null },
    });
    expect((await ann.api.listDataSources({ query: { role: "expert" } })).items).toEqual([]);
    await expectSound(app);
  });

  it("changes nothing, and records nothing, where everything is so already", async () => {
    const ann = await aPersona(app);
    const { id } = await stateMember(app, source.id, { type: "user", id: ann.user.id }, "subscriber");
    const before = await lastDeed(app, "data-source", source.id);
    expect((await change(id, { role: "subscriber", expiresAt: null })).status).toBe(200);
    expect((await change(id, {})).status).toBe(200);
    expect(await lastDeed(app, "data-source", source.id)).toEqual(before);
  });

  it("changes a group's role, for all in it", async () => {
    const group = await aKnownGroup(app);
    const ann = await aPersona(app, { groups: [group.id] });
    const { id } = await stateMember(app, source.id, { type: "group", id: group.id }, "subscriber");
    expect((await change(id, { role: "expert" })).status).toBe(200);
    expect(await ann.api.getDataSource({ params: { dataSourceId: source.id } })).toMatchObject({
      myRole: "expert",
    });
  });

  it("refuses what an addition refuses: ingest, and an end that is over", async () => {
    const ann = await aPersona(app);
    const { id } = await stateMember(app, source.id, { type: "user", id: ann.user.id }, "subscriber");
    expect(await change(id, { role: "ingest" })).toMatchObject({
      status: 422,
      body: { code: "ingest-needs-object-backed" },
    });
    expect(await change(id, { expiresAt: later(0) })).toMatchObject({
      status: 400,
      body: { errors: [{ in: "body", pointer: "/expiresAt" }] },
    });
  });

  it("knows no member who is unknown, of another data source, or whose time is over", async () => {
    const ann = await aPersona(app);
    const other = await aRecordedSource(app, owner);
    const [there] = await members(owner, other.id);
    const over = await stateMember(app, source.id, { type: "user", id: ann.user.id }, "expert", later(-1));
    for (const id of ["mem_ghost", there?.id ?? "", over.id, `auto_${ann.user.id}`, "auto_"]) {
      expect((await change(id, { role: "subscriber" })).status).toBe(404);
    }
  });

  it("is for owners: other members and GOVERNANCE get 403, everybody else 404", async () => {
    const [member, governor, outsider] = [
      await aPersona(app),
      await aPersona(app, { permissions: ["GOVERNANCE"] }),
      await aPersona(app, { permissions: ["USER_ADMIN", "APPLICATION_ADMIN", "AUDIT"] }),
    ];
    const mine = await stateMember(app, source.id, { type: "user", id: member.user.id }, "expert");
    const statuses = async (as: Persona) => [
      (await change(mine.id, { role: "owner" }, as)).status,
      (await app.call("DELETE", `${path()}/${mine.id}`, { as })).status,
      (await app.call("DELETE", `${path()}/auto_${as.user.id}`, { as })).status,
    ];
    expect(await statuses(member)).toEqual([403, 403, 403]);
    expect(await statuses(governor)).toEqual([403, 403, 403]);
    expect(await statuses(outsider)).toEqual([404, 404, 404]);
  });
});

describe("DELETE /data-sources/{id}/members/{memberId}", () => {
  const remove = (memberId: string, as = owner, id = source.id) =>
    app.call("DELETE", `${path(id)}/${memberId}`, { as });

  it("takes a user's role away with the next request, everywhere, and records it", async () => {
    const ann = await aPersona(app);
    const { id } = await stateMember(app, source.id, { type: "user", id: ann.user.id }, "expert");
    expect((await ann.api.listDataSources()).items).toHaveLength(1);
    expect((await remove(id)).status).toBe(204);
    expect((await app.call("GET", `/data-sources/${source.id}`, { as: ann })).status).toBe(404);
    expect((await ann.api.listDataSources()).items).toEqual([]);
    expect((await members()).map((member) => member.id)).not.toContain(id);
    expect(await lastDeed(app, "data-source", source.id)).toMatchObject({
      action: "data-source:remove-member",
      details: { before: { memberId: id, role: "expert" }, after: null },
    });
    expect((await remove(id)).status).toBe(404);
    await expectSound(app);
  });

  it("takes a group's role away from all in it", async () => {
    const group = await aKnownGroup(app);
    const ann = await aPersona(app, { groups: [group.id] });
    const { id } = await stateMember(app, source.id, { type: "group", id: group.id }, "expert");
    expect((await app.call("GET", `/data-sources/${source.id}`, { as: ann })).status).toBe(200);
    expect((await remove(id)).status).toBe(204);
    expect((await app.call("GET", `/data-sources/${source.id}`, { as: ann })).status).toBe(404);
    expect((await ann.api.listDataSources()).items).toEqual([]);
  });

  it("leaves a user what they have by a group", async () => {
    const group = await aKnownGroup(app);
    const ann = await aPersona(app);
    await join(app, ann, group);
    await stateMember(app, source.id, { type: "group", id: group.id }, "subscriber");
    const { id } = await stateMember(app, source.id, { type: "user", id: ann.user.id }, "owner");
    expect((await remove(id)).status).toBe(204);
    expect(await ann.api.getDataSource({ params: { dataSourceId: source.id } })).toMatchObject({
      myRole: "subscriber",
    });
  });
});
