import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { checked } from "#test/support/invariants.ts";
import { aPersona, type Persona } from "#test/support/personas.ts";
import { aJoinedPerson, aService } from "#test/support/people.ts";
import { unique } from "#test/support/records.ts";
import { auditOf, itemsOf } from "#test/support/table-items.ts";

const app = await anApp();
const admin = await aPersona(app, { permissions: ["USER_ADMIN"] });

const call = (method: string, path: string, as: { readonly key: string }, body?: unknown, headers = {}) =>
  app.call(method, path, { as, headers, ...(body === undefined ? {} : { body }) });
const me = async (key: string): Promise<number> => (await call("GET", "/me", { key })).status;
const inFuture = (ms: number): string => new Date(app.clock.now().getTime() + ms).toISOString();
const namesOf = async (persona: Persona) =>
  (await persona.api.listMyKeys({ query: {} })).items.map(({ name }) => name);

/** A key, and the id by which it is known. */
async function aKey(of: Persona, name = unique("key ")) {
  const { id, key } = await of.api.createMyKey({ body: { name } });
  return { id, key: key ?? "" };
}

describe("an API key of one's own", () => {
  it("is told once, works at once, and is listed without what it is", async () => {
    const person = await aJoinedPerson(app, admin);
    const expiresAt = inFuture(1000);
    const reply = await call("POST", "/me/api-keys", person, { name: "laptop", expiresAt });
    expect(reply.status).toBe(201);
    const { id, key, ...rest } = reply.body as { id: string; key: string };
    const createdAt = app.clock.now().toISOString();
    expect(rest).toEqual({ name: "laptop", expiresAt, createdAt, createdBy: person.user.id });
    expect(reply.headers["location"]).toBe(`/me/api-keys/${id}`);
    expect(key.startsWith(`rv_${id}_`)).toBe(true);
    expect(Buffer.from(key.slice(`rv_${id}_`.length), "base64url")).toHaveLength(32);
    expect(await me(key)).toBe(200);
    const list = await call("GET", "/me/api-keys", person);
    expect((list.body as { items: object[] }).items).toContainEqual({ id, ...rest });
    expect(list.text).not.toContain(key.slice(-43));
    expect(list.text).not.toMatch(/[0-9a-f]{64}/);
  });

  it("differs from every other", async () => {
    const person = await aJoinedPerson(app, admin);
    const keys = await Promise.all(Array.from({ length: 8 }, () => aKey(person)));
    expect(new Set(keys.map(({ key }) => key.slice(-43))).size).toBe(8);
  });

  it("is accepted until it expires, and not at that moment any more", async () => {
    const person = await aJoinedPerson(app, admin);
    const made = await person.api.createMyKey({ body: { name: "short", expiresAt: inFuture(1000) } });
    app.clock.advance(999);
    expect(await me(made.key ?? "")).toBe(200);
    app.clock.advance(1);
    expect(await me(made.key ?? "")).toBe(401);
  });

  it("is out at the next request once it is revoked, by its own user", async () => {
    const person = await aJoinedPerson(app, admin);
    const { id, key } = await aKey(person);
    expect((await call("DELETE", `/me/api-keys/${id}`, person)).status).toBe(204);
    expect(await me(key)).toBe(401);
    expect((await call("DELETE", `/me/api-keys/${id}`, person)).status).toBe(404);
    expect(await auditOf(app, "user", person.user.id)).toEqual([
      "user:create",
      "user:join",
      "api-key:create",
      "api-key:revoke",
    ]);
  });

  it("is revoked also by the path of its user, by an administrator, and by nobody else", async () => {
    const [person, other] = [await aJoinedPerson(app, admin), await aJoinedPerson(app, admin)];
    const [one, two] = [await aKey(person), await aKey(person)];
    const at = (id: string) => `/users/${person.user.id}/api-keys/${id}`;
    expect((await call("DELETE", at(one.id), other)).status).toBe(403);
    expect((await call("DELETE", at("key_ghost"), other)).status).toBe(403);
    expect((await call("DELETE", at(one.id), person)).status).toBe(204);
    expect((await call("DELETE", at(two.id), admin)).status).toBe(204);
    expect([await me(one.key), await me(two.key)]).toEqual([401, 401]);
    expect((await call("DELETE", at(two.id), admin)).status).toBe(404);
  });

  it("is not revoked by way of another user", async () => {
    const [person, other] = [await aJoinedPerson(app, admin), await aJoinedPerson(app, admin)];
    const { id, key } = await aKey(person);
    expect((await call("DELETE", `/me/api-keys/${id}`, other)).status).toBe(404);
    expect((await call("DELETE", `/users/${other.user.id}/api-keys/${id}`, admin)).status).toBe(404);
    expect(await me(key)).toBe(200);
  });

  it("may revoke itself", async () => {
    const person = await aJoinedPerson(app, admin);
    const { id, key } = await aKey(person);
    expect((await call("DELETE", `/me/api-keys/${id}`, { key })).status).toBe(204);
    expect(await me(key)).toBe(401);
  });

  it("is listed to its user and to USER_ADMIN alone", async () => {
    const [person, other] = [await aJoinedPerson(app, admin), await aJoinedPerson(app, admin)];
    const at = `/users/${person.user.id}/api-keys`;
    expect((await call("GET", at, person)).status).toBe(200);
    expect((await call("GET", at, admin)).body).toMatchObject({ items: [{ name: "first" }] });
    expect((await call("GET", at, other)).status).toBe(403);
  });

  it("comes in pages", async () => {
    const person = await aJoinedPerson(app, admin);
    for (const name of ["second", "third"]) await aKey(person, name);
    const first = await person.api.listMyKeys({ query: { limit: 2 } });
    const query = { limit: 2, cursor: first.nextCursor ?? "" };
    const rest = await person.api.listMyKeys({ query });
    expect([...first.items, ...rest.items].map(({ name }) => name)).toEqual(["first", "second", "third"]);
    expect(rest.nextCursor).toBeNull();
  });

  it("asked for again under an idempotency key is the same, and is not told again", async () => {
    const person = await aJoinedPerson(app, admin);
    const [headers, body] = [{ "Idempotency-Key": unique("key-") }, { name: "once" }];
    const first = await call("POST", "/me/api-keys", person, body, headers);
    const again = await call("POST", "/me/api-keys", person, body, headers);
    expect(again.status).toBe(201);
    expect(again.body).toEqual({ ...(first.body as object), key: null });
    expect(await namesOf(person)).toEqual(["first", "once"]);
    const kept = await app.store.keptReply(person.user.id, headers["Idempotency-Key"]);
    expect(kept?.body).not.toContain((first.body as { key: string }).key.slice(-43));
  });

  it.each([
    [{ name: "" }, "/name"],
    [{}, "/name"],
    [{ name: "a", expiresAt: "tomorrow" }, "/expiresAt"],
    [{ name: "a", expiresAt: "2020-01-01T00:00:00Z" }, "/expiresAt"],
    [{ name: "a", key: "rv_mine" }, "/key"],
  ])("is not made of %j", async (body, pointer) => {
    const reply = await call("POST", "/me/api-keys", admin, body);
    expect(reply).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });

  it("is one of at most fifty that are accepted, however many are asked for at once", async () => {
    const person = await aJoinedPerson(app, admin);
    for (let n = 0; n < 46; n += 1) await aKey(person);
    const replies = await Promise.all(
      Array.from({ length: 6 }, () => call("POST", "/me/api-keys", person, { name: "k" })),
    );
    const made = replies.filter(({ status }) => status === 201).length;
    expect(replies.every(({ status }) => [201, 409, 422].includes(status))).toBe(true);
    expect(made).toBeLessThanOrEqual(3);
    for (let n = made; n < 3; n += 1) await aKey(person);
    expect(await call("POST", "/me/api-keys", person, { name: "k" })).toMatchObject({
      status: 422,
      body: { code: "too-many-keys" },
    });
    const stored = (await itemsOf(app, "api-key")).filter(({ userId }) => userId === person.user.id);
    expect(stored).toHaveLength(50);
    // All of them go with their user, in one step.
    expect((await call("DELETE", `/users/${person.user.id}`, admin)).status).toBe(204);
    expect(await me(person.key)).toBe(401);
  });

  it("that has expired makes room, and is forgotten when another is made", async () => {
    const person = await aJoinedPerson(app, admin);
    const expiresAt = inFuture(1000);
    for (let n = 0; n < 49; n += 1) await person.api.createMyKey({ body: { name: `k${n}`, expiresAt } });
    expect((await call("POST", "/me/api-keys", person, { name: "k" })).status).toBe(422);
    app.clock.advance(1000);
    await aKey(person, "fresh");
    expect(await namesOf(person)).toEqual(["first", "fresh"]);
    const stored = (await itemsOf(app, "api-key")).filter(({ userId }) => userId === person.user.id);
    expect(stored).toHaveLength(2);
  });
});

