import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { aTokenProvider } from "#test/support/identity-providers.ts";
import { checked } from "#test/support/invariants.ts";
import { anIssuer, type Person } from "#test/support/oidc-issuer.ts";
import { aPersona, everyPermission } from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";
import { auditOf, itemsOf } from "#test/support/table-items.ts";

const app = await anApp();
const admin = await aPersona(app, { permissions: everyPermission });
const issuer = await anIssuer(app.clock);
const provider = await aTokenProvider(app, issuer.issuer);
const me = (token: string) => app.call("GET", "/me", { as: { key: token } });
const someone = (more: object = {}): Person => ({ sub: unique("subject-"), ...more });
const idIn = ({ body }: { readonly body: unknown }) => (body as { user: { id: string } }).user.id;
const known = async (person: Person) => idIn(await me(await issuer.token(person)));

describe("the first token of somebody", () => {
  it("makes a person without any permission, whatever it says", async () => {
    const person = someone({
      name: "Ann Example",
      email: "ann@example.com",
      permissions: ["USER_ADMIN"],
      roles: ["APPLICATION_ADMIN"],
      scope: "admin",
    });
    const id = await known(person);
    const user = await app.call("GET", `/users/${id}`, { as: admin });
    expect(user.body).toMatchObject({
      name: "Ann Example",
      email: "ann@example.com",
      kind: "person",
      permissions: [],
      groups: [],
      providers: [{ id: provider, issuer: issuer.issuer, subject: person.sub, groups: [], lapsed: false }],
    });
    expect(await auditOf(app, "user", id)).toEqual(["user:create", "user:sign-in"]);
  });

  it("is the token of the same user from then on, whatever else changes but the subject", async () => {
    const person = someone({ email: "same@example.com" });
    const id = await known(person);
    expect(await known({ ...person, email: "other@example.com", name: "Renamed" })).toBe(id);
    expect(await known(someone({ email: "same@example.com" }))).not.toBe(id);
  });

  it("of two issuers makes two users, though subject and address are the same", async () => {
    const other = await anIssuer(app.clock, true);
    await aTokenProvider(app, other.issuer);
    const person = someone({ email: "ann@example.com" });
    expect(idIn(await me(await other.token(person)))).not.toBe(await known(person));
  });

  it("sent many times at once makes one user", async () => {
    const person = someone();
    const [first, second] = await Promise.all([issuer.token(person), issuer.token(person)]);
    const replies = await Promise.all([first, second, first, second, first, second].map(me));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    const ids = new Set(replies.map(idIn));
    expect(ids.size).toBe(1);
    const facts = await itemsOf(app, "user-facts");
    expect(facts.filter((item) => JSON.stringify(item).includes(person.sub))).toHaveLength(1);
  });

  it.each([
    [{ name: "Ann" }, "Ann"],
    [{ preferred_username: "ann" }, "ann"],
    [{ "cognito:username": "cog" }, "cog"],
    [{ name: "\u0000", username: "plain" }, "plain"],
    [{ name: 7, email: "ann@example.com" }, "ann@example.com"],
  ])("names them by %o", async (claims, name) => {
    const reply = await me(await issuer.token(someone(claims)));
    expect(reply.body).toMatchObject({ user: { name } });
  });

  it("that tells no name names them by their subject, until another one does", async () => {
    const person = someone();
    expect((await me(await issuer.token(person))).body).toMatchObject({
      user: { name: person.sub, email: "" },
    });
    app.clock.advance(1000);
    const told = { ...person, name: "Ann", email: "ann@example.com" };
    expect((await me(await issuer.token(told))).body).toMatchObject({
      user: { name: "Ann", email: "ann@example.com" },
    });
    app.clock.advance(1000);
    const renamed = { ...told, name: "Bob", email: "bob@example.com" };
    expect((await me(await issuer.token(renamed))).body).toMatchObject({
      user: { name: "Ann", email: "ann@example.com" },
    });
  });
});

describe("a user who is known by a token", () => {
  it("is out with the next request once they are disabled, and back once they are not", async () => {
    const person = someone();
    const id = await known(person);
    const token = await issuer.token(person);
    const disable = (disabled: boolean) =>
      app.call("PATCH", `/users/${id}`, { as: admin, body: { disabled } });
    await disable(true);
    expect((await me(token)).status).toBe(401);
    expect((await me(await issuer.token(person))).status).toBe(401);
    await disable(false);
    expect((await me(token)).status).toBe(200);
  });

  it("comes in anew, as somebody else, once they are deleted", async () => {
    const person = someone();
    const id = await known(person);
    expect((await app.call("DELETE", `/users/${id}`, { as: admin })).status).toBe(204);
    expect(await known(person)).not.toBe(id);
  });

  it("has what was given to them in Reeve", async () => {
    const person = someone();
    const id = await known(person);
    const body = { permissions: ["GOVERNANCE"] };
    expect((await app.call("PATCH", `/users/${id}`, { as: admin, body })).status).toBe(200);
    expect((await me(await issuer.token(person))).body).toMatchObject({ permissions: ["GOVERNANCE"] });
  });
});

describe("that somebody signs in", () => {
  it("is recorded once for each token, with the provider", async () => {
    const person = someone();
    const token = await issuer.token(person);
    const id = idIn(await me(token));
    await me(token);
    app.clock.advance(1000);
    await me(await issuer.token(person));
    const { items } = await app.store.activity("user", id, null, 10);
    const signIns = items.filter(({ action }) => action === "user:sign-in");
    expect(signIns).toHaveLength(2);
    expect(signIns[0]).toMatchObject({
      actor: id,
      outcome: "success",
      address: "192.0.2.1",
      details: { providerId: provider, via: "token" },
    });
  });
});

it("the table is sound after all of this", async () => {
  await app.drain();
  expect((await checked(app)).findings).toEqual([]);
});
