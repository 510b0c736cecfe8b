import { auditEnvironment } from "#contracts/environment.ts";
import { auditRoutes } from "#contracts/http/groups/audit.ts";
import { auditParts } from "#functions/composition/cloud.ts";
import { httpFunction } from "#functions/http/edge/http-function.ts";
import { auditOperations } from "#functions/operations/audit.ts";

const parts = auditParts(auditEnvironment.parse(process.env));

export const handler = httpFunction(auditRoutes, auditOperations(parts), parts);
