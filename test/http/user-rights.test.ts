import { describe, expect, it } from "vitest";
import { bootstrapAdministrator } from "#core/people/first-administrator.ts";
import type { Permission } from "#contracts/resources/system.ts";
import { anApp, type App } from "#test/support/app.ts";
import { expectSound } from "#test/support/invariants.ts";
import { anIdentityProvider } from "#test/support/people-records.ts";
import { everyPermission, personaOf, type Persona } from "#test/support/personas.ts";
import { aJoinedPerson, aService, personBody } from "#test/support/people.ts";

/** A deployment with its first administrator, as it begins. */
async function aDeployment(): Promise<{ readonly app: App; readonly first: Persona }> {
  const app = await anApp();
  const key = "a-key-that-an-operator-chose";
  await bootstrapAdministrator(app.parts, app.parts.keys.identify(key));
  const user = await app.store.user("usr_first_administrator");
  if (user === null) throw new Error("there is no first administrator");
  return { app, first: personaOf(app, user, key) };
}

const patch = (app: App, as: Persona, id: string, body: object) =>
  app.call("PATCH", `/users/${id}`, { as, body });
const remove = (app: App, as: Persona, id: string) => app.call("DELETE", `/users/${id}`, { as });
const lastOne = { status: 409, body: { code: "last-administrator" } };

describe("nobody", () => {
  it("changes their own permissions, external usernames or attributes, with any permission", async () => {
    const { app, first } = await aDeployment();
    const refused = { status: 409, body: { code: "self-change" } };
    const { id } = first.user;
    for (const body of [
      { permissions: [] },
      { permissions: ["USER_ADMIN"] },
      { externalUsernames: { postgresql: "me" } },
      { name: "Me", permissions: ["USER_ADMIN"] },
    ]) {
      expect(await patch(app, first, id, body)).toMatchObject(refused);
    }
    const at = `/users/${id}/attributes/Team`;
    expect(await app.call("PUT", at, { as: first, body: { values: ["a"] } })).toMatchObject(refused);
    const other = await aJoinedPerson(app, first, { permissions: ["USER_ADMIN"] });
    await app.call("PUT", at, { as: other, body: { values: ["a"] } });
    expect(await app.call("DELETE", at, { as: first })).toMatchObject(refused);
    expect((await first.api.getMe()).attributes).toEqual({ Team: ["a"] });
  });

  it("is kept from their own name, nor from saying what is so already", async () => {
    const { app, first } = await aDeployment();
    const body = { name: "Me", permissions: everyPermission.toReversed(), externalUsernames: {} };
    expect(await patch(app, first, first.user.id, body)).toMatchObject({
      status: 200,
      body: { name: "Me" },
    });
  });

  it("gives a permission that does not exist, or one that USER_ADMIN alone may give", async () => {
    const { app, first } = await aDeployment();
    const governor = await aJoinedPerson(app, first, { permissions: ["GOVERNANCE", "APPLICATION_ADMIN"] });
    expect((await patch(app, governor, first.user.id, { permissions: [] })).status).toBe(403);
    expect((await patch(app, first, governor.user.id, { permissions: ["ROOT"] })).status).toBe(400);
  });
});

describe("the last administrator", () => {
  it("cannot remove or disable themselves", async () => {
    const { app, first } = await aDeployment();
    expect(await remove(app, first, first.user.id)).toMatchObject(lastOne);
    expect(await patch(app, first, first.user.id, { disabled: true })).toMatchObject(lastOne);
    expect((await first.api.getMe()).user.id).toBe(first.user.id);
  });

  it("may go once another person has both permissions, each of whom is looked for alone", async () => {
    const { app, first } = await aDeployment();
    const users = await aJoinedPerson(app, first, { permissions: ["USER_ADMIN"] });
    const refused = await remove(app, first, first.user.id);
    expect(refused).toMatchObject(lastOne);
    expect((refused.body as { detail: string }).detail).toContain("APPLICATION_ADMIN");
    await aJoinedPerson(app, first, { permissions: ["APPLICATION_ADMIN"] });
    expect((await remove(app, first, first.user.id)).status).toBe(204);
    expect(await patch(app, users, users.user.id, { disabled: true })).toMatchObject(lastOne);
    await expectSound(app);
  });

  it("is who is left when others are disabled, in Reeve or by a provider, or are services", async () => {
    const { app, first } = await aDeployment();
    const both: Permission[] = ["USER_ADMIN", "APPLICATION_ADMIN"];
    const other = await aJoinedPerson(app, first, { permissions: both });
    await aService(first, both);
    const { id } = other.user;
    await patch(app, first, id, { disabled: true });
    expect(await remove(app, first, first.user.id)).toMatchObject(lastOne);
    await patch(app, first, id, { disabled: false });
    const provider = anIdentityProvider();
    const facts = {
      providerId: provider.id,
      issuer: "https://issuer.example.com",
      subject: "1",
      groups: [],
      attributes: {},
      disabled: true,
      refreshedAt: app.clock.now().toISOString(),
      tokenIssuedAt: null,
    };
    await app.store.commit([
      { write: "put", kind: "identity-provider", record: provider },
      { write: "directory-changed" },
      { write: "put", kind: "user-facts", record: { userId: id, providers: [facts], version: 1 } },
    ]);
    expect(await remove(app, first, first.user.id)).toMatchObject(lastOne);
    await app.store.commit([
      {
        write: "put",
        kind: "user-facts",
        record: { userId: id, providers: [{ ...facts, disabled: false }], version: 2 },
      },
    ]);
    expect((await remove(app, first, first.user.id)).status).toBe(204);
  });

  it("is not taken from by two who take from each other at once: one of them fails", async () => {
    const { app, first } = await aDeployment();
    const other = await aJoinedPerson(app, first, { permissions: everyPermission.slice() });
    const [one, two] = [first.user.id, other.user.id];
    const rounds: readonly (readonly [object, object])[] = [
      [{ permissions: [] }, { permissions: everyPermission }],
      [{ disabled: true }, { disabled: false }],
    ];
    for (const [less, more] of rounds) {
      const replies = await Promise.all([patch(app, first, two, less), patch(app, other, one, less)]);
      expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
      const [winner, loser] = replies[0]?.status === 200 ? [first, two] : [other, one];
      expect((await patch(app, winner, loser, more)).status).toBe(200);
    }
    const replies = await Promise.all([remove(app, first, two), remove(app, other, one)]);
    expect(replies.filter(({ status }) => status === 204)).toHaveLength(1);
    await expectSound(app);
  });

  it("stays where each of many disables themselves at once", async () => {
    const { app, first } = await aDeployment();
    const others = [1, 2, 3].map(() => aJoinedPerson(app, first, { permissions: everyPermission.slice() }));
    const all = [first, ...(await Promise.all(others))];
    const replies = await Promise.all(all.map((one) => patch(app, one, one.user.id, { disabled: true })));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(3);
    await expectSound(app);
  });
});

