import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { aKnownGroup, aPersona, keyRecord } from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";

const app = await anApp();
const me = (authorization: string) => app.call("GET", "/me", { headers: { authorization } });

describe("the Authorization header", () => {
  it("lets a key in as Bearer, whatever the case of the word", async () => {
    const { key, user } = await aPersona(app);
    for (const word of ["Bearer", "bearer", "BEARER"]) {
      expect(await me(`${word} ${key}`)).toMatchObject({ status: 200, body: { user: { id: user.id } } });
    }
  });

  it("lets in a key that an operator chose as it is", async () => {
    const { user } = await aPersona(app);
    const token = `chosen-by-an-operator-${user.id}`;
    await app.store.commit([{ write: "put", kind: "api-key", record: keyRecord(user, token) }]);
    expect((await me(`Bearer ${token}`)).status).toBe(200);
  });

  it("refuses every other form with the same words", async () => {
    const { key } = await aPersona(app);
    const forms = [
      "",
      "Bearer",
      "Bearer ",
      key,
      `Basic ${Buffer.from(`user:${key}`).toString("base64")}`,
      `Token ${key}`,
      `Bearer ${key} extra`,
      `Bearer ${key}x`,
      `Bearer ${key.slice(0, -1)}`,
      `Bearer ${key.toUpperCase()}`,
      `Bearer rv_${"a".repeat(20)}_${"b".repeat(43)}`,
      `Bearer rv_#_x`,
      `Bearer é${key}`,
      `Bearer ${"x".repeat(513)}`,
    ];
    const replies = await Promise.all(forms.map(me));
    const words = replies.map(({ status, body }) => ({
      status,
      body: { ...(body as object), instance: "" },
    }));
    expect(new Set(words.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(replies[0]).toMatchObject({ status: 401, body: { code: "unauthenticated" } });
  });

  it("never repeats what was sent", async () => {
    const reply = await me("Bearer rv_abc_distinctive-wrong-key");
    expect(reply.text).not.toContain("distinctive");
  });
});

describe("a key", () => {
  it("of another secret half does not open the record that it names", async () => {
    const { key } = await aPersona(app);
    const forged = key.replace(/_[^_]*$/, `_${"A".repeat(43)}`);
    expect((await me(`Bearer ${forged}`)).status).toBe(401);
  });

  it("is out at the very moment when it expires", async () => {
    const expiresAt = new Date(app.clock.now().getTime() + 60_000).toISOString();
    const as = await aPersona(app, {}, { expiresAt });
    app.clock.advance(59_999);
    expect((await app.call("GET", "/me", { as })).status).toBe(200);
    app.clock.advance(1);
    expect((await app.call("GET", "/me", { as })).status).toBe(401);
  });

  it("is out with the request after it was revoked", async () => {
    const as = await aPersona(app);
    expect((await app.call("GET", "/me", { as })).status).toBe(200);
    await app.store.commit([{ write: "remove", kind: "api-key", record: keyRecord(as.user, as.key) }]);
    expect((await app.call("GET", "/me", { as })).status).toBe(401);
  });

  it("is out with the request after its user was disabled or is gone", async () => {
    const as = await aPersona(app, { permissions: ["APPLICATION_ADMIN"] });
    expect((await app.call("GET", "/settings", { as })).status).toBe(200);
    await app.store.commit([{ write: "put", kind: "user", record: { ...as.user, disabled: true } }]);
    expect((await app.call("GET", "/settings", { as })).status).toBe(401);
    await app.store.commit([{ write: "remove", kind: "user", record: as.user }]);
    expect((await app.call("GET", "/settings", { as })).status).toBe(401);
  });

  it("loses a permission with the request after it was taken away", async () => {
    const as = await aPersona(app, { permissions: ["GOVERNANCE"] });
    const create = (name: string) => app.call("POST", "/tags", { as, body: { name } });
    expect((await create("before")).status).toBe(201);
    await app.store.commit([{ write: "put", kind: "user", record: { ...as.user, permissions: [] } }]);
    expect((await create("after")).status).toBe(403);
  });
});

describe("GET /me", () => {
  it("tells who the caller is, with permissions, groups and attributes", async () => {
    const { id: group } = await aKnownGroup(app, {
      name: "Finance",
      attributes: { Department: ["Finance"], COUNTRY: ["FR", "US"] },
    });
    const as = await aPersona(app, {
      name: "Ann",
      email: "ann@example.com",
      permissions: ["AUDIT", "GOVERNANCE"],
      groups: [group, unique("grp_gone")],
      attributes: { Country: ["US", "DE"] },
    });
    expect((await app.call("GET", "/me", { as })).body).toEqual({
      user: { id: as.user.id, name: "Ann", email: "ann@example.com" },
      permissions: ["AUDIT", "GOVERNANCE"],
      groups: ["Finance"],
      attributes: { Country: ["US", "DE", "FR"], Department: ["Finance"] },
    });
  });
});
