import { describe, expect, it } from "vitest";
import { oidcIssuers } from "#adapters/oidc/oidc-issuers.ts";
import { anApp } from "#test/support/app.ts";
import { idOf, ldapBody, oidcBody, providerPath, providersOf } from "#test/support/identity-providers.ts";
import { anIssuer } from "#test/support/oidc-issuer.ts";
import { unique } from "#test/support/records.ts";
import { allItems, auditOf } from "#test/support/table-items.ts";

const app = await anApp();
const { admin, create, get, secretOf } = await providersOf(app);
const anotherIssuer = () => anIssuer(app.clock, true);

describe("POST /identity-providers", () => {
  it("accepts an issuer that answers, with all that was not said by default", async () => {
    const { issuer } = await anotherIssuer();
    const reply = await create(oidcBody(issuer));
    const id = idOf(reply);
    expect(reply).toMatchObject({ status: 201, headers: { etag: '"1"', location: providerPath(id) } });
    expect(reply.body).toEqual({
      id,
      name: "Company",
      kind: "oidc",
      issuer,
      audiences: ["reeve"],
      audienceClaim: "aud",
      clockSkewSeconds: 60,
      groupsClaim: null,
      groups: null,
      attributes: {},
      signIn: null,
      clientSecretSet: false,
      callbackUrl: `https://reeve.test/sign-in/${id}/callback`,
      syncedAt: null,
      createdAt: app.clock.now().toISOString(),
      createdBy: admin.user.id,
      version: 1,
    });
    expect((await get(id)).body).toEqual(reply.body);
    expect(await auditOf(app, "identity-provider", id)).toEqual(["identity-provider:create"]);
  });

  it("keeps a client's secret in the secret store, and never tells it", async () => {
    const { issuer } = await anotherIssuer();
    const clientSecret = unique("distinctive-client-secret-");
    const signIn = { clientId: "console", scopes: ["profile"] };
    const reply = await create(oidcBody(issuer, { signIn, clientSecret, audiences: [] }));
    expect(reply.body).toMatchObject({
      clientSecretSet: true,
      signIn: { clientId: "console", scopes: ["openid", "profile"] },
    });
    expect(await secretOf(idOf(reply))).toEqual({ clientSecret });
    expect(reply.text).not.toContain(clientSecret);
    expect(JSON.stringify(await allItems(app))).not.toContain(clientSecret);
  });

  it("accepts a directory, with what OpenLDAP has by default", async () => {
    const reply = await create(ldapBody());
    expect(reply).toMatchObject({
      status: 201,
      body: {
        kind: "ldap",
        startTls: false,
        ca: null,
        userFilter: "(objectClass=person)",
        groupBase: null,
        userAttributes: { id: "entryUUID", name: "cn", email: "mail", accountControl: null },
        groupAttributes: { id: "entryUUID", name: "cn", member: "member" },
        cron: "0 * * * *",
        subjects: null,
        bindPasswordSet: true,
      },
    });
    expect(await secretOf(idOf(reply))).toEqual({ bindPassword: "distinctive bind password" });
    expect(reply.text).not.toContain("distinctive");
  });

  it("takes one provider for each issuer, and several directories of one server", async () => {
    const { issuer, asked } = await anotherIssuer();
    await create(oidcBody(issuer));
    const before = asked.length;
    expect(await create(oidcBody(issuer, { name: "Again" }))).toMatchObject({
      status: 409,
      body: { code: "identity-provider-exists", errors: [{ pointer: "/issuer" }] },
    });
    expect(asked).toHaveLength(before);
    expect([(await create(ldapBody())).status, (await create(ldapBody())).status]).toEqual([201, 201]);
  });

  it("of two at once takes one", async () => {
    const { issuer } = await anotherIssuer();
    const replies = await Promise.all([create(oidcBody(issuer)), create(oidcBody(issuer))]);
    expect(replies.map(({ status }) => status).toSorted()).toEqual([201, 409]);
  });

  it("sent twice with one key makes one, and the reply's repetition holds no secret", async () => {
    const { issuer } = await anotherIssuer();
    const body = oidcBody(issuer, { signIn: { clientId: "c" }, clientSecret: "distinctive-kept" });
    const headers = { "idempotency-key": unique("key-") };
    const [first, second] = [await create(body, admin, headers), await create(body, admin, headers)];
    expect(second).toMatchObject({ status: 201, body: first.body as object });
    expect(second.text).not.toContain("distinctive-kept");
  });

  it("leaves no secret behind where it is refused", async () => {
    const count = async () => (await app.secrets.list("identity/")).length;
    const before = await count();
    const { issuer } = await anotherIssuer();
    await create(oidcBody(issuer));
    const again = oidcBody(issuer, { signIn: { clientId: "c" }, clientSecret: "left-behind" });
    const racing = await Promise.all([
      create(again),
      create(ldapBody({ subjects: { providerId: "idp_none", attribute: "sub" } })),
    ]);
    expect(racing.map(({ status }) => status)).toEqual([409, 400]);
    expect(await count()).toBe(before);
  });

  it.each([
    ["no audience and no client", { audiences: [] }, "/audiences"],
    ["an issuer that is no URL", { issuer: "company" }, "/issuer"],
    ["an issuer with a query", { issuer: "https://example.com/?a=b" }, "/issuer"],
    ["an issuer with a user", { issuer: "https://ann:secret@example.com" }, "/issuer"],
    ["an audience claim of another name", { audienceClaim: "azp" }, "/audienceClaim"],
    ["a skew of an hour", { clockSkewSeconds: 3600 }, "/clockSkewSeconds"],
    ["a field of the other kind", { bindPassword: "a" }, "/bindPassword"],
    ["a scope with a quote", { signIn: { clientId: "c", scopes: ['a"b'] } }, "/signIn/scopes/0"],
  ])("refuses %s by its place", async (_, more, pointer) => {
    const reply = await create(oidcBody("https://issuer.example.com", more));
    expect(reply).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });

  it.each([
    ["plain ldap without StartTLS", { url: "ldap://ldap.example.com" }, "/startTls"],
    ["a cron expression that is none", { cron: "soon" }, "/cron"],
    [
      "people of a provider that is none",
      { subjects: { providerId: "idp_none", attribute: "s" } },
      "/subjects/providerId",
    ],
    ["no password", { bindPassword: undefined }, "/bindPassword"],
  ])("refuses of a directory %s", async (_, more, pointer) => {
    expect(await create(ldapBody(more))).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });

  it("takes a directory on this machine in the clear", async () => {
    expect((await create(ldapBody({ url: "ldap://127.0.0.1:3890" }))).status).toBe(201);
  });
});

