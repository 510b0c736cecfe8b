import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { checked } from "#test/support/invariants.ts";
import { aPersona } from "#test/support/personas.ts";
import { aJoinedPerson, aService, personBody } from "#test/support/people.ts";
import { unique } from "#test/support/records.ts";
import { auditOf, itemsOf } from "#test/support/table-items.ts";

const app = await anApp();
const admin = await aPersona(app, { permissions: ["USER_ADMIN"] });
const day = 24 * 3_600_000;

/** Somebody who is invited, with what they were sent. */
async function anInvited() {
  const { id, invitation } = await admin.api.createUser({ body: personBody() });
  return { id, token: invitation?.token ?? "", expiresAt: invitation?.expiresAt ?? "" };
}
const accept = (token: string, keyName = "laptop") =>
  app.call("POST", "/invitations/accept", { body: { token, keyName } });
const invite = (id: string, headers = {}) =>
  app.call("POST", `/users/${id}/invitation`, { as: admin, headers });
const invalid = { status: 401, body: { code: "invitation-invalid" } };
const keysOf = async (id: string) =>
  (await itemsOf(app, "api-key")).filter(({ userId }) => userId === id).length;

describe("an invitation", () => {
  it("makes a person's first key, by which they are in", async () => {
    const { id, token } = await anInvited();
    const reply = await accept(token);
    expect(reply).toMatchObject({ status: 201, body: { user: { id }, key: /^rv_key_/ } });
    const { key } = reply.body as { key: string };
    expect(key).toMatch(/^rv_key_[0-9A-Z]{26}_[A-Za-z0-9_-]{43}$/);
    expect(await app.call("GET", "/me", { as: { key } })).toMatchObject({
      status: 200,
      body: { user: { id } },
    });
    const { items } = (await app.call("GET", "/me/api-keys", { as: { key } })).body as { items: object[] };
    expect(items).toEqual([
      {
        id: key.slice(3, 33),
        name: "laptop",
        expiresAt: null,
        createdAt: app.clock.now().toISOString(),
        createdBy: id,
      },
    ]);
    expect(await auditOf(app, "user", id)).toEqual(["user:create", "user:join"]);
  });

  it("is used once", async () => {
    const { id, token } = await anInvited();
    expect((await accept(token)).status).toBe(201);
    expect(await accept(token)).toMatchObject(invalid);
    expect(await keysOf(id)).toBe(1);
  });

  it("used ten times at once gives one key", async () => {
    const { id, token } = await anInvited();
    const replies = await Promise.all(Array.from({ length: 10 }, (_, n) => accept(token, `k${n}`)));
    expect(replies.map(({ status }) => status).toSorted()).toEqual([201, ...Array<number>(9).fill(401)]);
    expect(await keysOf(id)).toBe(1);
  });

  it("ends after seven days, and not before", async () => {
    const [one, other] = [await anInvited(), await anInvited()];
    expect(Date.parse(one.expiresAt) - app.clock.now().getTime()).toBe(7 * day);
    app.clock.advance(7 * day - 1);
    expect((await accept(one.token)).status).toBe(201);
    app.clock.advance(1);
    expect(await accept(other.token)).toMatchObject(invalid);
    const [denied] = (await app.store.activity("user", other.id, null, 1)).items;
    const told = { action: "user:join", outcome: "denied", details: { reason: "expired" } };
    expect(denied).toMatchObject({ ...told, actor: other.id });
  });

  it("is void when a new one is made", async () => {
    const { id, token } = await anInvited();
    const reply = await invite(id);
    expect(reply).toMatchObject({ status: 201, body: { token: /^rvi_/ } });
    expect(await accept(token)).toMatchObject(invalid);
    expect((await accept((reply.body as { token: string }).token)).status).toBe(201);
  });

  it("is told once, also where the same request comes again", async () => {
    const [{ id }, headers] = [await anInvited(), { "Idempotency-Key": unique("key-") }];
    const first = (await invite(id, headers)).body as { token: string; expiresAt: string };
    expect(await invite(id, headers)).toMatchObject({
      status: 201,
      body: { token: null, expiresAt: first.expiresAt },
    });
    expect((await accept(first.token)).status).toBe(201);
  });

  it("lets nobody in who is disabled or deleted, and waits for who is enabled again", async () => {
    const [one, other] = [await anInvited(), await anInvited()];
    const disable = (disabled: boolean) =>
      admin.api.updateUser({ params: { userId: one.id }, body: { disabled } });
    await disable(true);
    expect(await accept(one.token)).toMatchObject(invalid);
    await disable(false);
    expect((await accept(one.token)).status).toBe(201);
    await admin.api.deleteUser({ params: { userId: other.id } });
    expect(await accept(other.token)).toMatchObject(invalid);
  });

  it("is no API key, and an API key is no invitation", async () => {
    const { id, token } = await anInvited();
    expect((await app.call("GET", "/me", { as: { key: token } })).status).toBe(401);
    expect(await accept(admin.key)).toMatchObject(invalid);
    expect(await accept(`rvi_${id}_${"A".repeat(43)}`)).toMatchObject(invalid);
    expect(await accept(`rvi_usr_ghost_${"A".repeat(43)}`)).toMatchObject(invalid);
    expect(await accept(`${token}A`)).toMatchObject(invalid);
  });

  it("refused says nothing of why", async () => {
    const [used, ghost] = [await anInvited(), `rvi_usr_ghost_${"A".repeat(43)}`];
    await accept(used.token);
    const [one, other] = [await accept(used.token), await accept(ghost)];
    expect({ ...(one.body as object), instance: "" }).toEqual({ ...(other.body as object), instance: "" });
  });

  it("is for a person who has no way in: nobody may come in as another unseen", async () => {
    const refused = { status: 409, body: { code: "already-joined" } };
    const person = await aJoinedPerson(app, admin);
    expect(await invite(person.user.id)).toMatchObject(refused);
    expect(await invite((await aService(admin)).id)).toMatchObject(refused);
    expect(await invite(admin.user.id)).toMatchObject(refused);
    const { items } = await person.api.listMyKeys({ query: {} });
    const params = { userId: person.user.id, keyId: items[0]?.id ?? "" };
    await admin.api.deleteUserKey({ params });
    expect((await invite(person.user.id)).status).toBe(201);
  });

  it("and a key do not come about at the same time", async () => {
    const { id, token } = await anInvited();
    const [joined, ...invited] = await Promise.all([accept(token), invite(id), invite(id), invite(id)]);
    const tokens = invited.flatMap(({ status, body }) =>
      status === 201 ? [(body as { token: string }).token] : [],
    );
    const later = await Promise.all(tokens.map((one) => accept(one)));
    expect([joined, ...later].filter((reply) => reply?.status === 201)).toHaveLength(1);
    expect(await keysOf(id)).toBe(1);
  });

  it("leaves a table in which nothing contradicts itself", async () => {
    expect((await checked(app)).findings).toEqual([]);
  });
});
