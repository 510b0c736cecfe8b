import type { Routes } from "#contracts/http/routes.ts";
import { authorize, deployment } from "#core/access/can.ts";
import { audited } from "#core/audit/record.ts";
import { keptReply, type UseCase } from "#core/call/call.ts";
import { dispatch } from "#core/jobs/dispatch.ts";
import type { JobDeps } from "#core/jobs/job-use-cases.ts";
import { catalogSubject } from "#core/jobs/job.ts";
import { newJob } from "#core/jobs/new-job.ts";
import { showJob } from "#core/jobs/show-job.ts";
import type { JobHandler } from "#core/jobs/work.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { TableFacts } from "#core/ports/table-facts.ts";
import { checkTable } from "./check-table.ts";

/** Queues a check of all that is stored. */
export const startTableCheck =
  (deps: JobDeps): UseCase<Routes["checkTable"]> =>
  async (_, call) => {
    const { store, ids, clock } = deps;
    authorize(call.user, "catalog:administer", deployment);
    const at = clock.now();
    const job = newJob(
      ids,
      { by: call.user.id, at, correlationId: call.requestId },
      { type: "table-check", line: catalogSubject.id, subject: catalogSubject, input: {}, total: 1 },
    );
    const result = showJob(job);
    await store.commit(
      [
        { write: "enqueue", job },
        audited(ids, at, call, {
          action: "catalog:check",
          resource: { type: "catalog", id: catalogSubject.id },
          details: { jobId: job.id },
        }),
      ],
      keptReply(call, 202, result, at),
    );
    await dispatch(deps, job);
    return result;
  };

/** Checks the table. What it finds is its result and no failure of it: a broken table is what it is there to tell. */
export const tableCheckHandler =
  ({ facts, clock }: { readonly facts: TableFacts; readonly clock: Clock }): JobHandler =>
  async ({ signal }) => {
    const result = await checkTable(facts, () => clock.now(), signal);
    return { result, writes: () => Promise.resolve([]) };
  };
