import * as z from "zod";
import { givenName, text } from "./fields.ts";

const kind = z.enum(["anyone", "approval", "entitlement", "individual"]);
const discoverable = z.boolean().describe("whether everybody may find the data source, subscribed or not");
const approver = z.enum(["owner", "USER_ADMIN", "GOVERNANCE", "AUDIT"]);

/** A policy asks for so many approvals at most, and names so many groups, attributes and values. */
const maxApprovers = 10;
const maxConditions = 100;

/** Groups and attributes that somebody must have: all of them, or any. */
const entitlement = z.object({
  operator: z.enum(["all", "any"]),
  groups: z.array(z.string()),
  attributes: z.array(
    z.object({
      name: z.string(),
      values: z.array(z.string()).nullable().describe("any of them; null: whoever has the attribute at all"),
    }),
  ),
});

const givenEntitlement = z.strictObject({
  operator: z.enum(["all", "any"]),
  groups: z.array(givenName).max(maxConditions).optional().describe("by name, in any case"),
  attributes: z
    .array(
      z.strictObject({
        name: givenName,
        values: z.array(text(500)).min(1).max(maxConditions).optional(),
      }),
    )
    .max(maxConditions)
    .optional(),
});

/** Who may subscribe to a data source, as its owner states it. */
export const subscriptionPolicyStatement = z
  .strictObject({
    kind,
    discoverable,
    approvers: z
      .array(approver)
      .max(maxApprovers)
      .optional()
      .describe("for `approval`: each must approve, each a different person; none stated: an owner"),
    entitlement: givenEntitlement
      .optional()
      .describe("for `entitlement`: whom it admits; for `approval`: who may ask, by default everybody"),
  })
  .meta({ id: "SubscriptionPolicyStatement" });

/** One of the policies that count for a data source. */
const countingPolicy = z.object({
  from: z
    .enum(["default", "owner", "global"])
    .describe("who stated it: the setting, an owner, or GOVERNANCE"),
  id: z.string().nullable().describe("the policy that is written as a sentence, where one is"),
  name: z.string().nullable(),
  kind,
  discoverable,
  approvers: z.array(approver),
});

/** Who may subscribe to a data source, and what that comes to together with the policies that apply everywhere. */
export const subscriptionPolicy = z
  .object({
    kind,
    discoverable,
    approvers: z.array(approver),
    entitlement: entitlement
      .nullable()
      .describe("told to owners and GOVERNANCE; null where nothing is stated, or it is more than fits here"),
    source: z
      .enum(["default", "owner"])
      .describe("`default`: from the setting when it was made; any global policy takes its place"),
    applies: z.object({
      policies: z.array(countingPolicy).describe("those that count, the data source's own first"),
      combination: z.enum(["all", "any"]).describe("whether all must hold, or any may admit"),
      automatic: z.boolean().describe("whether they subscribe the caller without anybody doing anything"),
      discoverable: z.boolean().describe("whether they let the caller find the data source"),
      ask: z
        .array(approver)
        .nullable()
        .describe("whose approval a request of the caller needs; null where they may not ask"),
    }),
    warnings: z
      .array(z.string())
      .describe("what is named and is not there, and so matches nobody; that nothing is named"),
    version: z.int().describe("of the data source"),
  })
  .meta({ id: "SubscriptionPolicy" });
