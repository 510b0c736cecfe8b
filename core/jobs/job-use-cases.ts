import * as z from "zod";
import type { Routes } from "#contracts/http/routes.ts";
import { audited } from "#core/audit/record.ts";
import { keptReply, type Call, type UseCase } from "#core/call/call.ts";
import { retryConflict, staleRead } from "#core/call/retry-conflict.ts";
import { retryableForMs } from "#core/connections/credentials.ts";
import { fillPage } from "#core/call/fill-page.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { dispatchLine, type DispatchDeps } from "#core/jobs/dispatch.ts";
import { permittedJobs, type JobView } from "#core/jobs/job-resources.ts";
import { inLine, isFinished, resultSoFar, type Job } from "#core/jobs/job.ts";
import { readJob } from "#core/jobs/read-job.ts";
import { resultWithLists } from "#core/jobs/show-report.ts";
import { withoutResult } from "#core/jobs/without-result.ts";
import { showJobTo } from "#core/jobs/show-job.ts";
import type { Ids } from "#core/ports/clock.ts";
import type { Cursors } from "#core/ports/cursors.ts";
import type { Store } from "#core/ports/store.ts";

/** What the operations on jobs need from outside. */
export interface JobDeps extends DispatchDeps {
  readonly store: Store;
  readonly cursors: Cursors;
  readonly ids: Ids;
}

/** The jobs that the caller may see, newest first. */
export const listJobs =
  (deps: JobDeps): UseCase<Routes["listJobs"]> =>
  ({ query }, call) => {
    const { limit, cursor, type, state, dataSourceId } = query;
    return fillPage(
      deps.cursors,
      `jobs/${JSON.stringify([type, state, dataSourceId])}`,
      { limit, cursor },
      z.string(),
      {
        read: async (before, wanted) => {
          const page = await deps.store.listJobs({
            types: type,
            states: state,
            dataSourceIds: dataSourceId,
            before,
            limit: wanted,
          });
          const items = await permittedJobs(deps.store, call.user, "job:read", page.items);
          return { items, next: page.next };
        },
        positionOf: ({ job }) => job.id,
        show: (view) => showJobTo(call.user, view),
      },
    );
  };

/** One job; the result of one that reports with the first lines of its lists. */
export const getJob =
  (deps: JobDeps): UseCase<Routes["getJob"]> =>
  async ({ params }, call) => {
    const view = await readJob(deps.store, call, params.jobId, "job:read");
    const result = await resultWithLists(deps.store, call.user, view.job);
    return showJobTo(call.user, { ...view, job: { ...view.job, result } });
  };

/** Moves a job on, with its audit record; the slot or place that it frees goes to the next in line. */
async function move(deps: JobDeps, call: Call, verb: string, view: JobView, after: Job) {
  const at = deps.clock.now();
  const before = view.job;
  const result = showJobTo(call.user, { ...view, job: after });
  const unfinished =
    after.state === "cancelled" ? await withoutResult(deps, before, { state: "cancelled" }, staleRead()) : [];
  await deps.store.commit(
    [
      { write: "transition", before, after, otherwise: staleRead() },
      ...unfinished,
      audited(deps.ids, at, call, {
        action: `job:${verb}`,
        resource: { type: "job", id: before.id },
        details: { from: before.state, to: after.state },
      }),
    ],
    keptReply(call, 202, result, at),
  );
  await dispatchLine(deps, after.line);
  return result;
}

/** As it was when it was first queued, but for its fence, which never goes back. */
const queuedAgain = (job: Job): Job => ({ ...job, ...inLine });

/**
 * Moves a job, from a state that `to` accepts, to what `to` makes of it. A job that moved on by itself between
 * our read and our commit is looked at again.
 */
const steer =
  (verb: string, to: (job: Job, deps: JobDeps, call: Call) => Job | null) =>
  (deps: JobDeps) =>
  ({ params }: { readonly params: { readonly jobId: string } }, call: Call) =>
    retryConflict(call, async () => {
      const view = await readJob(deps.store, call, params.jobId, "job:control");
      const { job } = view;
      const after = to(job, deps, call);
      if (after === null) throw new DomainError("job-state", `A job that is ${job.state} cannot be ${verb}.`);
      return await move(deps, call, verb, view, after);
    });

/** Refuses to try again what has lost the credentials that it needs, or is about to. */
function demandCredentials({ type, createdAt }: Job, { clock }: JobDeps): void {
  if (type !== "connection-creation") return;
  if (clock.now().getTime() - Date.parse(createdAt) <= retryableForMs) return;
  throw new DomainError(
    "job-state",
    "The credentials that came with it are not kept any more: create the connection anew.",
  );
}

/** Queues a failed or cancelled job again; it goes on from its last checkpoint. */
export const retryJob: (deps: JobDeps) => UseCase<Routes["retryJob"]> = steer("retried", (job, deps) => {
  if (job.state !== "failed" && job.state !== "cancelled") return null;
  demandCredentials(job, deps);
  return queuedAgain(job);
});

/** Lets a job go on that waits for a person. */
export const approveJob: (deps: JobDeps) => UseCase<Routes["approveJob"]> = steer(
  "approved",
  (job, _, { user }) =>
    job.state === "awaiting-approval"
      ? {
          ...queuedAgain(job),
          // What they were shown is what they let go on, and nothing that is found later.
          input: { ...job.input, approvedBy: user.id, approvedOf: job.checkpoint },
        }
      : null,
);

/** Cancels a job. One that runs is asked to stop, which its worker does at its next sign of life. */
export const cancelJob: (deps: JobDeps) => UseCase<Routes["cancelJob"]> = steer("cancelled", (job, deps) => {
  if (isFinished(job.state)) return null;
  if (job.state === "running") return { ...job, cancelRequested: true };
  const finishedAt = deps.clock.now().toISOString();
  return { ...job, state: "cancelled", slot: null, result: resultSoFar(job), finishedAt };
});
