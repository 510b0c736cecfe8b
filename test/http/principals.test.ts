import { afterAll, describe, expect, it } from "vitest";
import { memberWrites } from "#core/members/member-writes.ts";
import { anApp } from "#test/support/app.ts";
import { expectSound } from "#test/support/invariants.ts";
import {
  aDataSource,
  aPersona,
  aRegistrar,
  makeMember,
  type DataSource,
  type Persona,
} from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";
import { itemsOf } from "#test/support/table-items.ts";

const app = await anApp();
const administrator = await aPersona(app, { permissions: ["USER_ADMIN"], name: "Root" });
const { owner, connection } = await aRegistrar(app);

afterAll(() => expectSound(app));

const found = async (search: string, as = administrator, more: object = {}) =>
  (await as.api.listPrincipals({ query: { search, ...more } })).items.map(({ name }) => name);
const status = async (as: Persona, query: Record<string, string> = {}) =>
  (await app.call("GET", "/principals", { as, query })).status;
const aGroup = async (name: string) => await administrator.api.createGroup({ body: { name } });
const join = (groupId: string, { user }: Persona) =>
  administrator.api.addGroupMember({ params: { groupId, userId: user.id } });

/** Gives a group a role, as the routes for members will. */
async function giveGroup(source: Pick<DataSource, "id">, groupId: string, role: "owner" | "subscriber") {
  const members = await app.store.dataSourceMembers(source.id);
  const after = {
    id: unique("mem_"),
    dataSourceId: source.id,
    principal: { type: "group", id: groupId },
    role,
    expiresAt: null,
    addedBy: "usr_1",
    addedAt: app.clock.now().toISOString(),
  } as const;
  await app.store.commit(memberWrites(app.ids, app.clock.now(), members, [{ before: null, after }]));
}

describe("GET /principals", () => {
  it("finds users and groups by the beginning of any word of their names, and tells no more than that", async () => {
    const word = unique("quokka");
    const ann = await aPersona(app, { name: `Ann-Marie ${word} O'Neil`, email: "secret@example.com" });
    const group = await aGroup(`${word}Lovers of Perth`);
    const items = (search: string) => administrator.api.listPrincipals({ query: { search } });
    expect((await items(word)).items).toEqual([
      { id: group.id, kind: "group", name: group.name },
      { id: ann.user.id, kind: "user", name: ann.user.name },
    ]);
    for (const search of [
      word.toUpperCase(),
      `mar ${word}`,
      `${word} ann`,
      `ann-marie ${word}`,
      `${word.slice(0, -1)} o'n`,
    ]) {
      expect([search, await found(search)]).toEqual([
        search,
        expect.arrayContaining([`Ann-Marie ${word} O'Neil`]),
      ]);
    }
    expect(await found(`${word}Lovers`)).toEqual([group.name]);
    expect(await found(`${word}lovers perth`)).toEqual([group.name]);
    for (const search of [`x${word}`, `${word} perth ann`, "secret@example", `${word}#`]) {
      expect(await found(search)).toEqual([]);
    }
  });

  it("tells each once, whatever words begin so, and pages through them all", async () => {
    const word = unique("wombat");
    await aPersona(app, { name: `${word}a ${word}b ${word}` });
    for (const last of ["c", "d", "e"]) await aPersona(app, { name: `${word}${last}` });
    expect(await found(word)).toEqual([`${word}a ${word}b ${word}`, `${word}c`, `${word}d`, `${word}e`]);
    const seen: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await administrator.api.listPrincipals({
        query: { search: word, limit: 1, ...(cursor === undefined ? {} : { cursor }) },
      });
      seen.push(...page.items.map(({ name }) => name));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(await found(word));
  });

  it("lists everybody where nothing is searched for", async () => {
    const ids = new Set<string>();
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await administrator.api.listPrincipals({
        query: { limit: 7, ...(cursor === undefined ? {} : { cursor }) },
      });
      for (const { id } of page.items) {
        expect(ids.has(id)).toBe(false);
        ids.add(id);
      }
      cursor = page.nextCursor;
    }
    const all = [...(await itemsOf(app, "user")), ...(await itemsOf(app, "group"))];
    expect(ids).toEqual(new Set(all.map((item) => item["id"])));
  });

  it("keeps in step with names: new ones find at once, old ones no more, and the deleted are not found", async () => {
    const [old, young] = [unique("numbat"), unique("quoll")];
    const group = await aGroup(`${old} Fans`);
    await administrator.api.updateGroup({ params: { groupId: group.id }, body: { name: `${young} Fans` } });
    expect(await found(old)).toEqual([]);
    expect(await found(`fans ${young}`)).toEqual([`${young} Fans`]);
    await administrator.api.deleteGroup({ params: { groupId: group.id } });
    expect(await found(young)).toEqual([]);
    await app.drain();
  });

  it("finds nobody by more than the first eight words of a name, and names of signs by themselves", async () => {
    const word = unique("bilby");
    const name = `${word} b2 c3 d4 e5 f6 g7 h8 i9`;
    await aPersona(app, { name });
    expect(await found(`${word} h8`)).toEqual([name]);
    expect(await found(`${word} i9`)).toEqual([]);
    const signs = await aPersona(app, { name: "---" });
    expect(await itemsOf(app, "principal-word")).toContainEqual(
      expect.objectContaining({ word: "---", principal: { type: "user", id: signs.user.id } }),
    );
  });
});

