import * as z from "zod";
import { attributeName } from "./attributes.ts";
import { givenName, givenSecret, text, timestamp } from "./fields.ts";
import { cron } from "./system.ts";

/**
 * The provider of the deployment's own user pool. Its id is known before it is there, because the pool's client must name
 * where people are sent back to.
 */
export const deploymentProviderId = "idp_deployment";

/** A word of another service's: a claim, an audience, an LDAP attribute. */
const word = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, { error: "must not contain control characters" });

/** A scheme and a host without a user, a query or a fragment; parsed once more by whoever asks there. */
const urlOf = (schemes: string, error: string) =>
  z
    .string()
    .trim()
    .max(500, { abort: true })
    .regex(new RegExp(String.raw`^(?:${schemes})://[^\s/?#@\\]+(?:/[^\s?#@\\]*)?$`), { error, abort: true })
    .refine((url) => URL.canParse(url), { error });

/** An attribute of Reeve's with where its values stand: a claim, or an LDAP attribute. */
const attributes = z
  .record(attributeName, word)
  .refine((given) => Object.keys(given).length <= 50, { error: "must have at most 50 fields" });

/** For signing in to the console by the code flow. */
const signIn = z.strictObject({
  clientId: word,
  scopes: z
    .array(
      z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/, { error: "must be a scope (RFC 6749 §3.3)" }),
    )
    .max(20)
    .overwrite((scopes) => [...new Set(["openid", ...scopes])])
    .default(["openid", "email", "profile"]),
});

/** Without defaults: a change of some of them leaves the others as they are. */
const oidc = {
  issuer: urlOf("https?", "must be a URL without user, query and fragment").describe(
    "as tokens name it in `iss`; discovery stands below it",
  ),
  audiences: z
    .array(word)
    .max(20)
    .describe("each access token must be meant for one of these; none: for the client of signIn"),
  audienceClaim: z
    .enum(["aud", "client_id"])
    .describe("where access tokens bear their audience; Amazon Cognito has it in client_id"),
  clockSkewSeconds: z.int().min(0).max(300),
  groupsClaim: word.nullable().describe("the claim that lists groups; null takes none"),
  groups: z
    .array(z.string().min(1).max(200))
    .min(1)
    .max(100)
    .nullable()
    .describe("globs of the group names that are taken; null takes all"),
  attributes: attributes.describe("attribute → claim"),
  signIn: signIn.nullable().describe("for signing in to the console; null where only tokens are accepted"),
};

/** The client's secret, where it has one; PKCE protects either way. */
const clientSecret = givenSecret;

const ldap = {
  url: urlOf("ldaps?", "must be ldap://host or ldaps://host, with or without a port"),
  startTls: z.boolean(),
  ca: z
    .string()
    .min(1)
    .max(65_536)
    .nullable()
    .describe("PEM certificates to trust; null trusts the system's"),
  bindDn: word,
  userBase: word,
  userFilter: text(2000).min(1),
  groupBase: word.nullable().describe("null reads no groups"),
  groupFilter: text(2000).min(1),
  userAttributes: z.strictObject({
    id: word.default("entryUUID").describe("what never changes; objectGUID in Active Directory"),
    name: word.default("cn"),
    email: word.default("mail"),
    accountControl: word.nullable().default(null).describe("userAccountControl in Active Directory"),
  }),
  groupAttributes: z.strictObject({
    id: word.default("entryUUID"),
    name: word.default("cn"),
    member: word.default("member"),
  }),
  attributes: attributes.describe("attribute → LDAP attribute"),
  cron: cron.describe("when the directory is read"),
  subjects: z
    .strictObject({ providerId: z.string().min(1).max(200), attribute: word })
    .nullable()
    .describe(
      "the OIDC provider whose subjects these entries are, and the LDAP attribute that holds the subject",
    ),
};

const bindPassword = z.string().min(1).max(2000);

const oidcWhole = {
  ...oidc,
  audiences: oidc.audiences.default([]),
  audienceClaim: oidc.audienceClaim.default("aud"),
  clockSkewSeconds: oidc.clockSkewSeconds.default(60),
  groupsClaim: oidc.groupsClaim.default(null),
  groups: oidc.groups.default(null),
  attributes: oidc.attributes.default({}),
  signIn: oidc.signIn.default(null),
};

