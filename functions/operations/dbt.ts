import type { dbtRoutes } from "#contracts/http/groups/dbt.ts";
import { createIntegration } from "#core/dbt/integrations/create-integration.ts";
import { deleteIntegration } from "#core/dbt/integrations/delete-integration.ts";
import { getIntegration, listDbtRuns, listIntegrations } from "#core/dbt/integrations/list-integrations.ts";
import { syncIntegration } from "#core/dbt/integrations/sync-integration.ts";
import { updateIntegration } from "#core/dbt/integrations/update-integration.ts";
import type { Operations } from "#functions/http/edge/operation.ts";
import type { CommonParts, DbtCloudParts, QueueParts, SecretParts } from "./parts.ts";

/** dbt Cloud environments that are kept in step. */
export const dbtOperations = (
  parts: CommonParts & QueueParts & SecretParts & DbtCloudParts,
): Operations<typeof dbtRoutes> => ({
  createIntegration: createIntegration(parts),
  listIntegrations: listIntegrations(parts),
  getIntegration: getIntegration(parts),
  updateIntegration: updateIntegration(parts),
  deleteIntegration: deleteIntegration(parts),
  syncIntegration: syncIntegration(parts),
  listDbtRuns: listDbtRuns(parts),
});
