import { createHmac } from "node:crypto";
import { exportSPKI, importJWK } from "jose";
import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { aTokenProvider, providersOf } from "#test/support/identity-providers.ts";
import { anIssuer, signingKey, type TokenOptions } from "#test/support/oidc-issuer.ts";
import { faultsOf } from "#test/support/faults.ts";

const app = await anApp();
const issuer = await anIssuer(app.clock);
await aTokenProvider(app, issuer.issuer);
const { sent } = await faultsOf(app.client);

const me = (token: string, on = app) => on.call("GET", "/me", { as: { key: token } });
const ann = { sub: "ann", name: "Ann" };
/** What the log says of the last token that was refused. */
const reason = () => app.log.lines.at(-1)?.fields?.["reason"];
const seconds = () => Math.floor(app.clock.now().getTime() / 1000);
const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("an access token", () => {
  it("lets its subject in", async () => {
    const reply = await me(await issuer.token(ann));
    expect(reply).toMatchObject({ status: 200, body: { user: { name: "Ann" }, permissions: [] } });
  });

  it("costs two requests of the table from its second time on, and asks the issuer for nothing", async () => {
    const token = await issuer.token(ann);
    await me(token);
    const [before, asked] = [sent.length, issuer.asked.length];
    expect((await me(token)).status).toBe(200);
    expect(sent.slice(before).map(({ operation }) => operation)).toEqual(["BatchGetItem", "BatchGetItem"]);
    expect(issuer.asked).toHaveLength(asked);
  });

  it("that took another's place repeats what was asked with that one", async () => {
    const make = async (name: string) =>
      app.call("POST", "/me/api-keys", {
        as: { key: await issuer.token(ann) },
        headers: { "idempotency-key": "again" },
        body: { name },
      });
    const first = await make("mine");
    app.clock.advance(1000);
    const again = await make("mine");
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toMatchObject({ id: (first.body as { id: string }).id });
    expect(await make("another")).toMatchObject({ status: 422, body: { code: "idempotency-key-reused" } });
  });

  it.each(["RS256", "PS256", "ES256", "ES384", "EdDSA"])("may be signed by %s", async (alg) => {
    const another = await anIssuer(app.clock, true);
    await another.rotate(alg, false);
    await aTokenProvider(app, another.issuer);
    expect((await me(await another.token(ann))).status).toBe(200);
  });

  it("may be meant for several, of which one is named here", async () => {
    const token = await issuer.token(ann, { claims: { aud: ["elsewhere", "reeve"] } });
    expect((await me(token)).status).toBe(200);
  });

  it("of Cognito bears its audience as client_id, and says what it is for", async () => {
    const pool = await anIssuer(app.clock, true);
    await aTokenProvider(app, pool.issuer, { audiences: ["client1"], audienceClaim: "client_id" });
    const claims = { client_id: "client1", token_use: "access", username: "ann", aud: undefined };
    const header = { typ: undefined };
    expect((await me(await pool.token({ sub: "a" }, { claims, header }))).body).toMatchObject({
      user: { name: "ann" },
    });
    const others = [
      { ...claims, client_id: "client2" },
      { ...claims, token_use: "id" },
      { ...claims, client_id: undefined, aud: "client1" },
    ];
    const replies = await Promise.all(
      others.map(async (other) => await me(await pool.token({ sub: "a" }, { claims: other, header }))),
    );
    expect(replies.map(({ status }) => status)).toEqual([401, 401, 401]);
  });

  it("is meant for the client of sign-in where no audience is set", async () => {
    const another = await anIssuer(app.clock, true);
    await aTokenProvider(app, another.issuer, { audiences: [], signIn: { clientId: "console" } });
    const of = (aud: string) => another.token(ann, { claims: { aud } });
    expect([(await me(await of("console"))).status, (await me(await of("reeve"))).status]).toEqual([
      200, 401,
    ]);
  });

  it("holds as long as clocks may differ, and not a second longer", async () => {
    const [late, early, future] = [
      await issuer.token(ann, { claims: { exp: seconds() + 10 } }),
      await issuer.token(ann, { claims: { nbf: seconds() + 60 } }),
      await issuer.token(ann, { claims: { iat: seconds() + 60 } }),
    ];
    expect([(await me(early)).status, (await me(future)).status]).toEqual([200, 200]);
    app.clock.advance(69_000);
    expect((await me(late)).status).toBe(200);
    app.clock.advance(1_000);
    expect((await me(late)).status).toBe(401);
    expect(reason()).toBe("expired");
  });
});

