import { describe, expect, it } from "vitest";
import { accessTokens } from "#adapters/oidc/access-tokens.ts";
import { anApp } from "#test/support/app.ts";
import { aTokenProvider } from "#test/support/identity-providers.ts";
import { anIssuer, type OidcIssuer } from "#test/support/oidc-issuer.ts";

const app = await anApp();
const me = (token: string) => app.call("GET", "/me", { as: { key: token } });
const status = async (token: string) => (await me(token)).status;
const ann = { sub: "ann" };
const minute = 60_000;

/** An issuer of which nothing is known yet. */
async function aNewIssuer(): Promise<OidcIssuer> {
  const issuer = await anIssuer(app.clock, true);
  await aTokenProvider(app, issuer.issuer);
  issuer.asked.length = 0;
  return issuer;
}
const down = (issuer: OidcIssuer): void => {
  issuer.instead.set("/jwks", (response) => response.writeHead(503).end());
};
const up = (issuer: OidcIssuer): void => void issuer.instead.delete("/jwks");

describe("an issuer's keys", () => {
  it("are asked for once in ten minutes, however many ask at once", async () => {
    const issuer = await aNewIssuer();
    const token = await issuer.token(ann);
    const at = () => issuer.count("/jwks");
    expect(await Promise.all([token, token, token].map(status))).toEqual([200, 200, 200]);
    expect(at()).toBe(1);
    app.clock.advance(10 * minute - 1);
    expect([await status(token), at()]).toEqual([200, 1]);
    app.clock.advance(1);
    expect([await status(token), at()]).toEqual([200, 2]);
  });

  it("rotate without a restart: one that is not known is asked for", async () => {
    const issuer = await aNewIssuer();
    const old = await issuer.token(ann);
    expect(await status(old)).toBe(200);
    await issuer.rotate();
    app.clock.advance(minute);
    expect([await status(await issuer.token(ann)), await status(old)]).toEqual([200, 200]);
    expect(issuer.count("/jwks")).toBe(2);
  });

  it("that are not known are asked for no more often than each half minute", async () => {
    const issuer = await aNewIssuer();
    expect(await status(await issuer.token(ann))).toBe(200);
    await issuer.rotate();
    const unknown = await issuer.token(ann);
    expect([await status(unknown), issuer.count("/jwks")]).toEqual([401, 1]);
    app.clock.advance(30_000);
    expect([await status(unknown), issuer.count("/jwks")]).toEqual([200, 2]);
  });

  it("that are published no more let nobody in once they were asked for again", async () => {
    const issuer = await aNewIssuer();
    const old = await issuer.token(ann);
    expect(await status(old)).toBe(200);
    await issuer.rotate("RS256", false);
    app.clock.advance(minute);
    expect(await status(await issuer.token(ann))).toBe(200);
    expect(await status(old)).toBe(401);
  });

  it("that cannot be asked for let nobody in, and the log says why", async () => {
    const issuer = await aNewIssuer();
    down(issuer);
    expect(await status(await issuer.token(ann))).toBe(401);
    expect(app.log.lines.at(-1)).toMatchObject({
      level: "warn",
      fields: { reason: "issuer-unreachable", issuer: issuer.issuer },
    });
  });

  it("are used for an hour more while they cannot be asked for, and no longer", async () => {
    const issuer = await aNewIssuer();
    const token = () => issuer.token(ann);
    expect(await status(await token())).toBe(200);
    down(issuer);
    app.clock.advance(70 * minute - 1);
    expect(await status(await token())).toBe(200);
    app.clock.advance(1);
    expect(await status(await token())).toBe(401);
    up(issuer);
    app.clock.advance(5_000);
    expect(await status(await token())).toBe(200);
  });

  it("of an issuer that is out of reach are not asked for by every request", async () => {
    const issuer = await aNewIssuer();
    down(issuer);
    const token = await issuer.token(ann);
    expect([await status(token), await status(token), issuer.count("/jwks")]).toEqual([401, 401, 1]);
    app.clock.advance(5_000);
    expect([await status(token), issuer.count("/jwks")]).toEqual([401, 2]);
  });

  it("that are no keys let nobody in", async () => {
    const issuer = await aNewIssuer();
    const token = await issuer.token(ann);
    issuer.instead.set("/jwks", (response) => response.end(JSON.stringify({ keys: "none" })));
    expect(await status(token)).toBe(401);
  });

  it("without a name are taken where there is one alone", async () => {
    const issuer = await aNewIssuer();
    const key = issuer.keys[0];
    if (key === undefined) throw new Error("no key");
    const { kid: _, ...jwk } = key.jwk;
    issuer.keys = [{ ...key, jwk }];
    expect(await status(await issuer.token(ann, { header: { kid: undefined } }))).toBe(200);
  });
});

describe("what is no token", () => {
  const tokens = accessTokens({ onLoopback: true, clock: app.clock, log: app.log });
  const read = (text: string) => tokens.read(text);
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

  it.each([
    "rv_key_secret",
    "a.b.c",
    "...",
    `${part({ alg: "RS256" })}.${part({ sub: "a" })}.x`,
    `${part({ alg: 1 })}.${part({ iss: "i", sub: "a" })}.x`,
    `${part(null)}.${part(null)}.x`,
    `${part({ alg: "RS256" })}.${part({ iss: "i", sub: "a" })}`,
    `${part({ alg: "RS256" })}.${part({ iss: "i", sub: "a" })}.x.y`,
    `${part({ alg: "RS256" })}.${part({ iss: "i", sub: 7 })}.x`,
  ])("%s is read as none", (text) => {
    expect(read(text)).toBeNull();
  });

  it("says of a token who it claims to be of", () => {
    const token = `${part({ alg: "RS256" })}.${part({ iss: "i", sub: "a" })}.x`;
    expect(read(token)).toEqual({ issuer: "i", subject: "a" });
  });
});