describe("who may look for principals", () => {
  it("whoever has something to give: by a permission, or by owning a data source or a connection", async () => {
    for (const permission of [
      "USER_ADMIN",
      "GOVERNANCE",
      "APPLICATION_ADMIN",
      "CREATE_DATA_SOURCE",
    ] as const) {
      expect(await status(await aPersona(app, { permissions: [permission] }))).toBe(200);
    }
    expect(await status(await aPersona(app, { permissions: ["AUDIT", "PROJECT_MANAGEMENT"] }))).toBe(403);
    const source = await aDataSource(owner, connection);
    const statuses: number[] = [];
    for (const role of ["owner", "expert", "subscriber"] as const) {
      const persona = await aPersona(app);
      await makeMember(app, source, persona, role);
      statuses.push(await status(persona));
    }
    expect(statuses).toEqual([200, 403, 403]);
    const [byConnection, registrar] = [await aPersona(app), await aPersona(app)];
    for (const [persona, role] of [
      [byConnection, "owner"],
      [registrar, "registrar"],
    ] as const) {
      await owner.api.addConnectionMember({
        params: { connectionId: connection.id },
        body: { principal: { type: "user", id: persona.user.id }, role },
      });
    }
    expect([await status(byConnection), await status(registrar)]).toEqual([200, 403]);
  });

  it("an owner for a time until it is over, and whoever is in a group that owns something", async () => {
    const source = await aDataSource(owner, connection);
    const [guest, member] = [await aPersona(app), await aPersona(app)];
    const until = new Date(app.clock.now().getTime() + 60_000).toISOString();
    await makeMember(app, source, guest, "owner", until);
    const group = await aGroup(unique("Owners "));
    await giveGroup(source, group.id, "owner");
    expect([await status(guest), await status(member)]).toEqual([200, 403]);
    await join(group.id, member);
    app.clock.advance(60_000);
    expect([await status(guest), await status(member)]).toEqual([403, 200]);
  });
});

describe("GET /principals for a data source", () => {
  it("completes people who may read it and groups that have a role on it, for its members alone", async () => {
    const word = unique("possum");
    const source = await aDataSource(owner, connection);
    const named = (suffix: string, given = {}) => aPersona(app, { name: `${word} ${suffix}`, ...given });
    const [expert, byGroup, governor, off, guest] = [
      await named("Expert"),
      await named("ByGroup"),
      await named("Governor", { permissions: ["GOVERNANCE"] }),
      await named("Off", { disabled: true }),
      await named("Guest"),
    ];
    const outsider = await named("Outsider");
    for (const persona of [expert, off]) await makeMember(app, source, persona, "expert");
    const until = new Date(app.clock.now().getTime() + 60_000).toISOString();
    await makeMember(app, source, guest, "subscriber", until);
    const [inside, outside] = [await aGroup(`${word} Inside`), await aGroup(`${word} Outside`)];
    await join(inside.id, byGroup);
    await join(outside.id, outsider);
    await giveGroup(source, inside.id, "subscriber");
    const query = { dataSourceId: source.id };
    const all = async (as = expert) => new Set(await found(word, as, query));
    const names = (...suffixes: readonly string[]) => new Set(suffixes.map((one) => `${word} ${one}`));
    expect(await all()).toEqual(names("Expert", "ByGroup", "Governor", "Guest", "Inside"));
    expect(await all(byGroup)).toEqual(await all());
    app.clock.advance(60_000);
    expect(await all()).toEqual(names("Expert", "ByGroup", "Governor", "Inside"));
    // Governance reads it and is no member; to others there is no such data source.
    expect(await status(governor, query)).toBe(403);
    for (const persona of [outsider, administrator, guest]) expect(await status(persona, query)).toBe(404);
    expect(await status(outsider, { dataSourceId: "ds_ghost" })).toBe(404);
  });

  it("completes nobody who no longer may, with the very next request", async () => {
    const word = unique("dingo");
    const source = await aDataSource(owner, connection);
    const member = await aPersona(app, { name: `${word} Member` });
    const group = await aGroup(unique("Readers "));
    await giveGroup(source, group.id, "subscriber");
    await join(group.id, member);
    const query = { dataSourceId: source.id };
    expect(await found(word, owner, query)).toEqual([`${word} Member`]);
    await administrator.api.removeGroupMember({
      params: { groupId: group.id, userId: member.user.id },
    });
    expect(await found(word, owner, query)).toEqual([]);
  });
});
