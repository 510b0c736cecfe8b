import * as z from "zod";
import { auditRecord, outcome } from "../../resources/activity.ts";
import { auditExport } from "../../audit-exports.ts";
import { listOf, pageQuery, repeatable } from "../lists.ts";
import { route } from "../route.ts";

const time = z.iso.datetime({ offset: true });

/** What was done, by whom. */
export const auditRoutes = {
  listAudit: route({
    method: "GET",
    path: "/audit",
    summary:
      "List what was done, newest first; without an actor or a resource, `from` and at most 31 days. What is found by actor or by time may lag behind by seconds",
    who: "AUDIT; owners for their own data sources, without addresses, attribute values and whoever was turned away",
    authenticated: true,
    query: z.strictObject({
      actor: z.string().min(1).max(200).optional().describe("a user's id, or `system`"),
      action: repeatable(z.string().min(1).max(100)),
      outcome: repeatable(outcome),
      resource: z.string().min(1).max(500).optional().describe("`<type>:<id>`, or an id alone"),
      requestId: z.string().min(1).max(200).optional().describe("as replies and logs have it"),
      address: z.string().min(1).max(100).optional().describe("where requests came from; for AUDIT alone"),
      from: time.optional(),
      to: time.optional(),
      ...pageQuery,
    }),
    status: 200,
    result: listOf(auditRecord),
    problems: ["forbidden", "filter-too-broad", "invalid-cursor"],
  }),
  listAuditExports: route({
    method: "GET",
    path: "/audit/exports",
    summary: "List what was exported of the audit, newest first: the first is the head of the chain",
    who: "AUDIT",
    authenticated: true,
    query: z.strictObject(pageQuery),
    status: 200,
    result: listOf(auditExport),
    problems: ["forbidden", "invalid-cursor"],
  }),
};
