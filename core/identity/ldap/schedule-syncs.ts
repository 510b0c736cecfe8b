import { auditedSystem, systemActor } from "#core/audit/record.ts";
import type { IdentityProvider } from "#core/identity/identity-provider.ts";
import { isDue } from "#core/identity/ldap/cron.ts";
import { isLdap } from "#core/identity/ldap/sync-basis.ts";
import { identitySyncJob } from "#core/identity/ldap/sync-job.ts";
import { dispatch, type DispatchDeps } from "#core/jobs/dispatch.ts";
import { factsHoldMs } from "#core/people/user-facts.ts";
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

/** From here on somebody should look, before what the directory said lapses. */
const lateMs = factsHoldMs - 4 * 3_600_000;

/** What came of a look at all directories. */
export interface SyncSchedule {
  readonly queued: number;
  /** How many could not be queued. */
  readonly failed: number;
  /** Of how many the last sync that ended well is so long ago that what they said soon lapses. */
  readonly late: number;
}

/**
 * Queues a sync of each directory whose time came in the last quarter of an hour, unless one waits or runs already. Called
 * each quarter of an hour. One that fails keeps no other from its turn.
 */
export async function scheduleSyncs(deps: ScheduleSyncsDeps): Promise<SyncSchedule> {
  const now = deps.clock.now();
  const counts = { queued: 0, failed: 0, late: 0 };
  for (const provider of (await deps.store.directory()).providers.filter(isLdap)) {
    const { id: providerId, config, syncedAt, createdAt } = provider;
    if (now.getTime() - Date.parse(syncedAt ?? createdAt) >= lateMs) {
      counts.late += 1;
      deps.log.error("a directory has not been read for long: what it said soon lapses", {
        providerId,
        syncedAt,
      });
    }
    if (!isDue(config.cron, now)) continue;
    try {
      if (await queue(deps, provider, now)) counts.queued += 1;
    } catch (error) {
      counts.failed += 1;
      deps.log.error("a directory's sync could not be queued", { providerId, error });
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