describe("an issuer that", () => {
  const refusal = async (issuer: string) => {
    const reply = await create(oidcBody(issuer, { signIn: { clientId: "c" }, clientSecret: "never-kept" }));
    expect(reply).toMatchObject({ status: 422, body: { code: "identity-provider-unreachable" } });
    return (reply.body as { readonly detail: string }).detail;
  };

  it("does not answer is refused", async () => {
    const issuer = await anotherIssuer();
    issuer.stop();
    expect(await refusal(issuer.issuer)).toContain("could not be reached");
  });

  it("answers for another one is refused", async () => {
    const issuer = await anotherIssuer();
    issuer.discovery = { issuer: `${issuer.issuer}/` };
    expect(await refusal(issuer.issuer)).toContain("of another issuer");
  });

  it("redirects is refused", async () => {
    const issuer = await anotherIssuer();
    issuer.instead.set("/.well-known/openid-configuration", (response) => {
      response.writeHead(302, { location: `${issuer.issuer}/elsewhere` }).end();
    });
    expect(await refusal(issuer.issuer)).toContain("redirects");
    expect(issuer.count("/elsewhere")).toBe(0);
  });

  it("names another host in its path is asked itself, and that host is not", async () => {
    const [issuer, other] = [await anotherIssuer(), await anotherIssuer()];
    const hidden = other.issuer.replace("http:", "");
    expect(await refusal(`${issuer.issuer}${hidden}`)).toContain("of another issuer");
    expect([issuer.asked.length, other.asked.length]).toEqual([1, 0]);
  });

  it.each([
    ["no JSON", "<html>", "something else than JSON"],
    ["no discovery document", "{}", "something else than a discovery document"],
    ["too much", JSON.stringify({ issuer: "x".repeat(300_000) }), "more than"],
  ])("answers %s is refused", async (_, text, detail) => {
    const issuer = await anotherIssuer();
    issuer.instead.set("/.well-known/openid-configuration", (response) => response.end(text));
    expect(await refusal(issuer.issuer)).toContain(detail);
  });

  it("sends its keys' readers to the metadata service is refused", async () => {
    const issuer = await anotherIssuer();
    issuer.discovery = { jwks_uri: "https://169.254.169.254/latest/meta-data" };
    expect(await refusal(issuer.issuer)).toContain("no public address");
  });

  it.each([
    "http://example.com",
    "https://169.254.169.254",
    "https://10.0.0.1",
    "https://[::ffff:169.254.169.254]",
    "https://[fd00:ec2::254]",
  ])("is %s is never asked", async (issuer) => {
    expect(await refusal(issuer)).toMatch(/https|no public address/);
  });
});

describe("an issuer on this machine", () => {
  it("is not asked in the cloud", async () => {
    const issuer = await anotherIssuer();
    const asking = oidcIssuers({ onLoopback: false, clock: app.clock }).discover(issuer.issuer);
    await expect(asking).rejects.toThrow("not asked but by https");
    expect(issuer.asked).toEqual([]);
  });
});