describe("separate duties", () => {
  const refused = { status: 409, body: { code: "duties-separated" } };
  const both: Permission[] = ["USER_ADMIN", "GOVERNANCE"];

  it("are no matter until the setting is on; then nobody comes to have both", async () => {
    const { app, first } = await aDeployment();
    const had = await first.api.createUser({ body: personBody({ permissions: both }) });
    await first.api.updateSettings({ body: { separateDuties: true } });
    const created = await app.call("POST", "/users", {
      as: first,
      body: personBody({ permissions: both }),
    });
    expect(created).toMatchObject({
      ...refused,
      body: { ...refused.body, errors: [{ pointer: "/permissions" }] },
    });
    const { id } = await first.api.createUser({ body: personBody({ permissions: ["USER_ADMIN"] }) });
    expect(await patch(app, first, id, { permissions: both })).toMatchObject(refused);
    expect((await patch(app, first, id, { permissions: ["GOVERNANCE"] })).status).toBe(200);
    // Who had both keeps both, but in a change of them, and when they are let in again.
    expect((await patch(app, first, had.id, { name: "Other" })).status).toBe(200);
    expect(await patch(app, first, had.id, { permissions: [...both, "AUDIT"] })).toMatchObject(refused);
    expect((await patch(app, first, had.id, { disabled: true })).status).toBe(200);
    expect(await patch(app, first, had.id, { disabled: false })).toMatchObject(refused);
    const body = { disabled: false, permissions: ["GOVERNANCE"] };
    expect((await patch(app, first, had.id, body)).status).toBe(200);
  });
});

describe("a deployment of before", () => {
  it("knows its first administrator as the only one, and lists them once it begins anew", async () => {
    const { app, first } = await aDeployment();
    await app.store.commit([
      {
        write: "remove",
        kind: "administrators",
        record: { holders: { USER_ADMIN: [], APPLICATION_ADMIN: [], GOVERNANCE: [] }, version: 1 },
      },
      { write: "remove", kind: "user-place", record: { userId: first.user.id, name: "", email: "" } },
      { write: "remove", kind: "key-ring", record: { userId: first.user.id, keys: [], version: 1 } },
    ]);
    expect(await remove(app, first, first.user.id)).toMatchObject(lastOne);
    await bootstrapAdministrator(app.parts, app.parts.keys.identify(first.key));
    expect((await first.api.listUsers({ query: {} })).items.map(({ id }) => id)).toEqual([first.user.id]);
    expect((await first.api.listMyKeys({ query: {} })).items).toHaveLength(1);
    expect(await app.store.administrators()).toMatchObject({
      holders: { USER_ADMIN: [first.user.id], GOVERNANCE: [first.user.id] },
    });
    await expectSound(app);
    const before = await app.store.administrators();
    await bootstrapAdministrator(app.parts, app.parts.keys.identify(first.key));
    expect(await app.store.administrators()).toEqual(before);
  });

  it("takes another key for its administrator, and forgets the earlier one", async () => {
    const { app, first } = await aDeployment();
    const { keys } = app.parts;
    const earlier = keys.identify(first.key).id;
    await bootstrapAdministrator(app.parts, keys.identify("another-key-of-an-operator"), earlier);
    expect((await app.call("GET", "/me", { as: first })).status).toBe(401);
    const now = personaOf(app, first.user, "another-key-of-an-operator");
    expect((await now.api.listMyKeys({ query: {} })).items).toHaveLength(1);
    await expectSound(app);
  });
});
