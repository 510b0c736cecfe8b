import { describe, expect, it } from "vitest";
import { demandRoom } from "#core/members/member-rules.ts";
import { memberWrites } from "#core/members/member-writes.ts";
import type { DataSource, DataSourceMember } from "#core/sources/data-source.ts";
import { anApp, caller } from "#test/support/app.ts";
import { aDataSourceMember } from "#test/support/catalog-records.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aGlobalPolicy, changeUser, join } from "#test/support/members.ts";
import { stateMember } from "#test/support/state-member.ts";
import { aKnownGroup, aPersona, makeMember, type Persona } from "#test/support/personas.ts";
import { aRecordedSource } from "#test/support/recorded-source.ts";
import { unique } from "#test/support/records.ts";

const app = await anApp();
const administrator = await aPersona(app, { permissions: ["USER_ADMIN"] });
const user = ({ user: { id } }: Persona) => ({ type: "user" as const, id });

/** The routes, where something happens between what a request reads first and what it commits. */
function meanwhile(act: () => Promise<unknown>): typeof app.call {
  let done = false;
  const commit: typeof app.store.commit = async (...given) => {
    if (!done) {
      done = true;
      await act();
    }
    await app.store.commit(...given);
  };
  return caller({ ...app.parts, store: { ...app.store, commit } });
}

/** What an owner can do to members and policy, each with somebody else at its end. */
const deeds: readonly (readonly [
  string,
  (id: string, member: string) => readonly [string, string, object?],
])[] = [
  ["adds", (id) => ["POST", `/data-sources/${id}/members`, { role: "expert" }]],
  ["changes", (id, member) => ["PATCH", `/data-sources/${id}/members/${member}`, { role: "expert" }]],
  ["removes", (id, member) => ["DELETE", `/data-sources/${id}/members/${member}`]],
  [
    "states a policy",
    (id) => ["PUT", `/data-sources/${id}/subscription-policy`, { kind: "anyone", discoverable: true }],
  ],
];

describe("rights are checked again at the commit", () => {
  for (const [name, deed] of deeds) {
    /** Does it, while something happens to who does it. */
    const during = async (act: (owner: Persona, source: DataSource, second: Persona) => Promise<unknown>) => {
      const [owner, second, other] = [await aPersona(app), await aPersona(app), await aPersona(app)];
      const source = await aRecordedSource(app, second);
      await makeMember(app, source, owner, "owner");
      const { id } = await stateMember(app, source.id, user(other), "subscriber");
      const [method, path, body] = deed(source.id, id);
      const said = method === "POST" ? { ...body, principal: user(await aPersona(app)) } : body;
      const before = await app.store.dataSourceMembers(source.id);
      const call = meanwhile(() => act(owner, source, second));
      const reply = await call(method, path, { as: owner, ...(said === undefined ? {} : { body: said }) });
      const stands = async () => {
        const { members } = await app.store.dataSourceMembers(source.id);
        const theirs = (all: readonly DataSourceMember[]) =>
          all.filter(({ principal }) => principal.id !== owner.user.id);
        expect(theirs(members)).toEqual(theirs(before.members));
        expect(
          (await app.store.dataSource(source.id, []))?.dataSource.subscription ?? source.subscription,
        ).toEqual(source.subscription);
      };
      return { ...reply, stands };
    };
    const loses = (owner: Persona, source: DataSource, after: "expert" | null) =>
      app.store.dataSourceMembers(source.id).then((stored) => {
        const before = stored.members.find(({ principal }) => principal.id === owner.user.id) ?? null;
        const change = {
          before,
          after: after === null || before === null ? null : { ...before, role: after },
        };
        return app.store.commit(memberWrites(app.ids, app.clock.now(), stored, [change]));
      });

    it(`whoever is removed meanwhile ${name} nothing`, async () => {
      const reply = await during((owner, source) => loses(owner, source, null));
      expect(reply.status).toBe(404);
      await reply.stands();
    });

    it(`whoever is made less meanwhile ${name} nothing`, async () => {
      const reply = await during((owner, source) => loses(owner, source, "expert"));
      expect(reply.status).toBe(403);
      await reply.stands();
    });

    it(`whoever is disabled, or loses a group, meanwhile ${name} nothing`, async () => {
      const reply = await during((owner) => changeUser(app, owner, { disabled: true }));
      expect(reply).toMatchObject({ status: 403, body: { code: "forbidden" } });
      await reply.stands();
    });

    it(`whoever deletes it meanwhile has that done: nobody ${name} anything`, async () => {
      const reply = await during((_, { id }, second) =>
        second.api.deleteDataSource({ params: { dataSourceId: id } }),
      );
      expect(reply.status).toBe(404);
      await reply.stands();
    });
  }
});

