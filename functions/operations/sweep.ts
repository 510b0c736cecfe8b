import { settleLapsedRequests } from "#core/access-requests/settle-requests.ts";
import { sweepSecrets } from "#core/connections/sweep-secrets.ts";
import { sweepIntegrationSecrets } from "#core/dbt/integrations/sweep-integration-secrets.ts";
import { sweepProviderSecrets } from "#core/identity/provider-secrets.ts";
import { sweepGroups } from "#core/identity/sweep-groups.ts";
import { purgeDeleted } from "#core/deletion/purge-deleted.ts";
import { sweepJobs } from "#core/jobs/sweep-jobs.ts";
import type { BackgroundParts, QueueParts, SecretParts } from "./parts.ts";

type Parts = BackgroundParts & QueueParts & SecretParts;

/**
 * What runs each minute: jobs are repaired and groups of gone providers removed every time, what crashes left behind
 * elsewhere once an hour.
 * One part that fails does not keep the others from running.
 */
export const sweep =
  (parts: Parts) =>
  async (deadWorkers = false): Promise<void> => {
    const hourly = parts.clock.now().getUTCMinutes() === 0;
    const swept = {
      jobs: sweepJobs(parts, deadWorkers),
      groups: sweepGroups(parts),
      ...(hourly ? hourlySweeps(parts) : {}),
    };
    const results = await Promise.allSettled(Object.values(swept));
    parts.log.info(
      "swept",
      Object.fromEntries(
        Object.keys(swept).map((what, index) => {
          const result = results[index];
          return [what, result?.status === "fulfilled" ? result.value : null];
        }),
      ),
    );
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  };

/** What waits for an hour at most. */
const hourlySweeps = (parts: Parts) => ({
  secrets: sweepSecrets(parts),
  generations: parts.store.sweepGenerations(parts.clock.now()),
  purged: purgeDeleted(parts),
  integrationSecrets: sweepIntegrationSecrets(parts),
  providerSecrets: sweepProviderSecrets(parts),
  requests: settleLapsedRequests(parts),
});