describe("an API key for another", () => {
  it("is made by USER_ADMIN for a service user", async () => {
    const service = await aService(admin, ["CREATE_DATA_SOURCE"]);
    const params = { userId: service.id };
    const made = await admin.api.createUserKey({ params, body: { name: "deploy" } });
    const reply = await call("GET", "/me", { key: made.key ?? "" });
    expect(reply.body).toMatchObject({ user: { id: service.id }, permissions: ["CREATE_DATA_SOURCE"] });
    const { items } = await admin.api.listUserKeys({ params, query: {} });
    expect(items).toMatchObject([{ id: made.id, createdBy: admin.user.id }]);
  });

  it("is not made for a person, nor for oneself by this path", async () => {
    const person = await aJoinedPerson(app, admin);
    for (const id of [person.user.id, admin.user.id]) {
      const reply = await call("POST", `/users/${id}/api-keys`, admin, { name: "k" });
      expect(reply).toMatchObject({ status: 403, body: { code: "forbidden" } });
    }
  });

  it.each(["USER_ADMIN", "GOVERNANCE", "AUDIT"] as const)(
    "and %s exclude each other, whichever comes first",
    async (permission) => {
      const refused = { status: 409, body: { code: "privileged-service-user" } };
      const one = await aService(admin, [permission]);
      expect(await call("POST", `/users/${one.id}/api-keys`, admin, { name: "k" })).toMatchObject(refused);
      const two = await aService(admin);
      const params = { userId: two.id };
      const { id } = await admin.api.createUserKey({ params, body: { name: "k" } });
      const grant = () => call("PATCH", `/users/${two.id}`, admin, { permissions: [permission] });
      expect(await grant()).toMatchObject(refused);
      await admin.api.deleteUserKey({ params: { ...params, keyId: id } });
      expect((await grant()).status).toBe(200);
    },
  );

  it("and such a permission, at once, come about one or the other", async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id } = await aService(admin);
      const [key, grant] = await Promise.all([
        call("POST", `/users/${id}/api-keys`, admin, { name: "k" }),
        call("PATCH", `/users/${id}`, admin, { permissions: ["AUDIT"] }),
      ]);
      expect([key.status, grant.status].toSorted()).toEqual(key.status === 201 ? [201, 409] : [200, 409]);
    }
  });

  it("that has expired stands in the way of no permission, and is gone with it", async () => {
    const { id } = await aService(admin);
    const params = { userId: id };
    await admin.api.createUserKey({ params, body: { name: "k", expiresAt: inFuture(1) } });
    app.clock.advance(1);
    expect((await call("PATCH", `/users/${id}`, admin, { permissions: ["AUDIT"] })).status).toBe(200);
    expect((await admin.api.listUserKeys({ params, query: {} })).items).toEqual([]);
  });

  it("gives its holder no way to make one for somebody else", async () => {
    const service = await aService(admin, ["CREATE_DATA_SOURCE"]);
    const other = await aService(admin);
    const params = { userId: service.id };
    const key = (await admin.api.createUserKey({ params, body: { name: "k" } })).key ?? "";
    expect((await call("POST", `/users/${other.id}/api-keys`, { key }, { name: "k" })).status).toBe(403);
    expect((await call("POST", "/me/api-keys", { key }, { name: "k" })).status).toBe(201);
  });
});

describe("keys", () => {
  it("leave a table in which nothing contradicts itself", async () => {
    expect((await checked(app)).findings).toEqual([]);
  });
});