const ldapWhole = {
  ...ldap,
  startTls: ldap.startTls.default(false),
  ca: ldap.ca.default(null),
  userFilter: ldap.userFilter.default("(objectClass=person)"),
  groupBase: ldap.groupBase.default(null),
  groupFilter: ldap.groupFilter.default(
    "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=group))",
  ),
  userAttributes: ldap.userAttributes.prefault({}),
  groupAttributes: ldap.groupAttributes.prefault({}),
  attributes: ldap.attributes.default({}),
  cron: ldap.cron.default("0 * * * *"),
  subjects: ldap.subjects.default(null),
};

const isForSomebody = ({
  audiences,
  signIn: client,
}: {
  readonly audiences: readonly string[];
  readonly signIn: object | null;
}): boolean => audiences.length > 0 || client !== null;
const forNobody = { path: ["audiences"], error: "must name one where there is no signIn" };

const loopback = /^ldap:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?:[:/]|$)/i;
const isSecret = ({ url, startTls }: { readonly url: string; readonly startTls: boolean }): boolean =>
  url.startsWith("ldaps:") || startTls || loopback.test(url);
const inTheClear = {
  path: ["startTls"],
  error: "must be true with ldap://, or the password would travel in the clear",
};

/** What a provider is, but for its name and its secret: a change is merged, and the whole checked by this. */
export const providerConfigs = {
  oidc: z.strictObject({ kind: z.literal("oidc"), ...oidcWhole }).refine(isForSomebody, forNobody),
  ldap: z.strictObject({ kind: z.literal("ldap"), ...ldapWhole }).refine(isSecret, inTheClear),
};

export const identityProviderCreation = z
  .discriminatedUnion("kind", [
    z
      .strictObject({
        name: givenName,
        kind: z.literal("oidc"),
        ...oidcWhole,
        clientSecret: clientSecret.optional(),
      })
      .refine(isForSomebody, forNobody),
    z
      .strictObject({ name: givenName, kind: z.literal("ldap"), ...ldapWhole, bindPassword })
      .refine(isSecret, inTheClear),
  ])
  .meta({ id: "IdentityProviderCreation" });

/** Fields of either kind; those of the other one are refused once it is known which this is. What is inside a field is replaced as a whole. */
export const identityProviderPatch = z
  .strictObject({
    name: givenName,
    ...oidc,
    ...ldap,
    clientSecret: clientSecret.nullable().describe("null: the client has none any more"),
    bindPassword,
  })
  .partial()
  .meta({ id: "IdentityProviderPatch" });

const shown = {
  id: z.string(),
  name: z.string(),
  syncedAt: timestamp.nullable().describe("when a whole sync last ended well; null for what is not synced"),
  createdAt: timestamp,
  createdBy: z.string(),
  version: z.int(),
};

/** As administrators see it: its secret is never told. */
export const identityProvider = z
  .discriminatedUnion("kind", [
    z.object({
      ...shown,
      kind: z.literal("oidc"),
      ...oidc,
      clientSecretSet: z.boolean(),
      callbackUrl: z.string().describe("where the issuer sends people back to: its client must allow it"),
    }),
    z.object({ ...shown, kind: z.literal("ldap"), ...ldap, bindPasswordSet: z.boolean() }),
  ])
  .meta({ id: "IdentityProvider" });

/** What everybody may know of a provider. */
export const signInProvider = z.object({ id: z.string(), name: z.string() }).meta({ id: "SignInProvider" });

/** A path of this deployment, and nothing that a browser could take for another host: no second slash or backslash in front. */
export const returnTo = z
  .string()
  .max(1000)
  .regex(/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/, { error: "must be a path on this host" })
  .default("/");

/** How an issuer answers a sign-in (RFC 6749 §4.1.2, RFC 9207); issuers add fields of their own, which say nothing here. */
export const signInAnswer = z.object({
  state: z.string().min(1).max(500),
  code: z.string().min(1).max(4000).optional(),
  iss: z.string().max(500).optional(),
  error: z
    .string()
    .regex(/^[\x20-\x7e]{1,100}$/)
    .optional(),
});
