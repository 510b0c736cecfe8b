import type { App } from "./app.ts";
import { aPersona, type Persona } from "./personas.ts";

/** The body of an OIDC provider that accepts tokens. */
export const oidcBody = (issuer: string, more: object = {}) => ({
  name: "Company",
  kind: "oidc",
  issuer,
  audiences: ["reeve"],
  ...more,
});

/** The body of a directory that nobody asks. */
export const ldapBody = (more: object = {}) => ({
  name: "Directory",
  kind: "ldap",
  url: "ldaps://ldap.example.com",
  bindDn: "cn=reader,dc=example,dc=com",
  userBase: "ou=people,dc=example,dc=com",
  bindPassword: "distinctive bind password",
  ...more,
});

type Headers = Readonly<Record<string, string>>;

/** The path of a provider. */
export const providerPath = (id: string): string => `/identity-providers/${id}`;

/** The operations on providers, asked by an administrator unless somebody else is named. */
export async function providersOf(app: App) {
  const admin = await aPersona(app, { permissions: ["APPLICATION_ADMIN"] });
  return {
    admin,
    create: (body: object, as: Persona = admin, headers: Headers = {}) =>
      app.call("POST", "/identity-providers", { as, body, headers }),
    get: (id: string, as: Persona = admin) => app.call("GET", providerPath(id), { as }),
    patch: (id: string, body: object, headers: Headers = {}, as: Persona = admin) =>
      app.call("PATCH", providerPath(id), { as, body, headers }),
    remove: (id: string, as: Persona = admin, headers: Headers = {}) =>
      app.call("DELETE", providerPath(id), { as, headers }),
    /** What the secret store has of a provider. */
    secretOf: async (id: string) => {
      const ref = (await app.store.directory()).provider(id)?.secretRef ?? null;
      return ref === null ? null : await app.secrets.get(ref);
    },
  };
}

/** The id of what a reply is about. */
export const idOf = (reply: { readonly body: unknown }): string => (reply.body as { readonly id: string }).id;

/** A provider of tokens, made by its route. */
export async function aTokenProvider(app: App, issuer: string, more: object = {}) {
  const { create } = await providersOf(app);
  const reply = await create(oidcBody(issuer, more));
  if (reply.status !== 201) throw new Error(reply.text);
  return idOf(reply);
}
