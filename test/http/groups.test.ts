import { afterAll, describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { aPeopleOffice, aProvidersGroup } from "#test/support/groups.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aPersona } from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";

const app = await anApp();
const { administrator, create, made, member, attribute } = await aPeopleOffice(app);

afterAll(() => expectSound(app));

describe("groups", () => {
  it("are made, read, renamed and deleted by USER_ADMIN, each change recorded", async () => {
    const reply = await create({ name: "  Finance ", attributes: { Country: ["US", "DE", "US"] } });
    expect(reply).toMatchObject({
      status: 201,
      body: {
        name: "Finance",
        provider: null,
        attributes: { Country: ["US", "DE"] },
        createdAt: app.clock.now().toISOString(),
        version: 1,
      },
    });
    const { id } = reply.body as { id: string };
    expect(reply.headers["location"]).toBe(`/groups/${id}`);
    const path = `/groups/${id}`;
    expect((await app.call("GET", path, { as: administrator })).body).toEqual(reply.body);
    const renamed = await app.call("PATCH", path, { as: administrator, body: { name: "FINANCE" } });
    expect(renamed).toMatchObject({ status: 200, body: { id, name: "FINANCE", version: 2 } });
    const stale = await app.call("PATCH", path, {
      as: administrator,
      body: { name: "Money" },
      headers: { "if-match": '"1"' },
    });
    expect(stale.status).toBe(412);
    expect((await app.call("PATCH", path, { as: administrator, body: {} })).body).toEqual(renamed.body);
    expect((await app.call("DELETE", path, { as: administrator })).status).toBe(204);
    expect((await app.call("GET", path, { as: administrator })).status).toBe(404);
    expect((await app.call("DELETE", path, { as: administrator })).status).toBe(404);
    const { items } = await app.store.activity("group", id, null, 10);
    const done = items.filter(({ outcome }) => outcome === "success");
    expect(done.map(({ action, actor }) => [action, actor])).toEqual(
      ["group:delete", "group:update", "group:create"].map((action) => [action, administrator.user.id]),
    );
  });

  it("are nobody else's affair: 403 whether there is such a group or not", async () => {
    const { id } = await made();
    const others = await aPersona(app, {
      permissions: ["APPLICATION_ADMIN", "GOVERNANCE", "AUDIT", "CREATE_DATA_SOURCE", "PROJECT_MANAGEMENT"],
    });
    const calls: readonly (readonly [string, string, object?])[] = [
      ["GET", "/groups"],
      ["POST", "/groups", { name: unique("x") }],
      ...[id, "grp_ghost"].flatMap((group): (readonly [string, string, object?])[] => [
        ["GET", `/groups/${group}`],
        ["PATCH", `/groups/${group}`, { name: unique("x") }],
        ["DELETE", `/groups/${group}`],
        ["GET", `/groups/${group}/members`],
        ["PUT", `/groups/${group}/members/${administrator.user.id}`],
        ["DELETE", `/groups/${group}/members/${administrator.user.id}`],
        ["PUT", `/groups/${group}/attributes/Country`, { values: ["US"] }],
        ["DELETE", `/groups/${group}/attributes/Country`],
      ]),
    ];
    for (const [method, path, body] of calls) {
      const reply = await app.call(method, path, { as: others, ...(body === undefined ? {} : { body }) });
      expect([method, path, reply.status]).toEqual([method, path, 403]);
    }
  });

  it("have one name each, upper and lower case aside, also of two who want it at once", async () => {
    const name = unique("Büro ");
    await made(name);
    expect(await create({ name: name.toUpperCase().normalize("NFD") })).toMatchObject({
      status: 409,
      body: { code: "group-name-taken", errors: [{ pointer: "/name" }] },
    });
    const other = await made();
    const renaming = await app.call("PATCH", `/groups/${other.id}`, { as: administrator, body: { name } });
    expect(renaming).toMatchObject({ status: 409, body: { code: "group-name-taken" } });
    const wanted = unique("Wanted ");
    const statuses = await Promise.all([create({ name: wanted }), create({ name: wanted })]);
    expect(statuses.map(({ status }) => status).toSorted()).toEqual([201, 409]);
    await administrator.api.updateGroup({ params: { groupId: other.id }, body: { name: unique("Free ") } });
  });

  it("may not bear the name of a provider's group", async () => {
    const { group } = await aProvidersGroup(app);
    expect(await create({ name: group.name })).toMatchObject({ body: { code: "group-name-taken" } });
  });

  it("are listed by name, found by the beginnings of words, a page at a time", async () => {
    const word = unique("zebra");
    const names = [`${word} Beta`, `Alpha-${word}`, `${word} alpha`];
    for (const name of names) await made(name);
    const list = async (query: object) => (await administrator.api.listGroups({ query })).items;
    expect((await list({ search: word.slice(0, -1) })).map(({ name }) => name)).toEqual([
      `Alpha-${word}`,
      `${word} alpha`,
      `${word} Beta`,
    ]);
    expect((await list({ search: `be ${word}` })).map(({ name }) => name)).toEqual([`${word} Beta`]);
    const first = await administrator.api.listGroups({ query: { search: word, limit: 2 } });
    const rest = await administrator.api.listGroups({
      query: { search: word, limit: 2, cursor: first.nextCursor ?? "" },
    });
    expect([...first.items, ...rest.items].map(({ name }) => name)).toHaveLength(3);
    expect(rest.nextCursor).toBeNull();
  });

  it("are made once under an idempotency key", async () => {
    const body = { name: unique("Once ") };
    const headers = { "idempotency-key": unique("key") };
    const send = () => app.call("POST", "/groups", { as: administrator, body, headers });
    const [one, two] = [await send(), await send()];
    expect([one.status, two.status]).toEqual([201, 201]);
    expect(two.body).toEqual(one.body);
  });
});

describe("nobody changes their own rights", () => {
  it("neither by putting themselves into a group nor by changing one that they are in", async () => {
    const [group, self] = [await made(), await aPersona(app, { permissions: ["USER_ADMIN"] })];
    const refused = { status: 409, body: { code: "self-change" } };
    expect(await member("PUT", group.id, self, self)).toMatchObject(refused);
    expect((await member("PUT", group.id, self)).status).toBe(200);
    expect(await member("DELETE", group.id, self, self)).toMatchObject(refused);
    const path = `/groups/${group.id}`;
    const calls: readonly (readonly [string, string, object?])[] = [
      ["PUT", `${path}/attributes/Country`, { values: ["US"] }],
      ["DELETE", `${path}/attributes/Country`],
      ["PATCH", path, { name: unique("x") }],
      ["DELETE", path],
    ];
    for (const [method, at, body] of calls) {
      expect(await app.call(method, at, { as: self, ...(body === undefined ? {} : { body }) })).toMatchObject(
        refused,
      );
    }
    const other = await aPersona(app);
    expect((await member("PUT", group.id, other, self)).status).toBe(200);
  });

  it("nor in a group that a provider says they are in", async () => {
    const { group, persona } = await aProvidersGroup(app);
    const params = { userId: persona.user.id };
    await administrator.api.updateUser({ params, body: { permissions: ["USER_ADMIN"] } });
    const reply = await app.call("PUT", `/groups/${group.id}/attributes/Country`, {
      as: persona,
      body: { values: ["US"] },
    });
    expect(reply).toMatchObject({ status: 409, body: { code: "self-change" } });
  });
});

describe("groups of an identity provider", () => {
  it("are called and made up as the provider says; attributes are added here", async () => {
    const { group, provider } = await aProvidersGroup(app);
    const persona = await aPersona(app);
    const refused = { status: 409, body: { code: "group-from-provider" } };
    const path = `/groups/${group.id}`;
    expect(await app.call("PATCH", path, { as: administrator, body: { name: unique("x") } })).toMatchObject(
      refused,
    );
    expect(await app.call("DELETE", path, { as: administrator })).toMatchObject(refused);
    expect(await member("PUT", group.id, persona)).toMatchObject(refused);
    expect(await member("DELETE", group.id, persona)).toMatchObject(refused);
    expect(await attribute("PUT", group.id, "Country", ["US"])).toMatchObject({
      status: 200,
      body: { provider: provider.id, attributes: { Country: ["US"] } },
    });
  });
});
