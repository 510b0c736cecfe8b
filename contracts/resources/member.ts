import * as z from "zod";
import { dataSourceRole } from "./data-source.ts";
import { givenTime, principal, timestamp } from "./fields.ts";

/** Most groups, and most users, that have a role on one data source. */
export const maxGroupMembers = 200;
export const maxUserMembers = 10_000;

/** A role on a data source: given to a user or a group, or a user's own by its subscription policies. */
export const member = z
  .object({
    id: z.string(),
    principal: z.object({ type: z.enum(["user", "group"]), id: z.string(), name: z.string() }),
    role: dataSourceRole,
    expiresAt: timestamp.nullable(),
    automatic: z
      .boolean()
      .describe("whether nobody gave it: it is a subscription by policy, for as long as the policies admit"),
    addedBy: z.string().describe("a user's id; `system` where it is automatic"),
    addedAt: timestamp.nullable().describe("null where it is automatic"),
  })
  .meta({ id: "Member" });

export const memberCreation = z
  .strictObject({ principal, role: dataSourceRole, expiresAt: givenTime.nullable().optional() })
  .meta({ id: "MemberCreation" });

export const memberPatch = z
  .strictObject({ role: dataSourceRole, expiresAt: givenTime.nullable() })
  .partial()
  .meta({ id: "MemberPatch" });
