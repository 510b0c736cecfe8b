import type { CatalogMaintenance } from "#core/ports/catalog-segments.ts";
import type { Log } from "#core/ports/log.ts";

/** What keeps short what a list has to read: run on a schedule. */
export const compact =
  ({ maintenance, log }: { readonly maintenance: CatalogMaintenance; readonly log: Log }) =>
  async (): Promise<void> => {
    log.info("compacted the catalog's index", { ...(await maintenance.compact()) });
  };
