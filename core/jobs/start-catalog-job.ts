import { authorize } from "#core/access/can.ts";
import { deployment } from "#core/access/resource.ts";
import { audited } from "#core/audit/record.ts";
import { keptReply, type Call } from "#core/call/call.ts";
import { dispatch } from "#core/jobs/dispatch.ts";
import type { JobDeps } from "#core/jobs/job-use-cases.ts";
import { catalogSubject, type Job } from "#core/jobs/job.ts";
import { newJob } from "#core/jobs/new-job.ts";
import { showJob } from "#core/jobs/show-job.ts";

/** Queues work on the catalog as a whole, which only `APPLICATION_ADMIN` may ask for, recorded as `action`. */
export async function startCatalogJob(
  deps: JobDeps,
  call: Call,
  { type, total, action }: { readonly type: Job["type"]; readonly total: number; readonly action: string },
) {
  const { store, ids, clock } = deps;
  authorize(call.user, "catalog:administer", deployment);
  const at = clock.now();
  const job = newJob(
    ids,
    { by: call.user.id, at, correlationId: call.requestId },
    { type, line: catalogSubject.id, subject: catalogSubject, input: {}, total },
  );
  const result = showJob(job);
  await store.commit(
    [
      { write: "enqueue", job },
      audited(ids, at, call, {
        action,
        resource: { type: "catalog", id: catalogSubject.id },
        details: { jobId: job.id },
      }),
    ],
    keptReply(call, 202, result, at),
  );
  await dispatch(deps, job);
  return result;
}
