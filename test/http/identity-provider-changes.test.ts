import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { idOf, ldapBody, oidcBody, providersOf } from "#test/support/identity-providers.ts";
import { checked } from "#test/support/invariants.ts";
import { anIssuer } from "#test/support/oidc-issuer.ts";
import { aPersona } from "#test/support/personas.ts";
import { auditOf } from "#test/support/table-items.ts";

const app = await anApp();
const { admin, create, get, patch, remove, secretOf } = await providersOf(app);
const other = await aPersona(app, {
  permissions: ["USER_ADMIN", "GOVERNANCE", "AUDIT", "CREATE_DATA_SOURCE", "PROJECT_MANAGEMENT"],
});
const anotherIssuer = () => anIssuer(app.clock, true);

describe("GET /identity-providers", () => {
  it("lists all, oldest first, page by page", async () => {
    const made = [idOf(await create(ldapBody())), idOf(await create(ldapBody()))];
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: Record<string, string | number> = { limit: 1, ...(cursor === null ? {} : { cursor }) };
      const reply = await app.call("GET", "/identity-providers", { as: admin, query });
      const page = reply.body as { items: { id: string }[]; nextCursor: string | null };
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(seen.toSorted());
    expect(seen).toEqual(expect.arrayContaining(made));
  });

  it("and all else about them is for APPLICATION_ADMIN alone", async () => {
    const { issuer } = await anotherIssuer();
    const id = idOf(await create(oidcBody(issuer)));
    const replies = [
      await app.call("GET", "/identity-providers", { as: other }),
      await get(id, other),
      await create(ldapBody(), other),
      await patch(id, { name: "Mine" }, {}, other),
      await remove(id, other),
    ];
    expect(replies.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
  });
});

describe("PATCH /identity-providers/{id}", () => {
  it("changes what it names, and leaves the rest", async () => {
    const { issuer } = await anotherIssuer();
    const id = idOf(await create(oidcBody(issuer, { groupsClaim: "groups", groups: ["data-*"] })));
    const reply = await patch(id, { name: "Renamed", attributes: { Country: "country" }, groups: null });
    expect(reply).toMatchObject({
      status: 200,
      body: {
        name: "Renamed",
        groupsClaim: "groups",
        groups: null,
        attributes: { Country: "country" },
        audiences: ["reeve"],
        version: 2,
      },
    });
    expect(await auditOf(app, "identity-provider", id)).toEqual([
      "identity-provider:create",
      "identity-provider:update",
    ]);
  });

  it("stores nothing where it states what is there, and asks nobody", async () => {
    const issuer = await anotherIssuer();
    const id = idOf(await create(oidcBody(issuer.issuer)));
    const asked = issuer.asked.length;
    expect(await patch(id, { audiences: ["reeve"] })).toMatchObject({ status: 200, body: { version: 1 } });
    expect(issuer.asked).toHaveLength(asked);
  });

  it("with another issuer needs the secret again, and tries the issuer", async () => {
    const [from, to] = [await anotherIssuer(), await anotherIssuer()];
    const signIn = { clientId: "c" };
    const id = idOf(await create(oidcBody(from.issuer, { signIn, clientSecret: "first" })));
    expect(await patch(id, { issuer: to.issuer })).toMatchObject({
      status: 422,
      body: { code: "credentials-required", errors: [{ pointer: "/clientSecret" }] },
    });
    expect(to.asked).toEqual([]);
    expect((await patch(id, { issuer: to.issuer, clientSecret: "second" })).status).toBe(200);
    expect(await secretOf(id)).toEqual({ clientSecret: "second" });
    expect((await create(oidcBody(from.issuer))).status).toBe(201);
    expect((await create(oidcBody(to.issuer))).status).toBe(409);
  });

  it("to an issuer that has a provider is refused", async () => {
    const [from, to] = [await anotherIssuer(), await anotherIssuer()];
    const id = idOf(await create(oidcBody(from.issuer)));
    await create(oidcBody(to.issuer));
    expect(await patch(id, { issuer: to.issuer })).toMatchObject({
      status: 409,
      body: { code: "identity-provider-exists" },
    });
    expect((await get(id)).body).toMatchObject({ issuer: from.issuer });
  });

  it("takes a client's secret away by null", async () => {
    const { issuer } = await anotherIssuer();
    const id = idOf(await create(oidcBody(issuer, { signIn: { clientId: "c" }, clientSecret: "gone" })));
    expect((await patch(id, { clientSecret: null })).body).toMatchObject({ clientSecretSet: false });
    expect(await secretOf(id)).toBeNull();
  });

  it.each([
    [{ url: "ldaps://other.example.com" }, "/bindPassword"],
    [{ ca: "-----BEGIN CERTIFICATE-----" }, "/bindPassword"],
  ])("of a directory with %o needs the password again", async (body, pointer) => {
    const id = idOf(await create(ldapBody()));
    expect(await patch(id, body)).toMatchObject({
      status: 422,
      body: { code: "credentials-required", errors: [{ pointer }] },
    });
    expect((await patch(id, { ...body, bindPassword: "again" })).status).toBe(200);
    expect(await secretOf(id)).toEqual({ bindPassword: "again" });
  });

  it.each([
    [{ bindPassword: "a" }, "/bindPassword"],
    [{ userBase: "dc=example" }, "/userBase"],
    [{ signIn: null, audiences: [] }, "/audiences"],
    [{ kind: "ldap" }, "/kind"],
  ])("refuses %o of an OIDC provider", async (body, pointer) => {
    const { issuer } = await anotherIssuer();
    const id = idOf(await create(oidcBody(issuer)));
    expect(await patch(id, body)).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });

  it("refuses a lost update", async () => {
    const { issuer } = await anotherIssuer();
    const id = idOf(await create(oidcBody(issuer)));
    expect((await patch(id, { name: "A" }, { "if-match": '"1"' })).status).toBe(200);
    expect((await patch(id, { name: "B" }, { "if-match": '"1"' })).status).toBe(412);
  });
});

describe("DELETE /identity-providers/{id}", () => {
  it("frees the issuer, and leaves the secret to the sweep", async () => {
    const { issuer } = await anotherIssuer();
    const id = idOf(await create(oidcBody(issuer, { signIn: { clientId: "c" }, clientSecret: "swept" })));
    const ref = (await app.store.directory()).provider(id)?.secretRef ?? "";
    expect((await remove(id, admin, { "if-match": "7" })).status).toBe(412);
    expect((await remove(id)).status).toBe(204);
    expect((await get(id)).status).toBe(404);
    expect((await remove(id)).status).toBe(404);
    expect((await create(oidcBody(issuer))).status).toBe(201);
    expect(await auditOf(app, "identity-provider", id)).toEqual([
      "identity-provider:create",
      "identity-provider:delete",
    ]);
    expect(await app.secrets.get(ref)).toEqual({ clientSecret: "swept" });
  });
});

describe("the sweep of secrets", () => {
  it("removes what no provider names, an hour after it was written", async () => {
    const id = idOf(await create(ldapBody()));
    const standing = (await app.store.directory()).provider(id)?.secretRef ?? "";
    const [lost, orphan] = [`identity/${id}/gen_lost`, "identity/idp_gone/gen_1"];
    for (const ref of [lost, orphan]) await app.secrets.put(ref, { bindPassword: "x" });
    const toTheHour = 3_600_000 - (app.clock.now().getTime() % 3_600_000);
    app.clock.advance(toTheHour);
    await app.sweep();
    expect(await app.secrets.get(lost)).not.toBeNull();
    app.clock.advance(2 * 3_600_000);
    await app.sweep();
    expect(await Promise.all([lost, orphan, standing].map((ref) => app.secrets.get(ref)))).toEqual([
      null,
      null,
      { bindPassword: "distinctive bind password" },
    ]);
  });
});

it("the table is sound after all of this", async () => {
  expect((await checked(app)).findings).toEqual([]);
});
