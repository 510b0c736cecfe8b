import * as z from "zod";
import { attributeName, attributes, attributeValues } from "./attributes.ts";
import { givenName, timestamp } from "./fields.ts";

/** There are at most this many groups, those of identity providers included. */
export const maxGroups = 1000;

/** Users that policies and roles treat alike. */
export const group = z
  .object({
    id: z.string(),
    name: z.string().describe("unique, ignoring case after NFC, whoever made the group"),
    provider: z
      .string()
      .nullable()
      .describe("the identity provider that says who is in it; null for a group of Reeve's own"),
    attributes: attributes.describe("what every member has beside their own"),
    createdAt: timestamp,
    version: z.int(),
  })
  .meta({ id: "Group" });

export const groupCreation = z
  .strictObject({ name: givenName, attributes: z.record(attributeName, attributeValues).optional() })
  .meta({ id: "GroupCreation" });

export const groupPatch = z.strictObject({ name: givenName }).partial().meta({ id: "GroupPatch" });

/** That somebody is in a group, as one of those who may say so says. */
export const groupMember = z
  .object({
    userId: z.string(),
    name: z.string(),
    provider: z.string().nullable().describe("the identity provider that says so; null where Reeve does"),
    holds: z
      .boolean()
      .describe("whether it counts: a provider's word lapses where it has not been refreshed for a day"),
    addedBy: z.string().describe("a user's id, or `system`"),
    addedAt: timestamp,
  })
  .meta({ id: "GroupMember" });

/** A user or a group to choose from: never more than this. */
export const principalChoice = z
  .object({ id: z.string(), kind: z.enum(["user", "group"]), name: z.string() })
  .meta({ id: "PrincipalChoice" });
