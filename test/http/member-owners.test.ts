import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aGlobalPolicy, changeUser, dropPolicy, join } from "#test/support/members.ts";
import { stateMember } from "#test/support/state-member.ts";
import { aKnownGroup, aPersona, makeMember, type Persona } from "#test/support/personas.ts";
import { aRecordedSource } from "#test/support/recorded-source.ts";
import { unique } from "#test/support/records.ts";

const app = await anApp();
const administrator = await aPersona(app, { permissions: ["USER_ADMIN"] });
const membersPath = (id: string) => `/data-sources/${id}/members`;
const userPrincipal = ({ user }: Persona) => ({ type: "user" as const, id: user.id });
const later = (ms: number) => new Date(app.clock.now().getTime() + ms).toISOString();
const day = 86_400_000;

/** A data source and the id of its first owner's membership. */
async function anOwned(owner: Persona) {
  const { id } = await aRecordedSource(app, owner);
  const { members } = await app.store.dataSourceMembers(id);
  return { id, ownership: members[0]?.id ?? "" };
}

const lastOwner = { status: 409, body: { code: "last-owner" } };
const change = (id: string, memberId: string, body: object, as: Persona) =>
  app.call("PATCH", `${membersPath(id)}/${memberId}`, { as, body });
const remove = (id: string, memberId: string, as: Persona) =>
  app.call("DELETE", `${membersPath(id)}/${memberId}`, { as });

describe("a data source always keeps an owner who can act", () => {
  it("whoever is removed, made less, or given an end", async () => {
    const owner = await aPersona(app);
    const { id, ownership } = await anOwned(owner);
    await makeMember(app, { id }, await aPersona(app), "expert");
    expect(await remove(id, ownership, owner)).toMatchObject(lastOwner);
    for (const role of ["expert", "subscriber"]) {
      expect(await change(id, ownership, { role }, owner)).toMatchObject(lastOwner);
    }
    expect(await change(id, ownership, { expiresAt: later(day) }, owner)).toMatchObject(lastOwner);
    expect(await owner.api.getDataSource({ params: { dataSourceId: id } })).toMatchObject({
      myRole: "owner",
    });
    await expectSound(app);
  });

  it("and one that is disabled, or has an end, is none", async () => {
    const owner = await aPersona(app);
    const { id, ownership } = await anOwned(owner);
    await makeMember(app, { id }, await aPersona(app, { disabled: true }), "owner");
    await makeMember(app, { id }, await aPersona(app), "owner", later(day));
    expect(await remove(id, ownership, owner)).toMatchObject(lastOwner);
    const second = await aPersona(app);
    await makeMember(app, { id }, second, "owner");
    expect((await remove(id, ownership, owner)).status).toBe(204);
    expect((await app.call("GET", `/data-sources/${id}`, { as: owner })).status).toBe(404);
  });

  it("a group counts while somebody in it is enabled", async () => {
    const owner = await aPersona(app);
    const { id, ownership } = await anOwned(owner);
    const group = await aKnownGroup(app);
    await stateMember(app, id, { type: "group", id: group.id }, "owner");
    expect(await remove(id, ownership, owner)).toMatchObject(lastOwner);
    const inGroup = await aPersona(app, { disabled: true });
    await join(app, inGroup, group);
    expect(await remove(id, ownership, owner)).toMatchObject(lastOwner);
    await changeUser(app, inGroup, { disabled: false });
    expect((await remove(id, ownership, owner)).status).toBe(204);
    const { members } = await app.store.dataSourceMembers(id);
    expect(await remove(id, members[0]?.id ?? "", inGroup)).toMatchObject(lastOwner);
    await expectSound(app);
  });

  it("an owner whose role has an end may go, and whoever is less may be changed, whoever owns it", async () => {
    const owner = await aPersona(app);
    const { id, ownership } = await anOwned(owner);
    const [guest, expert] = [await aPersona(app), await aPersona(app)];
    const short = await stateMember(app, id, userPrincipal(guest), "owner", later(day));
    const little = await stateMember(app, id, userPrincipal(expert), "expert");
    await changeUser(app, owner, { disabled: true });
    expect((await change(id, little.id, { role: "subscriber" }, guest)).status).toBe(200);
    expect(await remove(id, ownership, guest)).toMatchObject(lastOwner);
    expect((await remove(id, short.id, guest)).status).toBe(204);
  });

  it("of two owners who remove each other, or make each other less, at the same time one succeeds", async () => {
    for (const take of [
      (id: string, memberId: string, as: Persona) => remove(id, memberId, as),
      (id: string, memberId: string, as: Persona) => change(id, memberId, { role: "expert" }, as),
    ]) {
      const [one, other] = [await aPersona(app), await aPersona(app)];
      const { id, ownership } = await anOwned(one);
      const second = await stateMember(app, id, userPrincipal(other), "owner");
      const replies = await Promise.all([take(id, second.id, one), take(id, ownership, other)]);
      expect(replies.filter(({ status }) => status < 300)).toHaveLength(1);
      const { members } = await app.store.dataSourceMembers(id);
      expect(members.filter(({ role }) => role === "owner")).toHaveLength(1);
    }
    await expectSound(app);
  });

  it("of two owners who leave at the same time one stays", async () => {
    const [one, other] = [await aPersona(app), await aPersona(app)];
    const { id, ownership } = await anOwned(one);
    const second = await stateMember(app, id, userPrincipal(other), "owner");
    const replies = await Promise.all([remove(id, ownership, one), remove(id, second.id, other)]);
    expect(replies.map(({ status }) => status).toSorted()).toEqual([204, 409]);
    await expectSound(app);
  });
});

