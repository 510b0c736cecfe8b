import * as z from "zod";
import { attributes } from "./attributes.ts";
import { givenName, timestamp } from "./fields.ts";
import { knownTechnology } from "./remote.ts";
import { permission } from "./system.ts";

export const userKind = z.enum(["person", "service"]);

/** How long an invitation may be accepted. */
export const invitationDays = 7;

/** What an identity provider says of a user; it lapses 24 hours after it was last refreshed. */
const providerFacts = z.object({
  id: z.string(),
  name: z.string().nullable().describe("null where the provider is gone"),
  issuer: z.string(),
  subject: z.string(),
  groups: z.array(z.string()).describe("names of the provider's groups"),
  attributes,
  disabled: z.boolean().describe("whether the provider says that the account is off"),
  refreshedAt: timestamp,
  lapsed: z.boolean().describe("whether it counts no longer, because it has not been refreshed"),
});

/** A person or a service that may call the API. */
export const user = z
  .object({
    id: z.string(),
    name: z.string(),
    email: z.string(),
    kind: userKind,
    permissions: z.array(permission),
    disabled: z.boolean().describe("whether they are out: by somebody in Reeve, or by what a provider says"),
    externalUsernames: z
      .partialRecord(knownTechnology, z.string())
      .describe("who they are inside remote databases, by technology"),
    attributes: attributes.describe("what was set in Reeve; what providers state is in `providers`"),
    groups: z
      .array(
        z.object({
          id: z.string(),
          name: z.string(),
          provider: z.string().nullable().describe("the identity provider whose group it is"),
        }),
      )
      .describe("every group that they are in now, whoever says so"),
    providers: z.array(providerFacts),
    createdAt: timestamp,
    version: z.int(),
  })
  .meta({ id: "User" });

const email = z
  .string()
  .trim()
  .max(320)
  .regex(/^[^\s@\p{Cc}\p{Cs}]+@[^\s@\p{Cc}\p{Cs}]+$/u, { error: "must be an e-mail address" });

/** Each once, in Reeve's own order. */
const permissions = z
  .array(permission)
  .max(100)
  .transform((given) => permission.options.filter((one) => given.includes(one)));

export const userCreation = z
  .strictObject({
    email: email.optional().describe("needed of a person; tells nothing of who somebody is"),
    name: givenName,
    kind: userKind.default("person"),
    permissions: permissions.default([]),
  })
  .refine(({ kind, email: given }) => kind === "service" || given !== undefined, {
    path: ["email"],
    error: "is needed of a person",
  })
  .meta({ id: "UserCreation" });

/** As the remote database has it, to the letter. */
const externalUsername = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, { error: "must not contain control characters" });

export const userPatch = z
  .strictObject({
    name: givenName,
    permissions,
    disabled: z.boolean(),
    externalUsernames: z
      .partialRecord(knownTechnology, externalUsername.nullable())
      .describe("technologies that are not named stay as they are; null takes a name away"),
  })
  .partial()
  .meta({ id: "UserPatch" });

/** The way in for a person who has no key yet: accepted once, and void when a new one is made. */
export const invitation = z
  .object({
    token: z
      .string()
      .nullable()
      .describe("told once: null where an `Idempotency-Key` brings the same reply again"),
    expiresAt: timestamp,
  })
  .meta({ id: "Invitation" });

export const createdUser = user
  .extend({ invitation: invitation.nullable().describe("null for a service user") })
  .meta({ id: "CreatedUser" });

export const invitationAcceptance = z
  .strictObject({ token: z.string().min(1).max(500), keyName: givenName })
  .meta({ id: "InvitationAcceptance" });

/** Who has come in, with their first key. */
export const joined = z.object({ user, key: z.string().describe("told once") }).meta({ id: "Joined" });
