import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { checked } from "#test/support/invariants.ts";
import { aPersona, everyPermission, type Persona } from "#test/support/personas.ts";
import { aJoinedPerson, aService, personBody } from "#test/support/people.ts";
import { unique } from "#test/support/records.ts";
import { auditOf } from "#test/support/table-items.ts";

const app = await anApp();
const admin = await aPersona(app, { permissions: everyPermission });
const outsider = await aPersona(app);

const call = (method: string, path: string, body?: unknown, as: Persona = admin, headers = {}) =>
  app.call(method, path, { as, headers, ...(body === undefined ? {} : { body }) });
const aUser = (given: Parameters<typeof personBody>[0] = {}) =>
  admin.api.createUser({ body: personBody(given) });

describe("POST /users", () => {
  it("makes a person with an invitation that is told once", async () => {
    const made = await aUser({ permissions: ["AUDIT", "GOVERNANCE", "AUDIT"] });
    expect(made).toMatchObject({
      kind: "person",
      email: "ann@example.com",
      permissions: ["GOVERNANCE", "AUDIT"],
      disabled: false,
      attributes: {},
      externalUsernames: {},
      groups: [],
      providers: [],
      version: 1,
    });
    expect(made.invitation?.token).toMatch(/^rvi_usr_[0-9A-Z]{26}_[A-Za-z0-9_-]{43}$/);
    expect(await auditOf(app, "user", made.id)).toEqual(["user:create"]);
    const { invitation: _, ...user } = made;
    expect(await admin.api.getUser({ params: { userId: made.id } })).toEqual(user);
  });

  it("says where the user is found", async () => {
    const reply = await call("POST", "/users", personBody());
    expect(reply.headers["location"]).toBe(`/users/${(reply.body as { id: string }).id}`);
    expect(reply.headers["etag"]).toBe('"1"');
  });

  it("makes a service user, who is invited by nobody and needs no e-mail address", async () => {
    expect(await aService(admin)).toMatchObject({ kind: "service", email: "", invitation: null });
  });

  it("answers a repetition without the invitation's secret", async () => {
    const [headers, body] = [{ "Idempotency-Key": unique("key-") }, personBody()];
    const first = await call("POST", "/users", body, admin, headers);
    const again = await call("POST", "/users", body, admin, headers);
    const made = first.body as { id: string; invitation: { token: string; expiresAt: string } };
    expect(again).toMatchObject({
      status: 201,
      body: { id: made.id, invitation: { token: null, expiresAt: made.invitation.expiresAt } },
    });
  });

  it("takes the same e-mail address twice: it tells nothing of who somebody is", async () => {
    const [one, other] = [await aUser(), await aUser()];
    expect(one.email).toBe(other.email);
    expect(one.id).not.toBe(other.id);
  });

  it.each([
    [{ name: "Ann" }, "/email"],
    [{ name: "Ann", email: "nobody" }, "/email"],
    [{ name: "", email: "a@b" }, "/name"],
    [{ name: "Ann", email: "a@b", permissions: ["KING"] }, "/permissions/0"],
    [{ name: "Ann", email: "a@b", kind: "robot" }, "/kind"],
    [{ name: "Ann", email: "a@b", disabled: true }, "/disabled"],
  ])("refuses %j at %s", async (body, pointer) => {
    const reply = await call("POST", "/users", body);
    expect(reply).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });
});

describe("what USER_ADMIN does", () => {
  it("nobody else does, and nobody else learns by it who is there", async () => {
    const all = await aPersona(app, { permissions: everyPermission.filter((one) => one !== "USER_ADMIN") });
    const { id } = await aUser();
    const operations: readonly (readonly [string, string, object?])[] = [
      ["GET", "/users"],
      ["POST", "/users", personBody()],
      ...[id, "usr_ghost"].flatMap((user) => [
        ["GET", `/users/${user}`] as const,
        ["PATCH", `/users/${user}`, { name: "b" }] as const,
        ["DELETE", `/users/${user}`] as const,
        ["PUT", `/users/${user}/attributes/a`, { values: ["b"] }] as const,
        ["DELETE", `/users/${user}/attributes/a`] as const,
        ["POST", `/users/${user}/invitation`] as const,
        ["GET", `/users/${user}/api-keys`] as const,
        ["POST", `/users/${user}/api-keys`, { name: "k" }] as const,
        ["DELETE", `/users/${user}/api-keys/key_ghost`] as const,
      ]),
    ];
    for (const [method, path, body] of operations) {
      for (const as of [all, outsider]) {
        const { status } = await call(method, path, body, as);
        expect([method, path, status]).toEqual([method, path, 403]);
      }
    }
  });

  it("is done no more by one whose USER_ADMIN was taken away while they asked", async () => {
    const other = await aPersona(app, { permissions: ["USER_ADMIN"] });
    const { id } = await aUser();
    const person = app.store.person.bind(app.store);
    // They were let in; then their right goes, before the change commits.
    const store = {
      ...app.store,
      person: async (userId: string) => {
        const found = await person(userId);
        if (userId === id) {
          await call("PATCH", `/users/${other.user.id}`, { permissions: [] });
        }
        return found;
      },
    };
    const { caller } = await import("#test/support/app.ts");
    const reply = await caller({ ...app.parts, store })("PATCH", `/users/${id}`, {
      as: other,
      body: { name: "Taken over" },
    });
    expect(reply).toMatchObject({ status: 403 });
    expect((await app.store.user(id))?.name).not.toBe("Taken over");
  });
});

