import { expect, it } from "vitest";
import { anIssuer } from "#test/support/oidc-issuer.ts";
import { aPersona } from "#test/support/personas.ts";
import { configDirectory, runReeve } from "./run-reeve.ts";
import { aServedApp } from "./served-app.ts";

const { app, url } = await aServedApp();
const admin = await aPersona(app, { permissions: ["APPLICATION_ADMIN"] });
const issuer = await anIssuer(app.clock);
const home = configDirectory();
const reeve = (args: readonly string[], input = "", env: Readonly<Record<string, string>> = {}) =>
  runReeve(["identity-provider", ...args], {
    input,
    env: { XDG_CONFIG_HOME: home, REEVE_URL: url, REEVE_API_KEY: admin.key, ...env },
  });
const secretOf = async (id: string) =>
  await app.secrets.get((await app.store.directory()).provider(id)?.secretRef ?? "");

it("creates, shows, changes and deletes an issuer, with a secret that is piped in and never shown", async () => {
  const fields = [
    "-d",
    `issuer=${issuer.issuer}`,
    "-d",
    "audiences=reeve",
    "-d",
    "attributes.Country=country",
  ];
  const made = await reeve(
    ["create", "--name", "Company", ...fields, "-d", "signIn.clientId=console", "--secret"],
    "distinctive-secret\n",
  );
  expect(made).toMatchObject({ code: 0 });
  const provider = JSON.parse(made.stdout) as { readonly id: string };
  expect(provider).toMatchObject({
    kind: "oidc",
    audiences: ["reeve"],
    attributes: { Country: "country" },
    signIn: { clientId: "console", scopes: ["openid", "email", "profile"] },
    clientSecretSet: true,
  });
  expect(await secretOf(provider.id)).toEqual({ clientSecret: "distinctive-secret" });
  const changed = await reeve(["update", "Company", "-d", "groupsClaim=groups"]);
  expect(JSON.parse(changed.stdout)).toMatchObject({ groupsClaim: "groups", version: 2 });
  await reeve(["update", "company", "--secret"], "", { REEVE_PROVIDER_SECRET: "another-secret" });
  expect(await secretOf(provider.id)).toEqual({ clientSecret: "another-secret" });
  const [list, shown] = [await reeve(["list"]), await reeve(["get", provider.id])];
  expect(list.stdout).toContain(provider.id);
  expect(shown.stdout).toContain(issuer.issuer);
  expect(made.stdout + made.stderr + list.stdout + shown.stdout).not.toContain("distinctive-secret");
  const gone = await reeve(["delete", "Company"]);
  expect(gone).toMatchObject({ code: 0 });
  expect((await reeve(["get", "Company"])).code).toBe(1);
});

it("creates a directory, whose password it asks for", async () => {
  const fields = ["-d", "url=ldaps://ldap.example.com", "-d", "bindDn=cn=r", "-d", "userBase=dc=x"];
  const made = await reeve(["create", "--name", "Directory", "--kind", "ldap", ...fields], "bind-secret\n");
  expect(made).toMatchObject({ code: 0 });
  const { id } = JSON.parse(made.stdout) as { readonly id: string };
  expect(await secretOf(id)).toEqual({ bindPassword: "bind-secret" });
});

it("says what does not fit before it asks for a secret", async () => {
  const wrong = await reeve(["create", "--name", "Directory", "--kind", "ldap", "-d", "url=ldaps://a"]);
  expect(wrong).toMatchObject({ code: 2 });
  expect(wrong.stderr).toContain("bindDn: is needed");
  expect((await reeve(["create", "--name", "A", "--kind", "saml"])).code).toBe(2);
  expect((await reeve(["update", "Directory"])).code).toBe(2);
});
