import type { Routes } from "#contracts/http/routes.ts";
import type { UseCase } from "#core/call/call.ts";
import type { JobDeps } from "#core/jobs/job-use-cases.ts";
import { startCatalogJob } from "#core/jobs/start-catalog-job.ts";
import type { JobHandler } from "#core/jobs/work.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { TableFacts } from "#core/ports/table-facts.ts";
import { checkTable } from "./check-table.ts";

/** Queues a check of all that is stored. */
export const startTableCheck =
  (deps: JobDeps): UseCase<Routes["checkTable"]> =>
  (_, call) =>
    startCatalogJob(deps, call, { type: "table-check", total: 1, action: "catalog:check" });

/** Checks the table. What it finds is its result and no failure of it: a broken table is what it is there to tell. */
export const tableCheckHandler =
  ({ facts, clock }: { readonly facts: TableFacts; readonly clock: Clock }): JobHandler =>
  async ({ signal }) => {
    const result = await checkTable(facts, () => clock.now(), signal);
    return { result, writes: () => Promise.resolve([]) };
  };
