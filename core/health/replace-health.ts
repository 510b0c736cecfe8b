import { staleAside } from "#core/call/retry-conflict.ts";
import type { DataSourceHealth } from "#core/health/health.ts";
import type { Write } from "#core/ports/change.ts";

/**
 * Stores a health over the one that was read. Where that is not the stored one any more, the commit fails as
 * `staleAside`: what checks find meanwhile never makes a person's `If-Match` fail.
 */
export const replaceHealth = (before: DataSourceHealth, after: DataSourceHealth): Write => ({
  write: "replace",
  kind: "data-source-health",
  record: after,
  expected: before.version,
  otherwise: staleAside(),
});
