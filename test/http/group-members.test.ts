import { factsHoldMs } from "#core/people/user-facts.ts";
import { afterAll, describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { aPeopleOffice, aProvidersGroup } from "#test/support/groups.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aPersona, type Persona } from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";

const app = await anApp();
const { administrator, made, member, membersOf } = await aPeopleOffice(app);
const meOf = async (as: Persona) => await as.api.getMe();

afterAll(() => expectSound(app));

describe("members of groups", () => {
  it("come and go with the next request, however often that is said", async () => {
    const [group, persona] = [await made(unique("Team ")), await aPersona(app, { name: "Mia Member" })];
    expect((await meOf(persona)).groups).toEqual([]);
    const [first, again] = [await member("PUT", group.id, persona), await member("PUT", group.id, persona)];
    expect(first).toMatchObject({
      status: 200,
      body: {
        userId: persona.user.id,
        name: "Mia Member",
        provider: null,
        holds: true,
        addedBy: administrator.user.id,
      },
    });
    expect(again.body).toEqual(first.body);
    expect((await meOf(persona)).groups).toEqual([group.name]);
    expect(await membersOf(group.id)).toEqual([first.body]);
    expect((await app.store.activity("group", group.id, null, 10)).items).toHaveLength(2);
    expect((await member("DELETE", group.id, persona)).status).toBe(204);
    expect((await member("DELETE", group.id, persona)).status).toBe(204);
    expect((await meOf(persona)).groups).toEqual([]);
    expect(await membersOf(group.id)).toEqual([]);
    expect((await app.store.activity("group", group.id, null, 10)).items).toHaveLength(3);
  });

  it("must be there, and so must the group", async () => {
    const [group, persona] = [await made(), await aPersona(app)];
    for (const method of ["PUT", "DELETE"] as const) {
      expect((await member(method, "grp_ghost", persona)).status).toBe(404);
      const ghost = { ...persona, user: { ...persona.user, id: "usr_ghost" } };
      expect((await member(method, group.id, ghost)).status).toBe(404);
    }
  });

  it("are in many groups at once, whoever adds them at the same time", async () => {
    const persona = await aPersona(app);
    const groups = await Promise.all([1, 2, 3, 4].map(() => made()));
    const replies = await Promise.all(groups.map(({ id }) => member("PUT", id, persona)));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(new Set((await meOf(persona)).groups)).toEqual(new Set(groups.map(({ name }) => name)));
    const gone = await Promise.all(groups.map(({ id }) => member("DELETE", id, persona)));
    expect(gone.map(({ status }) => status)).toEqual([204, 204, 204, 204]);
    expect((await meOf(persona)).groups).toEqual([]);
  });

  it("who are added while the group is deleted are not in it afterwards", async () => {
    const personas = [await aPersona(app), await aPersona(app), await aPersona(app)];
    const group = await made();
    const [deleted, ...added] = await Promise.all([
      app.call("DELETE", `/groups/${group.id}`, { as: administrator }),
      ...personas.map((persona) => member("PUT", group.id, persona)),
    ]);
    expect(deleted.status).toBe(204);
    for (const { status } of added) expect([200, 404]).toContain(status);
    await app.drain();
    for (const persona of personas) expect((await meOf(persona)).groups).toEqual([]);
  });

  it("are told with who says so; a provider's word counts for a day", async () => {
    const { group, provider, persona } = await aProvidersGroup(app);
    const [told] = await membersOf(group.id);
    expect(told).toMatchObject({
      userId: persona.user.id,
      provider: provider.id,
      addedBy: "system",
      holds: true,
    });
    app.clock.advance(factsHoldMs);
    expect(await membersOf(group.id)).toMatchObject([{ userId: persona.user.id, holds: false }]);
  });

  it("are listed a page at a time", async () => {
    const group = await made();
    const ids = await Promise.all(
      [1, 2, 3, 4, 5].map(async () => {
        const persona = await aPersona(app);
        await member("PUT", group.id, persona);
        return persona.user.id;
      }),
    );
    const found: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await administrator.api.listGroupMembers({
        params: { groupId: group.id },
        query: { limit: 2, ...(cursor === undefined ? {} : { cursor }) },
      });
      expect(page.items.length).toBeLessThanOrEqual(2);
      found.push(...page.items.map(({ userId }) => userId));
      cursor = page.nextCursor;
    }
    expect(found).toEqual(ids.toSorted());
  });
});
