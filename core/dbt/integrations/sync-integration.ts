import type { Routes } from "#contracts/http/routes.ts";
import { userAtCommit } from "#core/access/rights-at-commit.ts";
import { audited } from "#core/audit/record.ts";
import { keptReply, type UseCase } from "#core/call/call.ts";
import type { IntegrationDeps } from "#core/dbt/integrations/integration-deps.ts";
import { syncJob } from "#core/dbt/integrations/integration-jobs.ts";
import { demandActive, readIntegration } from "#core/dbt/integrations/read-integration.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { dispatch } from "#core/jobs/dispatch.ts";
import { showJob } from "#core/jobs/show-job.ts";

type Deps = Pick<IntegrationDeps, "store" | "ids" | "clock" | "messages" | "log">;

/** Queues a sync with a run, or with the newest one: by the same rules as one that dbt Cloud sent word of. */
export const syncIntegration =
  (deps: Deps): UseCase<Routes["syncIntegration"]> =>
  async ({ params, body }, call) => {
    const { store, ids, clock } = deps;
    const integration = await readIntegration(store, call.user, params, "integration:manage");
    demandActive(integration);
    const at = clock.now();
    const asked = { runId: body.runId ?? null, dryRun: body.dryRun ?? false };
    const job = syncJob(ids, { by: call.user.id, at, correlationId: call.requestId }, integration, asked);
    const result = showJob(job);
    await store.commit(
      [
        userAtCommit(call.user),
        { write: "require-integration", integration, otherwise: new DomainError("integration-deleting") },
        { write: "enqueue", job },
        audited(ids, at, call, {
          action: "integration:sync",
          resource: { type: "integration", id: integration.id },
          details: { jobId: job.id, ...asked },
        }),
      ],
      keptReply(call, 202, result, at),
    );
    await dispatch(deps, job);
    return result;
  };
