import type { JobStore } from "#core/ports/store.ts";

/** Whether jobs are about to remove, with a connection's credentials, what its database keeps of deleted data sources. */
export const removesDomains = (store: Pick<JobStore, "lineHolds">, connectionId: string): Promise<boolean> =>
  store.lineHolds(connectionId, "domain-removal");
