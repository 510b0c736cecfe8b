import { expect, it } from "vitest";
import { deploymentProviderId } from "#contracts/resources/identity-provider.ts";
import { bootstrapProvider } from "#core/identity/first-provider.ts";
import { anApp } from "#test/support/app.ts";
import { expectSound } from "#test/support/invariants.ts";
import { anIssuer } from "#test/support/oidc-issuer.ts";
import { aPersona } from "#test/support/personas.ts";

it("a deployment's own user pool lets its people in, once, and stays as administrators change it", async () => {
  const app = await anApp();
  const issuer = await anIssuer(app.clock);
  const admin = await aPersona(app, { permissions: ["APPLICATION_ADMIN"] });
  const pool = { issuer: issuer.issuer, clientId: "console" };
  await bootstrapProvider(app, pool);
  const claims = { aud: undefined, client_id: "console", token_use: "access", "cognito:groups": ["Legal"] };
  const token = await issuer.token({ sub: "ann" }, { claims });
  const me = await app.call("GET", "/me", { as: { key: token } });
  expect(me).toMatchObject({ status: 200, body: { permissions: [], groups: ["Legal"] } });
  const other = await issuer.token({ sub: "ann" }, { claims: { ...claims, client_id: "other" } });
  expect((await app.call("GET", "/me", { as: { key: other } })).status).toBe(401);
  const params = { providerId: deploymentProviderId };
  await admin.api.updateIdentityProvider({ params, body: { name: "Colleagues" } });
  await bootstrapProvider(app, pool);
  const { items } = await admin.api.listIdentityProviders({ query: {} });
  expect(items.map(({ id, name }) => [id, name])).toEqual([[deploymentProviderId, "Colleagues"]]);
  await expectSound(app);
});
