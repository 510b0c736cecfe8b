import { settleLapsedRequests } from "#core/access-requests/settle-requests.ts";
import { sweepSecrets } from "#core/connections/sweep-secrets.ts";
import { sweepIntegrationSecrets } from "#core/dbt/integrations/sweep-integration-secrets.ts";
import { sweepProviderSecrets } from "#core/identity/provider-secrets.ts";
import { purgeDeleted } from "#core/deletion/purge-deleted.ts";
import { sweepJobs } from "#core/jobs/sweep-jobs.ts";
import type { CommonParts, QueueParts, SecretParts } from "./parts.ts";

type Parts = Omit<CommonParts, "keys" | "cursors"> & QueueParts & SecretParts;

/**
 * What runs each minute: jobs are repaired every time, what crashes left behind elsewhere once an hour.
 * One part that fails does not keep the others from running.
 */
export const sweep =
  (parts: Parts) =>
  async (deadWorkers = false): Promise<void> => {
    const hourly = parts.clock.now().getUTCMinutes() === 0;
    const results = await Promise.allSettled([
      sweepJobs(parts, deadWorkers),
      hourly ? sweepSecrets(parts) : null,
      hourly ? parts.store.sweepGenerations(parts.clock.now()) : null,
      hourly ? purgeDeleted(parts) : null,
      hourly ? sweepIntegrationSecrets(parts) : null,
      hourly ? sweepProviderSecrets(parts) : null,
      hourly ? settleLapsedRequests(parts) : null,
    ]);
    const [jobs, secrets, generations, purged, integrationSecrets, providerSecrets, requests] = results.map(
      (result) => (result.status === "fulfilled" ? result.value : null),
    );
    parts.log.info("swept", {
      jobs,
      secrets,
      generations,
      purged,
      integrationSecrets,
      providerSecrets,
      requests,
    });
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  };
