import { exportAudit, type ExportDeps } from "#core/audit/export/export-audit.ts";
import type { Log } from "#core/ports/log.ts";

/** A run ends so long after its beginning, between two objects; the next one goes on. */
const runMs = 10 * 60_000;
/** A run whose time is up, and that came no nearer to the present than this, did not keep up. */
const behindMs = 3 * 60 * 60_000;

/** Exports the audit, on a schedule. Fails where it stays behind, so that somebody looks. */
export const auditExports = (deps: ExportDeps & { readonly log: Log }) => async (): Promise<void> => {
  const begun = deps.clock.now().getTime();
  const report = await exportAudit(deps, () => deps.clock.now().getTime() - begun > runMs);
  deps.log.info("exported the audit", { ...report });
  const { exportedTo, ended } = report;
  if (ended === "time-is-up" && exportedTo !== null && begun - Date.parse(exportedTo) > behindMs) {
    throw new Error(`the audit is exported only up to ${exportedTo}`);
  }
};