describe("what an addition rests on is checked again at the commit", () => {
  it("that the user, or the group, is still there", async () => {
    const owner = await aPersona(app);
    const source = await aRecordedSource(app, owner);
    const [ann, group] = [await aPersona(app), await aKnownGroup(app)];
    const gone = [
      {
        principal: user(ann),
        act: () => administrator.api.deleteUser({ params: { userId: ann.user.id } }),
      },
      {
        principal: { type: "group" as const, id: group.id },
        act: () => administrator.api.deleteGroup({ params: { groupId: group.id } }),
      },
    ];
    for (const { principal, act } of gone) {
      const reply = await meanwhile(act)("POST", `/data-sources/${source.id}/members`, {
        as: owner,
        body: { principal, role: "expert" },
      });
      expect(reply).toMatchObject({ status: 422, body: { code: "principal-not-found" } });
    }
    expect((await app.store.dataSourceMembers(source.id)).members).toHaveLength(1);
    await app.drain();
  });

  it("that no policy has come to apply to it", async () => {
    const owner = await aPersona(app);
    const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
    const name = unique("Guarded");
    await governor.api.createTag({ body: { name } });
    const tag = (await app.store.tagTree()).find(name);
    await aGlobalPolicy(app, { kind: "approval" }, { on: "tagged", every: [[tag?.id ?? ""]] });
    const source = await aRecordedSource(app, owner);
    const call = meanwhile(() =>
      owner.api.addTags({ params: { dataSourceId: source.id }, body: { tags: [name] } }),
    );
    const body = { principal: user(await aPersona(app)), role: "subscriber" };
    expect(await call("POST", `/data-sources/${source.id}/members`, { as: owner, body })).toMatchObject({
      status: 409,
      body: { code: "approval-required" },
    });
  });

  it("that no owner can act, where USER_ADMIN makes one", async () => {
    const gone = await aPersona(app);
    const source = await aRecordedSource(app, gone);
    await changeUser(app, gone, { disabled: true });
    const appointing = await aPersona(app, { permissions: ["USER_ADMIN"] });
    const body = { principal: user(await aPersona(app)), role: "owner" };
    const send = (act: () => Promise<unknown>) =>
      meanwhile(act)("POST", `/data-sources/${source.id}/members`, { as: appointing, body });
    const another = await aPersona(app);
    expect((await send(() => makeMember(app, source, another, "owner"))).status).toBe(404);
    await changeUser(app, another, { disabled: true });
    expect((await send(() => changeUser(app, appointing, { permissions: [] }))).status).toBe(403);
  });

  it("that an owner is left, whoever else is being taken away", async () => {
    const [owner, second] = [await aPersona(app), await aPersona(app)];
    const source = await aRecordedSource(app, owner);
    await makeMember(app, source, second, "owner");
    const { members } = await app.store.dataSourceMembers(source.id);
    const mine = members.find(({ principal }) => principal.id === owner.user.id);
    const leaves = meanwhile(() => administrator.api.deleteUser({ params: { userId: second.user.id } }));
    const reply = await leaves("DELETE", `/data-sources/${source.id}/members/${mine?.id}`, { as: owner });
    expect(reply).toMatchObject({ status: 409, body: { code: "last-owner" } });
    await app.drain();
    await expectSound(app);
  });
});

describe("a data source has so many members and no more", () => {
  it("two hundred groups, of which those do not count whose time is over", async () => {
    const owner = await aPersona(app);
    const source = await aRecordedSource(app, owner);
    const past = new Date(app.clock.now().getTime() - 1).toISOString();
    const members = Array.from({ length: 200 }, (_, index) =>
      aDataSourceMember({
        dataSourceId: source.id,
        principal: { type: "group", id: `grp_${index}` },
        role: "subscriber",
        expiresAt: index === 0 ? past : null,
      }),
    );
    await app.store.commit([
      { write: "put", kind: "group-roles", record: { dataSourceId: source.id, members, version: 2 } },
    ]);
    const add = async () => {
      const { id } = await aKnownGroup(app);
      const body = { principal: { type: "group", id }, role: "subscriber" };
      return await app.call("POST", `/data-sources/${source.id}/members`, { as: owner, body });
    };
    expect((await add()).status).toBe(201);
    expect(await add()).toMatchObject({ status: 422, body: { code: "too-many-members" } });
    const body = { principal: user(await aPersona(app)), role: "subscriber" };
    expect((await app.call("POST", `/data-sources/${source.id}/members`, { as: owner, body })).status).toBe(
      201,
    );
  });

  it("ten thousand users, who was taken out by hand among them, and not whose time is over", () => {
    const stored = (users: number, over: number) => {
      const members = Array.from({ length: over }, () => aDataSourceMember());
      return {
        stored: { members, users, groups: { dataSourceId: "ds_1", members: [], version: 0 } },
        holding: [],
      };
    };
    const one = { type: "user", id: "usr_new" } as const;
    const full: unknown = expect.objectContaining({ code: "too-many-members" });
    expect(() => demandRoom(stored(9_999, 0), one)).not.toThrow();
    expect(() => demandRoom(stored(10_000, 0), one)).toThrow(full);
    expect(() => demandRoom(stored(10_000, 1), one)).not.toThrow();
    expect(() => demandRoom(stored(10_000, 0), { type: "group", id: "grp_new" })).not.toThrow();
  });

  it("and each in a group's role, or a user's, is stated once", async () => {
    const owner = await aPersona(app);
    const source = await aRecordedSource(app, owner);
    const group = await aKnownGroup(app);
    await join(app, owner, group);
    const add = () =>
      app.call("POST", `/data-sources/${source.id}/members`, {
        as: owner,
        body: { principal: { type: "group", id: group.id }, role: "expert" },
      });
    const replies = await Promise.all([add(), add(), add()]);
    expect(replies.map(({ status }) => status).toSorted()).toEqual([201, 409, 409]);
  });
});
