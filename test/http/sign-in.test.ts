import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { Browser } from "#test/support/browser.ts";
import { aTokenProvider, providersOf } from "#test/support/identity-providers.ts";
import { checked } from "#test/support/invariants.ts";
import { anIssuer, type OidcIssuer, type TokenOptions } from "#test/support/oidc-issuer.ts";
import { unique } from "#test/support/records.ts";
import { auditOf } from "#test/support/table-items.ts";

const app = await anApp();
const issuer = await anIssuer(app.clock);
const { admin, create, patch } = await providersOf(app);
const client = ({ client: { id, secret } }: OidcIssuer) => ({
  signIn: { clientId: id },
  clientSecret: secret,
  groupsClaim: "groups",
});
const provider = await aTokenProvider(app, issuer.issuer, client(issuer));
const aBrowser = () => new Browser(app);
const minute = 60_000;
const refused = { status: 401, body: { code: "sign-in-failed" } };
const reason = () =>
  app.log.lines.findLast(({ message }) => message === "a sign-in failed")?.fields?.["reason"];

describe("signing in", () => {
  it("begins with a list of providers that everybody may see, by name alone", async () => {
    await create({
      name: "Tokens alone",
      kind: "oidc",
      issuer: (await anIssuer(app.clock, true)).issuer,
      audiences: ["a"],
    });
    const reply = await app.call("GET", "/sign-in/providers");
    expect(reply).toMatchObject({
      status: 200,
      body: { items: [{ id: provider, name: "Company" }], nextCursor: null },
    });
  });

  it("sends the browser to the issuer with a challenge, a state and a nonce, and nothing that could be used again", async () => {
    const reply = await aBrowser().visit("GET", `/sign-in/${provider}`);
    const url = new URL(reply.headers["location"] ?? "");
    expect(reply.status).toBe(302);
    expect(`${url.origin}${url.pathname}`).toBe(`${issuer.issuer}/authorize`);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      response_type: "code",
      client_id: issuer.client.id,
      redirect_uri: `https://reeve.test/sign-in/${provider}/callback`,
      scope: "openid email profile",
      code_challenge_method: "S256",
    });
    const [cookie = ""] = reply.cookies;
    expect(cookie).toMatch(
      /^reeve_sign_in=[\w-]+; Path=\/sign-in; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/,
    );
    for (const name of ["state", "nonce"]) expect(cookie).not.toContain(url.searchParams.get(name));
    expect(Buffer.from(cookie.split(/[=;]/)[1] ?? "", "base64url").toString()).not.toContain(provider);
  });

  it("ends in a session, and where it began", async () => {
    issuer.person = { sub: unique("ann-"), name: "Ann", email: "ann@example.com", groups: ["Legal"] };
    const browser = aBrowser();
    const reply = await browser.signIn(provider, "/data-sources?tag=PII");
    expect(reply).toMatchObject({ status: 302, headers: { location: "/data-sources?tag=PII" }, text: "" });
    const [session = "", gone = ""] = reply.cookies;
    expect(session).toMatch(
      /^reeve_session=[\w-]+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure$/,
    );
    expect(gone).toMatch(/^reeve_sign_in=; Path=\/sign-in; Max-Age=0;/);
    const me = await browser.visit("GET", "/me");
    expect(me.body).toMatchObject({ user: { name: "Ann" }, permissions: [], groups: ["Legal"] });
    const { id } = (me.body as { user: { id: string } }).user;
    expect(await auditOf(app, "user", id)).toEqual(["user:create", "user:sign-in", "session:create"]);
  });

  it("knows who came by a token before", async () => {
    issuer.person = { sub: unique("bob-") };
    const token = await issuer.token(issuer.person);
    const known = await app.call("GET", "/me", { as: { key: token } });
    const browser = aBrowser();
    await browser.signIn(provider);
    expect((await browser.visit("GET", "/me")).body).toMatchObject({
      user: { id: (known.body as { user: { id: string } }).user.id },
    });
  });

  it("works for a client without a secret, and for one that sends it in the form", async () => {
    for (const methods of [["client_secret_post"], ["client_secret_basic", "client_secret_post"]]) {
      const another = await anIssuer(app.clock, true);
      another.discovery = { token_endpoint_auth_methods_supported: methods };
      const id = await aTokenProvider(app, another.issuer, client(another));
      expect((await aBrowser().signIn(id)).status).toBe(302);
    }
    const open = await anIssuer(app.clock, true);
    open.client.secret = null;
    const id = await aTokenProvider(app, open.issuer, { signIn: { clientId: open.client.id } });
    expect((await aBrowser().signIn(id)).status).toBe(302);
  });

  it("is no matter of a provider that takes tokens alone, of a directory, or of none", async () => {
    const ids = [await aTokenProvider(app, (await anIssuer(app.clock, true)).issuer), "idp_none"];
    for (const id of ids) {
      expect((await aBrowser().visit("GET", `/sign-in/${id}`)).status).toBe(404);
    }
  });

  it("says so where the issuer cannot be asked", async () => {
    const another = await anIssuer(app.clock, true);
    const id = await aTokenProvider(app, another.issuer, client(another));
    another.stop();
    expect(await aBrowser().visit("GET", `/sign-in/${id}`)).toMatchObject({
      status: 422,
      body: { code: "identity-provider-unreachable" },
    });
  });
});