describe("where no owner can act", () => {
  const add = (id: string, body: object, as = administrator) =>
    app.call("POST", membersPath(id), { as, body });

  /** A data source whose only owner is disabled. */
  async function anAbandoned(given = {}) {
    const gone = await aPersona(app);
    const { id } = await aRecordedSource(app, gone, given);
    await changeUser(app, gone, { disabled: true });
    return id;
  }

  it("USER_ADMIN makes somebody else an owner for good, also of what is disabled, and sees nothing of it", async () => {
    for (const status of ["enabled", "disabled"] as const) {
      const id = await anAbandoned({ status });
      const heir = await aPersona(app);
      const reply = await add(id, { principal: userPrincipal(heir), role: "owner" });
      expect(reply).toMatchObject({ status: 201, body: { role: "owner", addedBy: administrator.user.id } });
      expect(await heir.api.getDataSource({ params: { dataSourceId: id } })).toMatchObject({
        myRole: "owner",
      });
      expect((await app.call("GET", `/data-sources/${id}`, { as: administrator })).status).toBe(404);
      expect((await app.call("GET", membersPath(id), { as: administrator })).status).toBe(404);
    }
    await expectSound(app);
  });

  it("and once one can, there is no such data source to them any more", async () => {
    const id = await anAbandoned();
    const [heir, another] = [await aPersona(app), await aPersona(app)];
    expect((await add(id, { principal: userPrincipal(heir), role: "owner" })).status).toBe(201);
    expect((await add(id, { principal: userPrincipal(another), role: "owner" })).status).toBe(404);
  });

  it("they make an owner of a member, too, around no policy, and not again of one who cannot act", async () => {
    const gone = await aPersona(app);
    const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
    const name = unique("Asked");
    await governor.api.createTag({ body: { name } });
    const tagId = (await app.store.tagTree()).find(name)?.id ?? "";
    const policy = await aGlobalPolicy(app, { kind: "approval" }, { on: "tagged", every: [[tagId]] });
    const tags = [{ tagId, provenance: "manual", appliedBy: "usr_1", appliedAt: later(0) }] as const;
    const { id } = await aRecordedSource(app, gone, { tags });
    const [expert, guest, stranger] = [await aPersona(app), await aPersona(app), await aPersona(app)];
    const known = await stateMember(app, id, userPrincipal(expert), "expert");
    await stateMember(app, id, userPrincipal(guest), "subscriber", later(day));
    await changeUser(app, gone, { disabled: true });
    const make = (one: Persona) => add(id, { principal: userPrincipal(one), role: "owner" });
    expect(await make(gone)).toMatchObject({ status: 409, body: { code: "member-exists" } });
    // He was let in for a day.
    for (const one of [guest, stranger]) {
      expect(await make(one)).toMatchObject({ status: 409, body: { code: "approval-required" } });
    }
    expect(await make(expert)).toMatchObject({ status: 201, body: { id: known.id, role: "owner" } });
    expect(await expert.api.getDataSource({ params: { dataSourceId: id } })).toMatchObject({
      myRole: "owner",
    });
    await dropPolicy(app, policy);
    await expectSound(app);
  });

  it("of two of them who do so at the same time one succeeds", async () => {
    const id = await anAbandoned();
    const other = await aPersona(app, { permissions: ["USER_ADMIN"] });
    const heirs = [await aPersona(app), await aPersona(app)];
    const replies = await Promise.all(
      [administrator, other].map((as, index) =>
        add(id, { principal: userPrincipal(heirs[index] ?? as), role: "owner" }, as),
      ),
    );
    expect(replies.map(({ status }) => status).toSorted()).toEqual([201, 404]);
  });

  it("they give no other role, none with an end, and nothing to themselves or their groups", async () => {
    const id = await anAbandoned();
    const heir = userPrincipal(await aPersona(app));
    expect((await add(id, { principal: heir, role: "expert" })).status).toBe(403);
    expect((await add(id, { principal: heir, role: "owner", expiresAt: later(day) })).status).toBe(403);
    const selfChange = { status: 409, body: { code: "self-change" } };
    expect(await add(id, { principal: userPrincipal(administrator), role: "owner" })).toMatchObject(
      selfChange,
    );
    const group = await aKnownGroup(app);
    const inGroup = await aPersona(app, { permissions: ["USER_ADMIN"], groups: [group.id] });
    expect(
      await add(id, { principal: { type: "group", id: group.id }, role: "owner" }, inGroup),
    ).toMatchObject(selfChange);
    for (const memberId of ["mem_1", "auto_usr_1"]) {
      expect((await remove(id, memberId, administrator)).status).toBe(404);
    }
  });

  it("nobody else may", async () => {
    const id = await anAbandoned();
    const as = await aPersona(app, {
      permissions: ["APPLICATION_ADMIN", "AUDIT", "CREATE_DATA_SOURCE", "PROJECT_MANAGEMENT"],
    });
    const heir = userPrincipal(await aPersona(app));
    expect((await add(id, { principal: heir, role: "owner" }, as)).status).toBe(404);
    const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
    expect((await add(id, { principal: heir, role: "owner" }, governor)).status).toBe(403);
  });
});
