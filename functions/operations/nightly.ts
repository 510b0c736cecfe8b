import { startNightly, type NightlyDeps } from "#core/health/start-nightly.ts";

/**
 * Begins the night's refresh of every connection that has not begun yet. Fails where one could not be begun, so that
 * somebody looks; the next run makes up for it.
 */
export const nightly = (parts: NightlyDeps) => async (): Promise<void> => {
  const report = await startNightly(parts);
  parts.log.info("began the night's refreshes", { ...report });
  if (report.failed > 0) throw new Error(`${report.failed} nightly refreshes could not be begun`);
};
