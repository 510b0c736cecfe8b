import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aGlobalPolicy, changeUser, dropPolicy } from "#test/support/members.ts";
import { stateMember } from "#test/support/state-member.ts";
import { aKnownGroup, aPersona, makeMember, type Persona } from "#test/support/personas.ts";
import { aRecordedSource } from "#test/support/recorded-source.ts";
import { unique } from "#test/support/records.ts";
import { lastDeed } from "#test/support/table-items.ts";
import { individually } from "#core/subscriptions/subscription-policy.ts";
import type { DataSource } from "#core/sources/data-source.ts";

const app = await anApp();
const owner = await aPersona(app);
const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
const user = ({ user: { id } }: Persona) => ({ type: "user" as const, id });
const later = (ms: number) => new Date(app.clock.now().getTime() + ms).toISOString();
const day = 86_400_000;
const add = (id: string, body: object, as = owner) =>
  app.call("POST", `/data-sources/${id}/members`, { as, body });
const change = (id: string, memberId: string, body: object) =>
  app.call("PATCH", `/data-sources/${id}/members/${memberId}`, { as: owner, body });
const remove = (id: string, memberId: string) =>
  app.call("DELETE", `/data-sources/${id}/members/${memberId}`, { as: owner });
/** What somebody is to a data source; null where there is none to them. */
async function roleOf(as: Persona, id: string): Promise<unknown> {
  const { status, body } = await app.call("GET", `/data-sources/${id}`, { as });
  return status === 200 ? (body as { myRole: unknown }).myRole : null;
}
const approvalRequired = { status: 409, body: { code: "approval-required" } };
const legal = { who: "attribute", name: "department", values: ["legal"] } as const;

/** A tag, and a data source that carries it. */
async function aTagged(given: Partial<DataSource> = {}) {
  const name = unique("Tag");
  await governor.api.createTag({ body: { name } });
  const tag = (await app.store.tagTree()).find(name);
  if (tag === undefined) throw new Error("the tag was not made");
  const tags = [{ tagId: tag.id, provenance: "manual", appliedBy: "usr_1", appliedAt: later(0) }] as const;
  return { tag, source: await aRecordedSource(app, owner, { tags, ...given }) };
}

