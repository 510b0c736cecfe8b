import { auditedSystem, systemActor } from "#core/audit/record.ts";
import type { IdentityProvider } from "#core/identity/identity-provider.ts";
import { isDue } from "#core/identity/ldap/cron.ts";
import { identitySyncJob } from "#core/identity/ldap/sync-job.ts";
import { dispatch, type DispatchDeps } from "#core/jobs/dispatch.ts";
import type { Ids } from "#core/ports/clock.ts";
import type { Committer, JobStore, PeopleStore } from "#core/ports/store.ts";

/** What scheduling syncs needs from outside. */
export interface ScheduleSyncsDeps extends DispatchDeps {
  readonly store: DispatchDeps["store"] &
    Pick<Committer, "commit"> &
    Pick<PeopleStore, "directory"> &
    Pick<JobStore, "lineHolds">;
  readonly ids: Ids;
}

/**
 * Queues a sync of each directory whose time came in the last quarter of an hour, unless one waits or runs already. Called
 * each quarter of an hour. One that fails keeps no other from its turn.
 */
export async function scheduleSyncs(
  deps: ScheduleSyncsDeps,
): Promise<{ readonly queued: number; readonly failed: number }> {
  const now = deps.clock.now();
  const counts = { queued: 0, failed: 0 };
  for (const provider of (await deps.store.directory()).providers) {
    if (provider.config.kind !== "ldap" || !isDue(provider.config.cron, now)) continue;
    try {
      if (await queue(deps, provider, now)) counts.queued += 1;
    } catch (error) {
      counts.failed += 1;
      deps.log.error("a directory's sync could not be queued", { providerId: provider.id, error });
    }
  }
  return counts;
}

async function queue(deps: ScheduleSyncsDeps, provider: IdentityProvider, at: Date): Promise<boolean> {
  const { store, ids } = deps;
  if (await store.lineHolds(provider.id, ["identity-sync"])) return false;
  const correlationId = ids.next("request");
  const job = identitySyncJob(ids, { by: systemActor, at, correlationId }, provider);
  await store.commit([
    { write: "enqueue", job },
    auditedSystem(ids, at, correlationId, {
      action: "identity-provider:sync",
      resource: { type: "identity-provider", id: provider.id },
      details: { jobId: job.id },
    }),
  ]);
  await dispatch(deps, job);
  return true;
}
