import { scheduleSyncs, type ScheduleSyncsDeps } from "#core/identity/ldap/schedule-syncs.ts";

/** Queues the syncs of directories whose time has come: run each quarter of an hour. Fails where one could not be queued. */
export const identitySyncs = (parts: ScheduleSyncsDeps) => async (): Promise<void> => {
  const report = await scheduleSyncs(parts);
  parts.log.info("looked for directories to sync", { ...report });
  if (report.failed > 0) throw new Error(`${report.failed} directories could not be queued`);
};