describe("under a global policy that asks for an approval, or for groups and attributes", () => {
  for (const kind of ["approval", "entitlement"] as const) {
    it(`adds nobody by hand (${kind}): neither user nor group, in no role`, async () => {
      const { tag, source } = await aTagged();
      await aGlobalPolicy(
        app,
        { kind, when: kind === "entitlement" ? legal : null },
        { on: "tagged", every: [[tag.id]] },
      );
      const [ann, group] = [await aPersona(app), await aKnownGroup(app)];
      for (const role of ["subscriber", "expert", "owner"]) {
        expect(await add(source.id, { principal: user(ann), role })).toMatchObject(approvalRequired);
        expect(await add(source.id, { principal: { type: "group", id: group.id }, role })).toMatchObject(
          approvalRequired,
        );
      }
      expect(await roleOf(ann, source.id)).toBeNull();
      const other = await aRecordedSource(app, owner);
      expect((await add(other.id, { principal: user(ann), role: "subscriber" })).status).toBe(201);
      await expectSound(app);
    });
  }

  it("adds, in any role, whom the policies admit by themselves", async () => {
    const { tag, source } = await aTagged();
    await aGlobalPolicy(app, { kind: "entitlement", when: legal }, { on: "tagged", every: [[tag.id]] });
    const ann = await aPersona(app, { attributes: { Department: ["legal"] } });
    expect(await roleOf(ann, source.id)).toBe("subscriber");
    expect((await add(source.id, { principal: user(ann), role: "expert" })).status).toBe(201);
    expect(await roleOf(ann, source.id)).toBe("expert");
    const group = await aKnownGroup(app, { attributes: { department: ["legal"] } });
    expect(
      await add(source.id, { principal: { type: "group", id: group.id }, role: "subscriber" }),
    ).toMatchObject(approvalRequired);
  });

  it("raises the role of whom somebody made a subscriber, and shortens it, but makes it no longer", async () => {
    const { tag, source } = await aTagged();
    const [ann, bob] = [await aPersona(app), await aPersona(app)];
    const forGood = await stateMember(app, source.id, user(ann), "subscriber");
    const forADay = await stateMember(app, source.id, user(bob), "subscriber", later(day));
    await aGlobalPolicy(app, { kind: "approval" }, { on: "tagged", every: [[tag.id]] });
    expect((await change(source.id, forGood.id, { role: "expert" })).status).toBe(200);
    expect((await change(source.id, forGood.id, { expiresAt: later(2 * day) })).status).toBe(200);
    expect(await change(source.id, forGood.id, { expiresAt: null })).toMatchObject(approvalRequired);
    expect((await change(source.id, forADay.id, { role: "expert" })).status).toBe(200);
    expect(await change(source.id, forADay.id, { expiresAt: later(day + 1) })).toMatchObject(
      approvalRequired,
    );
    expect((await change(source.id, forADay.id, { expiresAt: later(day - 1) })).status).toBe(200);
  });

  it("does not make a reader of who was let in to push data alone", async () => {
    const { tag, source } = await aTagged();
    const pusher = await aPersona(app);
    const { id } = await stateMember(app, source.id, user(pusher), "ingest");
    await aGlobalPolicy(app, { kind: "approval" }, { on: "tagged", every: [[tag.id]] });
    expect(await change(source.id, id, { role: "subscriber" })).toMatchObject(approvalRequired);
  });

  it("an owner's own policy of that kind, and a global one that is staged, hold up nobody", async () => {
    const { tag, source } = await aTagged({
      subscription: { ...individually, kind: "approval", source: "owner" },
    });
    const policy = await aGlobalPolicy(app, { kind: "approval" }, { on: "tagged", every: [[tag.id]] });
    await app.store.commit([
      { write: "put", kind: "policy", record: { ...policy, state: "staged" } },
      { write: "directory-changed" },
    ]);
    const ann = await aPersona(app);
    expect((await add(source.id, { principal: user(ann), role: "subscriber" })).status).toBe(201);
  });

  it("the tags that the data source has when it commits decide", async () => {
    const { tag, source } = await aTagged();
    const policy = await aGlobalPolicy(app, { kind: "approval" }, { on: "tagged", every: [[tag.id]] });
    const [ann, bob] = [await aPersona(app), await aPersona(app)];
    expect(await add(source.id, { principal: user(ann), role: "subscriber" })).toMatchObject(
      approvalRequired,
    );
    await dropPolicy(app, policy);
    expect((await add(source.id, { principal: user(bob), role: "subscriber" })).status).toBe(201);
  });
});

