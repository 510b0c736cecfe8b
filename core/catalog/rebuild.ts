import type { Routes } from "#contracts/http/routes.ts";
import type { UseCase } from "#core/call/call.ts";
import type { JobDeps } from "#core/jobs/job-use-cases.ts";
import { isWaiting } from "#core/jobs/job.ts";
import { startCatalogJob } from "#core/jobs/start-catalog-job.ts";
import type { JobHandler } from "#core/jobs/work.ts";
import type { CatalogMaintenance } from "#core/ports/catalog-segments.ts";
import type { JobStore } from "#core/ports/store.ts";
import type { TableFacts } from "#core/ports/table-facts.ts";

/** Queues a rebuild of what is derived from the records: the catalog's index, and the lines of jobs. */
export const startRebuild =
  (deps: JobDeps): UseCase<Routes["rebuildCatalog"]> =>
  (_, call) =>
    startCatalogJob(deps, call, { type: "rebuild", total: 2, action: "catalog:rebuild" });

/** What a rebuild works with. */
export interface RebuildDeps {
  readonly maintenance: CatalogMaintenance;
  readonly facts: TableFacts;
  readonly store: Pick<JobStore, "standInLine">;
}

/** Makes the index anew, then gives every job that waits its place in its line. Running it twice does no harm. */
export const rebuildHandler =
  ({ maintenance, facts, store }: RebuildDeps): JobHandler =>
  async (work) => {
    const { signal } = work;
    const { outcome } = await maintenance.rebuild(signal);
    work.progress(1);
    const placesRepaired = await repairPlaces({ facts, store }, signal);
    const result = { index: outcome, placesRepaired };
    return { result, writes: () => Promise.resolve([]) };
  };

/** Where a place is missing the job would wait for ever. What changes meanwhile is left to what changes it. */
async function repairPlaces(
  { facts, store }: Pick<RebuildDeps, "facts" | "store">,
  signal: AbortSignal,
): Promise<number> {
  const waiting = new Map<string, string>();
  const standing = new Set<string>();
  for await (const page of facts.facts()) {
    signal.throwIfAborted();
    for (const fact of page) {
      if (fact.kind === "job" && isWaiting(fact.record)) waiting.set(fact.record.id, fact.record.line);
      if (fact.kind === "waiting-job") standing.add(`${fact.line} ${fact.jobId}`);
    }
  }
  const missing = [...waiting].filter(([id, line]) => !standing.has(`${line} ${id}`));
  let repaired = 0;
  for (const [id, line] of missing) if (await store.standInLine(line, id)) repaired += 1;
  return repaired;
}