describe("PATCH /users/{id}", () => {
  it("changes what is named and nothing else", async () => {
    const { id } = await aUser({ permissions: ["AUDIT"] });
    const [postgresql, snowflake] = [unique("bea"), unique("BEA")];
    const reply = await call("PATCH", `/users/${id}`, {
      name: "Bea",
      externalUsernames: { postgresql, snowflake },
    });
    expect(reply).toMatchObject({
      status: 200,
      body: { name: "Bea", permissions: ["AUDIT"], version: 2, externalUsernames: { postgresql, snowflake } },
    });
    const after = await call("PATCH", `/users/${id}`, { externalUsernames: { snowflake: null } });
    expect(after.body).toMatchObject({ version: 3, externalUsernames: { postgresql } });
    expect(await auditOf(app, "user", id)).toEqual(["user:create", "user:update", "user:update"]);
  });

  it("records what was changed, before and after, and no more", async () => {
    const { id } = await aUser({ permissions: ["AUDIT"] });
    await call("PATCH", `/users/${id}`, { permissions: ["GOVERNANCE"] });
    const [record] = (await app.store.activity("user", id, null, 1)).items;
    expect(record).toMatchObject({
      actor: admin.user.id,
      details: { before: { permissions: ["AUDIT"] }, after: { permissions: ["GOVERNANCE"] } },
    });
  });

  it("stores nothing where nothing changes", async () => {
    const { id } = await aUser({ permissions: ["AUDIT", "GOVERNANCE"] });
    const reply = await call("PATCH", `/users/${id}`, {
      permissions: ["AUDIT", "GOVERNANCE"],
      disabled: false,
    });
    expect(reply).toMatchObject({ status: 200, body: { version: 1 } });
    expect(await auditOf(app, "user", id)).toEqual(["user:create"]);
  });

  it("refuses a lost update", async () => {
    const { id } = await aUser();
    const patch = (name: string) => call("PATCH", `/users/${id}`, { name }, admin, { "If-Match": '"1"' });
    expect((await patch("One")).status).toBe(200);
    expect(await patch("Two")).toMatchObject({ status: 412, body: { code: "version-mismatch" } });
  });

  it("loses nothing of two changes at once", async () => {
    const { id } = await aUser();
    const [name, postgresql] = [unique("Bea "), unique("bea")];
    const replies = await Promise.all([
      call("PATCH", `/users/${id}`, { name }),
      call("PATCH", `/users/${id}`, { externalUsernames: { postgresql } }),
      call("PATCH", `/users/${id}`, { permissions: ["AUDIT"] }),
      call("PUT", `/users/${id}/attributes/Team`, { values: ["a"] }),
    ]);
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(await admin.api.getUser({ params: { userId: id } })).toMatchObject({
      name,
      externalUsernames: { postgresql },
      permissions: ["AUDIT"],
      attributes: { Team: ["a"] },
      version: 5,
    });
  });

  it.each([
    [{ externalUsernames: { oracle: "x" } }, "/externalUsernames/oracle"],
    [{ externalUsernames: { postgresql: "" } }, "/externalUsernames/postgresql"],
    [{ email: "a@b" }, "/email"],
    [{ kind: "service" }, "/kind"],
  ])("refuses %j at %s", async (body, pointer) => {
    const { id } = await aUser();
    const reply = await call("PATCH", `/users/${id}`, body);
    expect(reply).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });

  it("lets a disabled user in no more, from the next request on, and lets them in again", async () => {
    const person = await aJoinedPerson(app, admin);
    const path = `/users/${person.user.id}`;
    expect((await call("GET", "/me", undefined, person)).status).toBe(200);
    expect(await call("PATCH", path, { disabled: true })).toMatchObject({ body: { disabled: true } });
    expect((await call("GET", "/me", undefined, person)).status).toBe(401);
    expect(await call("PATCH", path, { disabled: false })).toMatchObject({ body: { disabled: false } });
    expect((await call("GET", "/me", undefined, person)).status).toBe(200);
  });
});

describe("an external username", () => {
  it("is one user's, for a technology, to the letter", async () => {
    const name = unique("bea");
    const [one, other] = [await aUser(), await aUser()];
    const set = (id: string, externalUsernames: object) =>
      call("PATCH", `/users/${id}`, { externalUsernames });
    expect((await set(one.id, { postgresql: name })).status).toBe(200);
    const refused = await set(other.id, { postgresql: name });
    expect(refused).toMatchObject({
      status: 409,
      body: { code: "external-username-taken", errors: [{ pointer: "/externalUsernames/postgresql" }] },
    });
    expect(refused.text).not.toContain(one.id);
    expect((await set(other.id, { snowflake: name })).status).toBe(200);
    expect((await set(other.id, { postgresql: name.toUpperCase() })).status).toBe(200);
  });

  it("is free again when it is taken away, or its user is deleted", async () => {
    const name = unique("bea");
    const users = [await aUser(), await aUser(), await aUser()];
    const [one = "", two = "", three = ""] = users.map(({ id }) => id);
    const set = (id: string, postgresql: string | null) =>
      call("PATCH", `/users/${id}`, { externalUsernames: { postgresql } });
    await set(one, name);
    await set(one, null);
    expect((await set(two, name)).status).toBe(200);
    expect((await call("DELETE", `/users/${two}`)).status).toBe(204);
    expect((await set(three, name)).status).toBe(200);
  });

  it("is got by one of ten who want it at once", async () => {
    const name = unique("bea");
    const users = await Promise.all(Array.from({ length: 10 }, () => aUser()));
    const replies = await Promise.all(
      users.map(({ id }) => call("PATCH", `/users/${id}`, { externalUsernames: { postgresql: name } })),
    );
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(replies.filter(({ status }) => status === 409)).toHaveLength(9);
  });
});

describe("the table", () => {
  it("holds nothing that contradicts itself", async () => {
    expect((await checked(app)).findings).toEqual([]);
  });
});
