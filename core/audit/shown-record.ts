import type * as z from "zod";
import type { auditRecord } from "#contracts/resources/activity.ts";
import type { AuditRecord } from "#core/audit/audit-record.ts";
import { redactedDetails } from "#core/audit/redacted-details.ts";

/** A record as `GET /audit` shows it: `all` of it to AUDIT, and in exports; to owners what they may know. */
export function shownRecord(record: AuditRecord, all: boolean): z.output<typeof auditRecord> {
  const { id, at, actor, action, resource, outcome, requestId, address, details } = record;
  return {
    id,
    at,
    actor,
    action,
    resource: { ...resource },
    outcome,
    requestId,
    address: all ? address : null,
    details: { ...(all ? details : redactedDetails(record)) },
  };
}
