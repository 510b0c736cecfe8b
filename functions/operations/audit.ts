import type { auditRoutes } from "#contracts/http/groups/audit.ts";
import { listAudit } from "#core/audit/list-audit.ts";
import { listAuditExports } from "#core/audit/list-exports.ts";
import type { Operations } from "#functions/http/edge/operation.ts";
import type { CommonParts } from "./parts.ts";

/** What was done, by whom. */
export const auditOperations = (parts: CommonParts): Operations<typeof auditRoutes> => ({
  listAudit: listAudit(parts),
  listAuditExports: listAuditExports(parts),
});
