import { auditExportEnvironment } from "#contracts/environment.ts";
import { auditExportParts } from "#functions/composition/cloud-audit-exports.ts";
import { auditExports } from "#functions/operations/export-audit.ts";

const run = auditExports(auditExportParts(auditExportEnvironment.parse(process.env)));

export const handler = (): Promise<void> => run();
