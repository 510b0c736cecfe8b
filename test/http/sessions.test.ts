import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { Browser } from "#test/support/browser.ts";
import { aTokenProvider } from "#test/support/identity-providers.ts";
import { faultsOf } from "#test/support/faults.ts";
import { anIssuer } from "#test/support/oidc-issuer.ts";
import { aPersona } from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";
import { auditOf } from "#test/support/table-items.ts";

const app = await anApp();
const issuer = await anIssuer(app.clock);
const provider = await aTokenProvider(app, issuer.issuer, {
  signIn: { clientId: issuer.client.id },
  clientSecret: issuer.client.secret,
});
const { sent } = await faultsOf(app.client);
const hour = 3_600_000;

/** Somebody's browser, signed in. */
async function signedIn(): Promise<Browser> {
  issuer.person = { sub: unique("subject-") };
  const browser = new Browser(app);
  await browser.signIn(provider);
  return browser;
}
const idOf = async (browser: Browser): Promise<string> =>
  ((await browser.visit("GET", "/me")).body as { user: { id: string } }).user.id;

describe("a session", () => {
  it("lasts twelve hours, and not a moment longer", async () => {
    const browser = await signedIn();
    app.clock.advance(12 * hour - 1);
    expect((await browser.visit("GET", "/me")).status).toBe(200);
    app.clock.advance(1);
    expect((await browser.visit("GET", "/me")).status).toBe(401);
  });

  it("costs two requests of the table", async () => {
    const browser = await signedIn();
    const before = sent.length;
    await browser.visit("GET", "/me");
    expect(sent.slice(before).map(({ operation }) => operation)).toEqual(["BatchGetItem", "BatchGetItem"]);
  });

  it("changes something only where the console says that it asks", async () => {
    const browser = await signedIn();
    const body = { name: "made in the console" };
    const make = (headers: Readonly<Record<string, string>>) =>
      browser.visit("POST", "/me/api-keys", { body, headers });
    for (const headers of [
      {},
      { "x-requested-with": "XMLHttpRequest" },
      { "x-requested-with": "reeve-console, evil" },
      { origin: "https://reeve.test" },
    ]) {
      expect(await make(headers)).toMatchObject({ status: 401, body: { code: "unauthenticated" } });
    }
    expect((await browser.asConsole("POST", "/me/api-keys", { body })).status).toBe(201);
  });

  it("is nothing where a key is sent, whatever that is", async () => {
    const browser = await signedIn();
    const persona = await aPersona(app);
    const by = (authorization: string) => browser.visit("GET", "/me", { headers: { authorization } });
    expect((await by(`Bearer ${persona.key}`)).body).toMatchObject({ user: { id: persona.user.id } });
    expect((await by("Bearer nothing")).status).toBe(401);
    expect((await by("")).status).toBe(401);
  });

  it("is no key, and a key is no session", async () => {
    const browser = await signedIn();
    const session = browser.cookies.get("reeve_session") ?? "";
    expect((await app.call("GET", "/me", { as: { key: session } })).status).toBe(401);
    const { key } = await aPersona(app);
    expect((await app.call("GET", "/me", { headers: { cookie: `reeve_session=${key}` } })).status).toBe(401);
  });

  it("is in no list of keys", async () => {
    const browser = await signedIn();
    expect((await browser.visit("GET", "/me/api-keys")).body).toMatchObject({ items: [] });
  });

  it("keeps the reply of a request that is sent twice", async () => {
    const browser = await signedIn();
    const make = () =>
      browser.asConsole("POST", "/me/api-keys", {
        body: { name: "once" },
        headers: { "idempotency-key": "once" },
      });
    const [first, second] = [await make(), await make()];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect((second.body as { id: string }).id).toBe((first.body as { id: string }).id);
  });
});

it("a session ends with the provider that vouched for it, and stays ended though it is made anew", async () => {
  const vouching = await anIssuer(app.clock, true);
  const made = () =>
    aTokenProvider(app, vouching.issuer, {
      signIn: { clientId: vouching.client.id },
      clientSecret: vouching.client.secret,
    });
  const providerId = await made();
  const browser = new Browser(app);
  await browser.signIn(providerId);
  expect((await browser.visit("GET", "/me")).status).toBe(200);
  const admin = await aPersona(app, { permissions: ["APPLICATION_ADMIN"] });
  await admin.api.deleteIdentityProvider({ params: { providerId } });
  expect((await browser.visit("GET", "/me")).status).toBe(401);
  await made();
  expect((await browser.visit("GET", "/me")).status).toBe(401);
});

describe("POST /sign-out", () => {
  it("ends the session at once, in this browser and wherever else its cookie is", async () => {
    const browser = await signedIn();
    const id = await idOf(browser);
    const copy = new Browser(app);
    for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
    const reply = await browser.asConsole("POST", "/sign-out");
    expect(reply.status).toBe(204);
    expect(reply.cookies).toEqual(["reeve_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure"]);
    expect((await copy.visit("GET", "/me")).status).toBe(401);
    expect(await auditOf(app, "user", id)).toContain("user:sign-out");
  });

  it("leaves other sessions of the same person", async () => {
    const one = await signedIn();
    const other = new Browser(app);
    await other.signIn(provider);
    expect(await idOf(other)).toBe(await idOf(one));
    await one.asConsole("POST", "/sign-out");
    expect((await other.visit("GET", "/me")).status).toBe(200);
  });

  it("by a page of another site ends nothing", async () => {
    const browser = await signedIn();
    expect((await browser.visit("POST", "/sign-out")).status).toBe(401);
    expect((await browser.visit("GET", "/me")).status).toBe(200);
  });

  it("by a key ends no key", async () => {
    const as = await aPersona(app);
    expect((await app.call("POST", "/sign-out", { as })).status).toBe(204);
    expect((await app.call("GET", "/me", { as })).status).toBe(200);
  });
});

describe("cookies", () => {
  it("are taken wherever the gateway puts them, the first of a name counting", async () => {
    const browser = await signedIn();
    const session = browser.cookies.get("reeve_session") ?? "";
    const by = async (cookie: string) => (await app.call("GET", "/me", { headers: { cookie } })).status;
    expect(await by(`a=b; reeve_session=${session}; c=d`)).toBe(200);
    expect(await by(`reeve_session=${session}; reeve_session=other`)).toBe(200);
    expect(await by(`reeve_session=other; reeve_session=${session}`)).toBe(401);
    expect(await by(`xreeve_session=${session}`)).toBe(401);
  });

  it("are not secure on one machine, where there is no TLS", async () => {
    const reply = await app.call("GET", `/sign-in/${provider}`, { headers: { "x-forwarded-proto": "http" } });
    expect(reply.cookies.join()).not.toContain("Secure");
  });
});
