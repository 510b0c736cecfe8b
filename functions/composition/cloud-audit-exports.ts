import type * as z from "zod";
import { s3AuditObjects } from "#adapters/audit-objects/s3-audit-objects.ts";
import { s3Requests } from "#adapters/aws/s3-requests.ts";
import { signatures } from "#adapters/crypto/signatures.ts";
import { documentClient } from "#adapters/dynamodb/client.ts";
import { dynamoStore } from "#adapters/dynamodb/dynamo-store.ts";
import { processLog } from "#adapters/observability/observability.ts";
import { systemClock, ulids } from "#adapters/system/system-clock.ts";
import type { auditExportEnvironment } from "#contracts/environment.ts";
import type { ExportDeps } from "#core/audit/export/export-audit.ts";
import type { Log } from "#core/ports/log.ts";

/** For exporting the audit to its bucket. */
export const auditExportParts = ({
  TABLE_NAME,
  AUDIT_BUCKET,
}: z.output<typeof auditExportEnvironment>): ExportDeps & { readonly log: Log } => ({
  store: dynamoStore({ client: documentClient(), tableName: TABLE_NAME, clock: systemClock }),
  objects: s3AuditObjects(s3Requests(), { bucket: AUDIT_BUCKET }),
  clock: systemClock,
  ids: ulids(systemClock),
  signatures,
  log: processLog,
});
