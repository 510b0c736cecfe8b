import { scheduleSyncs, type ScheduleSyncsDeps } from "#core/identity/ldap/schedule-syncs.ts";

/**
 * Queues the syncs of directories whose time has come: run each quarter of an hour. Fails where one could not be queued, or
 * has not come to a good end for long: an alarm counts that.
 */
export const identitySyncs = (parts: ScheduleSyncsDeps) => async (): Promise<void> => {
  const { queued, failed, late } = await scheduleSyncs(parts);
  parts.log.info("looked for directories to sync", { queued, failed, late });
  if (failed + late > 0) throw new Error(`${failed} directories could not be queued, ${late} are late`);
};
