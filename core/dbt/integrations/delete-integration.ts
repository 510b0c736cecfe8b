import type { Routes } from "#contracts/http/routes.ts";
import { userAtCommit } from "#core/access/rights-at-commit.ts";
import { audited } from "#core/audit/record.ts";
import type { Call, UseCase } from "#core/call/call.ts";
import { demandVersion, retryConflict, staleAside, staleRead } from "#core/call/retry-conflict.ts";
import type { Integration } from "#core/dbt/integration.ts";
import type { IntegrationDeps } from "#core/dbt/integrations/integration-deps.ts";
import { removalJob } from "#core/dbt/integrations/integration-jobs.ts";
import { readIntegration } from "#core/dbt/integrations/read-integration.ts";
import { dispatch } from "#core/jobs/dispatch.ts";
import { resultSoFar, type Job } from "#core/jobs/job.ts";
import { showJob } from "#core/jobs/show-job.ts";
import type { Write } from "#core/ports/change.ts";

type Deps = Pick<IntegrationDeps, "store" | "ids" | "clock" | "messages" | "log">;

/**
 * Begins to remove an integration: from this moment no delivery is believed and no run applied. A job removes the data
 * sources that it made, and at last the integration itself. Asked again, it answers the same job.
 */
export const deleteIntegration =
  (deps: Deps): UseCase<Routes["deleteIntegration"]> =>
  ({ params }, call) =>
    retryConflict(call, async () => {
      const integration = await readIntegration(deps.store, call.user, params, "integration:manage");
      const { removalJobId } = integration;
      const begun = removalJobId === null ? null : await deps.store.job(removalJobId);
      if (begun !== null) return showJob(begun);
      if (integration.state === "active") demandVersion(call, integration.version);
      return await begin(deps, call, integration);
    });

async function begin(deps: Deps, call: Call, before: Integration) {
  const { store, ids, clock } = deps;
  const at = clock.now();
  const job = removalJob(ids, { by: call.user.id, at, correlationId: call.requestId }, before);
  const after: Integration = {
    ...before,
    state: "deleting",
    removalJobId: job.id,
    waiting: null,
    updatedAt: at.toISOString(),
    version: before.version + 1,
  };
  await store.commit([
    userAtCommit(call.user),
    {
      write: "replace",
      kind: "integration",
      record: after,
      expected: before.version,
      otherwise: staleRead(),
    },
    { write: "enqueue", job },
    ...(await endOfWaiting(deps, call, before, at)),
    audited(ids, at, call, {
      action: "integration:delete",
      resource: { type: "integration", id: before.id },
      details: { jobId: job.id },
    }),
  ]);
  await dispatch(deps, job);
  return showJob(job);
}

/** A sync that waits for a person would wait for ever: nothing is left to approve. */
async function endOfWaiting(
  { store, ids }: Deps,
  call: Call,
  { waiting }: Integration,
  at: Date,
): Promise<readonly Write[]> {
  const before = waiting === null ? null : await store.job(waiting.jobId);
  if (before?.state !== "awaiting-approval") return [];
  const after: Job = {
    ...before,
    state: "cancelled",
    slot: null,
    result: resultSoFar(before),
    finishedAt: at.toISOString(),
  };
  return [
    { write: "transition", before, after, otherwise: staleAside() },
    audited(ids, at, call, {
      action: "job:cancelled",
      resource: { type: "job", id: before.id },
      details: { from: before.state, to: after.state },
    }),
  ];
}
