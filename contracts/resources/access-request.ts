import * as z from "zod";
import { resourceId } from "../ids.ts";
import { problem } from "../problems.ts";
import { accessDuration } from "./access-duration.ts";
import { text, timestamp } from "./fields.ts";

/** Who may be asked to approve: an owner of the data source, or whoever holds a permission. */
export const approverKind = z.enum(["owner", "USER_ADMIN", "GOVERNANCE", "AUDIT"]);

export const accessRequestStates = ["pending", "approved", "denied", "cancelled", "expired"] as const;
export const accessRequestState = z.enum(accessRequestStates);
export type AccessRequestState = z.infer<typeof accessRequestState>;

/** A request that nobody has decided by then lapses. */
export const requestLapsesAfterDays = 30;

/** So many requests are decided in one call. */
export const maxDecidedAtOnce = 100;

/** Why somebody asks, or why somebody was denied. */
const reason = text(2000).refine((given) => given.trim() !== "", { error: "must not be empty" });

/** When access ends, at the latest; any offset, kept in UTC. */
const accessEnd = z.iso
  .datetime({ offset: true })
  .transform((given) => new Date(given).toISOString())
  .describe("when access ends at the latest; it only shortens what was wished, unless an owner says so");

export const accessRequest = z
  .object({
    id: z.string(),
    dataSourceId: z.string(),
    dataSourceName: z.string(),
    requester: z
      .object({ type: z.enum(["user", "group"]), id: z.string(), name: z.string() })
      .describe("who is to have access"),
    requestedBy: z.string().describe("a user's id: who asked"),
    reason: z.string(),
    duration: z.string().nullable().describe("ISO 8601, counted from the approval; null: for good"),
    state: accessRequestState.describe(
      `one that nobody decided is expired after ${requestLapsesAfterDays} days`,
    ),
    required: z.array(approverKind).describe("whose approval it takes, each from a different person"),
    approvals: z.array(
      z.object({
        by: z.string().describe("a user's id"),
        as: approverKind.describe("for which of those that are required it counts"),
        at: timestamp,
      }),
    ),
    decidedBy: z.string().nullable().describe("null: nobody had to, or nobody has yet"),
    decisionReason: z.string().nullable(),
    expiresAt: timestamp.nullable().describe("when the access ends; null: never, or there is none"),
    createdAt: timestamp,
    version: z.int(),
  })
  .meta({ id: "AccessRequest" });

export const accessRequestCreation = z
  .strictObject({
    reason,
    duration: accessDuration.nullish(),
    principal: z
      .strictObject({ type: z.literal("group"), id: resourceId })
      .optional()
      .describe("a group that one is in, which is to have access"),
  })
  .meta({ id: "AccessRequestCreation" });

export const accessApproval = z
  .strictObject({ expiresAt: accessEnd.nullish() })
  .meta({ id: "AccessApproval" });

export const accessDenial = z.strictObject({ reason }).meta({ id: "AccessDenial" });

const ids = z.array(resourceId).min(1).max(maxDecidedAtOnce);

export const accessApprovals = z
  .strictObject({ ids, expiresAt: accessEnd.nullish() })
  .meta({ id: "AccessApprovals" });

export const accessDenials = z.strictObject({ ids, reason }).meta({ id: "AccessDenials" });

/** What became of each: its state, or why it was left as it is. */
export const accessDecisions = z
  .object({
    items: z.array(
      z.object({ id: z.string(), state: accessRequestState.optional(), problem: problem.optional() }),
    ),
  })
  .meta({ id: "AccessDecisions" });