describe("who is taken out by hand", () => {
  const anyone = { subscription: { ...individually, kind: "anyone", source: "owner" } } as const;

  it("stays out where a policy would let them in, in every list, until an owner adds them", async () => {
    const source = await aRecordedSource(app, owner, anyone);
    const ann = await aPersona(app, { name: "Ann" });
    expect(await roleOf(ann, source.id)).toBe("subscriber");
    const listed = async () =>
      (await ann.api.listDataSources({ query: { search: source.name } })).items.length;
    expect(await listed()).toBe(1);
    expect((await remove(source.id, `auto_${ann.user.id}`)).status).toBe(204);
    expect(await roleOf(ann, source.id)).toBeNull();
    expect(await listed()).toBe(0);
    expect((await remove(source.id, `auto_${ann.user.id}`)).status).toBe(404);
    expect(await lastDeed(app, "data-source", source.id)).toMatchObject({
      action: "data-source:remove-member",
      details: { before: null, after: { principal: user(ann), role: "removed" } },
    });
    expect((await add(source.id, { principal: user(ann), role: "subscriber" })).status).toBe(201);
    expect(await roleOf(ann, source.id)).toBe("subscriber");
    expect(await listed()).toBe(1);
    await expectSound(app);
  });

  it("stays out, too, where their role was somebody's gift, and is not shown as a member, or changed", async () => {
    const source = await aRecordedSource(app, owner, anyone);
    const ann = await aPersona(app);
    const { id } = await stateMember(app, source.id, user(ann), "expert");
    expect((await remove(source.id, id)).status).toBe(204);
    expect(await roleOf(ann, source.id)).toBeNull();
    const { members } = await app.store.dataSourceMembers(source.id);
    const out = members.find(({ principal }) => principal.id === ann.user.id);
    expect(out).toMatchObject({ role: "removed", expiresAt: null, addedBy: owner.user.id });
    const { items } = await owner.api.listMembers({
      params: { dataSourceId: source.id },
      query: { limit: 200 },
    });
    expect(items.map(({ principal }) => principal.id)).not.toContain(ann.user.id);
    expect((await change(source.id, out?.id ?? "", { role: "expert" })).status).toBe(404);
    expect((await remove(source.id, out?.id ?? "")).status).toBe(404);
  });

  it("stays out under a global entitlement policy, and an owner may add them again while they have what it asks for", async () => {
    const { tag, source } = await aTagged();
    await aGlobalPolicy(app, { kind: "entitlement", when: legal }, { on: "tagged", every: [[tag.id]] });
    const ann = await aPersona(app, { attributes: { department: ["legal"] } });
    expect((await remove(source.id, `auto_${ann.user.id}`)).status).toBe(204);
    expect(await roleOf(ann, source.id)).toBeNull();
    await changeUser(app, ann, { attributes: {} });
    expect(await add(source.id, { principal: user(ann), role: "subscriber" })).toMatchObject(
      approvalRequired,
    );
    await changeUser(app, ann, { attributes: { department: ["legal"] } });
    expect(await roleOf(ann, source.id)).toBeNull();
    expect((await add(source.id, { principal: user(ann), role: "subscriber" })).status).toBe(201);
    expect(await roleOf(ann, source.id)).toBe("subscriber");
  });

  it("keeps what a group of theirs has", async () => {
    const source = await aRecordedSource(app, owner, anyone);
    const group = await aKnownGroup(app);
    const ann = await aPersona(app, { groups: [group.id] });
    const { id } = await stateMember(app, source.id, user(ann), "expert");
    await stateMember(app, source.id, { type: "group", id: group.id }, "subscriber");
    expect((await remove(source.id, id)).status).toBe(204);
    expect(await roleOf(ann, source.id)).toBe("subscriber");
    await app.store.dataSourceMembers(source.id);
    await changeUser(app, ann, { groups: [] });
    expect(await roleOf(ann, source.id)).toBeNull();
  });

  it("leaves no trace where no policy would let them in: one that comes later does", async () => {
    const source = await aRecordedSource(app, owner);
    const ann = await aPersona(app);
    const { id } = await stateMember(app, source.id, user(ann), "expert");
    expect((await remove(source.id, id)).status).toBe(204);
    const body = { kind: "anyone", discoverable: false } as const;
    await owner.api.setSubscriptionPolicy({ params: { dataSourceId: source.id }, body });
    expect(await roleOf(ann, source.id)).toBe("subscriber");
  });

  it("is nobody who is no subscriber by policy", async () => {
    const source = await aRecordedSource(app, owner, anyone);
    const [ann, member, off] = [
      await aPersona(app),
      await aPersona(app),
      await aPersona(app, { disabled: true }),
    ];
    await makeMember(app, source, member, "expert");
    for (const id of [`auto_${member.user.id}`, `auto_${owner.user.id}`, "auto_usr_ghost", "auto_"]) {
      expect((await remove(source.id, id)).status).toBe(404);
    }
    expect((await remove(source.id, `auto_${off.user.id}`)).status).toBe(204);
    const closed = await aRecordedSource(app, owner);
    expect((await remove(closed.id, `auto_${ann.user.id}`)).status).toBe(404);
  });
});

describe("whoever loses what a policy asks for", () => {
  it("loses an automatic subscription at once, and keeps what somebody gave them", async () => {
    const { tag, source } = await aTagged();
    await aGlobalPolicy(app, { kind: "entitlement", when: legal }, { on: "tagged", every: [[tag.id]] });
    const has = { attributes: { department: ["sales", "legal"] } };
    const [ann, bob] = [await aPersona(app, has), await aPersona(app, has)];
    expect((await add(source.id, { principal: user(bob), role: "subscriber" })).status).toBe(201);
    for (const one of [ann, bob]) await changeUser(app, one, { attributes: { department: ["sales"] } });
    expect(await roleOf(ann, source.id)).toBeNull();
    expect(await roleOf(bob, source.id)).toBe("subscriber");
    expect((await ann.api.listDataSources({ query: { search: source.name } })).items).toEqual([]);
    expect((await bob.api.listDataSources({ query: { search: source.name } })).items).toHaveLength(1);
  });
});