describe("a token is refused in the same words", () => {
  const words = async (token: string) => {
    const { status, body, headers } = await me(token);
    return { status, body: { ...(body as object), instance: "" }, challenge: headers["www-authenticate"] };
  };
  const usual = () => words("nothing of the kind");

  it.each<[string, TokenOptions, string]>([
    ["that has expired", { age: 7200 }, "expired"],
    ["without an end", { claims: { exp: undefined } }, "claim-missing"],
    ["that does not say when it was issued", { claims: { iat: undefined } }, "claim-missing"],
    ["that was issued in the future", { age: -61 }, "not-yet-valid"],
    ["that does not hold yet", { claims: { nbf: 4_000_000_000 } }, "not-yet-valid"],
    ["for another audience", { claims: { aud: "elsewhere" } }, "wrong-audience"],
    ["for nobody", { claims: { aud: undefined } }, "wrong-audience"],
    [
      "that is an ID token by its nonce",
      { claims: { nonce: "n" }, header: { typ: "JWT" } },
      "no-access-token",
    ],
    ["that is an ID token as Keycloak says it", { claims: { typ: "ID" } }, "no-access-token"],
    ["that is an ID token as Cognito says it", { claims: { token_use: "id" } }, "no-access-token"],
    ["that is a logout token", { header: { typ: "logout+jwt" } }, "no-access-token"],
    ["that only who has a key may use", { claims: { cnf: { jkt: "x" } } }, "bound-to-a-key"],
    ["with a critical extension that nobody knows", { header: { crit: ["x"], x: 1 } }, "malformed"],
  ])("%s", async (_, options, why) => {
    expect(await words(await issuer.token(ann, options))).toEqual(await usual());
    expect(reason()).toBe(why);
  });

  it("of an issuer that is no provider's", async () => {
    const stranger = await anIssuer(app.clock, true);
    expect(await words(await stranger.token(ann))).toEqual(await usual());
    expect(reason()).toBe("unknown-issuer");
    expect(stranger.asked).toEqual([]);
  });

  it("by another issuer's key in the name of this one", async () => {
    const forged = await issuer.token(ann, { key: await signingKey("RS256") });
    expect(await words(forged)).toEqual(await usual());
    expect(reason()).toBe("unknown-key");
  });

  it("by another key under the kid of this one", async () => {
    const own = issuer.keys.at(-1);
    const key = { ...(await signingKey("RS256")), kid: own?.kid ?? "" };
    expect(await words(await issuer.token(ann, { key }))).toEqual(await usual());
    expect(reason()).toBe("bad-signature");
  });

  it("without a signature, or by the public key as a shared secret", async () => {
    const key = issuer.keys.at(-1);
    if (key === undefined) throw new Error("no key");
    const payload = { iss: issuer.issuer, sub: "ann", aud: "reeve", iat: seconds(), exp: seconds() + 60 };
    const none = ["none", "None", "NONE"].flatMap((alg) => {
      const unsigned = `${base64url({ alg, kid: key.kid })}.${base64url(payload)}`;
      return [`${unsigned}.`, `${unsigned}.AAAA`];
    });
    const publicKey = await importJWK(key.jwk, "RS256", { extractable: true });
    const pem = publicKey instanceof Uint8Array ? "" : await exportSPKI(publicKey);
    const head = `${base64url({ alg: "HS256", kid: key.kid })}.${base64url(payload)}`;
    const shared = `${head}.${createHmac("sha256", pem).update(head).digest("base64url")}`;
    for (const token of [...none, shared]) {
      expect(await words(token)).toEqual(await usual());
      expect(reason()).toBe("wrong-algorithm");
    }
  });

  it("with a key of its own in its header", async () => {
    const key = await signingKey("RS256");
    const own = await issuer.token(ann, { key, header: { jwk: key.jwk, jku: "https://evil.example.com" } });
    expect(await words(own)).toEqual(await usual());
  });

  it("with claims that were changed on the way", async () => {
    const [head, , signature] = (await issuer.token(ann)).split(".");
    const payload = { iss: issuer.issuer, sub: "bob", aud: "reeve", iat: seconds(), exp: seconds() + 60 };
    expect(await words(`${head}.${base64url(payload)}.${signature}`)).toEqual(await usual());
    expect(reason()).toBe("bad-signature");
  });

  it.each(["", "x".repeat(256)])("with the subject %o", async (sub) => {
    expect(await words(await issuer.token({ sub }))).toEqual(await usual());
  });

  it("and none of it is in the log", async () => {
    const token = await issuer.token(
      { sub: "distinctive-subject", secret: "distinctive-claim" },
      { age: 7200 },
    );
    await me(token);
    const logged = JSON.stringify(app.log.lines);
    expect(logged).not.toContain("distinctive-claim");
    for (const part of token.split(".")) expect(logged).not.toContain(part);
  });
});

describe("an issuer that is removed", () => {
  it("lets nobody in any more with the next request", async () => {
    const { remove } = await providersOf(app);
    const another = await anIssuer(app.clock, true);
    const id = await aTokenProvider(app, another.issuer);
    const token = await another.token(ann);
    expect((await me(token)).status).toBe(200);
    await remove(id);
    expect((await me(token)).status).toBe(401);
    expect(reason()).toBe("unknown-issuer");
  });
});
