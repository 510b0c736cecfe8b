import { authorize, type Action } from "#core/access/can.ts";
import type { Call } from "#core/call/call.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { viewJob, type JobView } from "#core/jobs/job-resources.ts";
import type { Store } from "#core/ports/store.ts";

/** The job, if the caller may take the action on it; `not-found` if they may not know of it. */
export async function readJob(store: Store, call: Call, jobId: string, action: Action): Promise<JobView> {
  const job = await store.job(jobId);
  if (job === null) throw new DomainError("not-found");
  const view = await viewJob(store, call.user, action, job);
  authorize(call.user, action, view.resource);
  return view;
}