describe("the way back", () => {
  it.each([
    "https://evil.example.com",
    "//evil.example.com",
    "/\\evil.example.com",
    "\\\\evil",
    "/a\nb",
    "javascript:x",
    "",
    "/a\\b",
    "/ü",
  ])("never leads to %o", async (returnTo) => {
    const reply = await aBrowser().visit("GET", `/sign-in/${provider}`, { query: { returnTo } });
    expect(reply).toMatchObject({ status: 400, body: { errors: [{ in: "query", pointer: "/returnTo" }] } });
  });

  it("is this deployment's root where nothing was said", async () => {
    expect((await aBrowser().signIn(provider)).headers["location"]).toBe("/");
  });
});

describe("a sign-in is refused", () => {
  const attempt = async (change: (url: URL, browser: Browser) => void | Promise<void>) => {
    const browser = aBrowser();
    const url = await browser.toIssuerAndBack(provider);
    await change(url, browser);
    const reply = await browser.come(url);
    expect(reply).toMatchObject(refused);
    expect(browser.cookies.has("reeve_session")).toBe(false);
    return reply;
  };

  it("that another browser began", async () => {
    await attempt((_, browser) => browser.cookies.clear());
    expect(reason()).toBe("no-cookie");
  });

  it("with another state", async () => {
    await attempt((url) => url.searchParams.set("state", "another"));
    expect(reason()).toBe("wrong-state");
  });

  it("with the answer to another sign-in of somebody else", async () => {
    const other = await aBrowser().toIssuerAndBack(provider);
    await attempt((url) => {
      url.search = other.search;
    });
    expect(reason()).toBe("wrong-state");
  });

  it("that took ten minutes", async () => {
    await attempt(() => app.clock.advance(10 * minute));
    expect(reason()).toBe("too-late");
  });

  it("by a cookie that was changed, or made for something else", async () => {
    const sealed = await app.parts.seals.seal("something else", { state: "x" });
    for (const value of [sealed, "AAAA", "x".repeat(100), ""]) {
      await attempt((_, browser) => void browser.cookies.set("reeve_sign_in", value));
      expect(reason()).toBe("no-cookie");
    }
  });

  it("at another provider than it began at", async () => {
    const other = await anIssuer(app.clock, true);
    const id = await aTokenProvider(app, other.issuer, client(other));
    await attempt((url) => {
      url.pathname = `/sign-in/${id}/callback`;
    });
    expect(reason()).toBe("no-cookie");
  });

  it("that names another issuer", async () => {
    await attempt((url) => url.searchParams.set("iss", "https://evil.example.com"));
    expect(reason()).toBe("wrong-issuer");
  });

  it("that the person refused", async () => {
    await attempt((url) => {
      url.searchParams.delete("code");
      url.searchParams.set("error", "access_denied");
    });
    expect(reason()).toBe("refused: access_denied");
  });

  it("with a code of the attacker's choice", async () => {
    await attempt((url) => url.searchParams.set("code", "stolen"));
    expect(reason()).toBe("refused: invalid_grant");
  });

  it("with a code that was stolen from another sign-in: the verifier does not fit", async () => {
    const other = await aBrowser().toIssuerAndBack(provider);
    await attempt((url) => url.searchParams.set("code", other.searchParams.get("code") ?? ""));
    expect(reason()).toBe("refused: invalid_grant");
  });

  it.each<[string, TokenOptions, string]>([
    ["for another nonce", { claims: { nonce: "another" } }, "wrong-nonce"],
    ["without a nonce", { claims: { nonce: undefined } }, "wrong-nonce"],
    ["for another client", { claims: { aud: "another" } }, "wrong-audience"],
    [
      "for several, issued to another",
      { claims: { aud: ["reeve-console", "b"], azp: "b" } },
      "wrong-audience",
    ],
    ["for several, issued to nobody", { claims: { aud: ["reeve-console", "b"] } }, "wrong-audience"],
    ["that has expired", { age: 7200 }, "expired"],
    ["of another issuer", { claims: { iss: "https://evil.example.com" } }, "wrong-issuer"],
    ["that is an access token", { claims: { token_use: "access" } }, "no-id-token"],
    ["that is an access token by its type", { header: { typ: "at+jwt" } }, "no-id-token"],
    ["whose subject is too long", { claims: { sub: "x".repeat(256) } }, "malformed"],
  ])("with an ID token %s", async (_, idToken, why) => {
    issuer.idToken = idToken;
    try {
      await attempt(() => {});
    } finally {
      issuer.idToken = {};
    }
    expect(reason()).toBe(why);
  });

  it("a second time, by the very same answer", async () => {
    const browser = aBrowser();
    const url = await browser.toIssuerAndBack(provider);
    const replayed = aBrowser();
    for (const [name, value] of browser.cookies) replayed.cookies.set(name, value);
    expect((await browser.come(url)).status).toBe(302);
    expect(await browser.come(url)).toMatchObject(refused);
    expect(await replayed.come(url)).toMatchObject(refused);
  });

  it("a second time, even where the issuer gives tokens for the code again", async () => {
    const generous = await anIssuer(app.clock, true);
    generous.codesLast = true;
    const id = await aTokenProvider(app, generous.issuer, client(generous));
    const browser = aBrowser();
    const url = await browser.toIssuerAndBack(id);
    const replayed = aBrowser();
    for (const [name, value] of browser.cookies) replayed.cookies.set(name, value);
    expect((await browser.come(url)).status).toBe(302);
    expect(await replayed.come(url)).toMatchObject(refused);
  });

  it("of somebody who is disabled", async () => {
    issuer.person = { sub: unique("out-") };
    const browser = aBrowser();
    await browser.signIn(provider);
    const { id } = ((await browser.visit("GET", "/me")).body as { user: { id: string } }).user;
    const user = await app.store.user(id);
    if (user === null) throw new Error("gone");
    await app.store.commit([{ write: "put", kind: "user", record: { ...user, disabled: true } }]);
    expect((await browser.visit("GET", "/me")).status).toBe(401);
    await attempt(() => {});
    expect(reason()).toBe("gone-or-disabled");
    issuer.person = { sub: "ann" };
  });

  it("and no code, state or token is in the log", async () => {
    const url = await aBrowser().toIssuerAndBack(provider);
    const logged = JSON.stringify(app.log.lines);
    expect(logged).not.toContain(issuer.client.secret);
    expect(logged).not.toContain(url.searchParams.get("code"));
    expect(logged).not.toContain(url.searchParams.get("state"));
  });
});

it("the client of a provider may change, and takes effect at once", async () => {
  const other = await anIssuer(app.clock, true);
  const id = await aTokenProvider(app, other.issuer, client(other));
  await patch(id, { signIn: null, audiences: ["a"] });
  expect((await aBrowser().visit("GET", `/sign-in/${id}`)).status).toBe(404);
  expect((await app.call("GET", `/identity-providers/${id}`, { as: admin })).body).toMatchObject({
    signIn: null,
  });
});

it("the table is sound after all of this", async () => {
  expect((await checked(app)).findings).toEqual([]);
});
