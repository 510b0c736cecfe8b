import type { Routes } from "#contracts/http/routes.ts";
import type { CheckName } from "#contracts/resources/data-source.ts";
import { audited } from "#core/audit/record.ts";
import { keptReply, type UseCase } from "#core/call/call.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { healthJob, runnableChecks, type RunnableCheck } from "#core/health/health-job.ts";
import { dispatch } from "#core/jobs/dispatch.ts";
import { showJob } from "#core/jobs/show-job.ts";
import { readDataSource } from "#core/sources/read-data-source.ts";
import type { SourceDeps } from "#core/sources/source-deps.ts";

/** Queues a run of health checks; by hand it is allowed also where automatic statistics are prevented. */
export const runChecks =
  (deps: SourceDeps): UseCase<Routes["runChecks"]> =>
  async ({ params, body }, call) => {
    const { store, ids, clock } = deps;
    const view = await readDataSource(store, call.user, params.dataSourceId, "data-source:check");
    const checks = runnable(body?.checks ?? runnableChecks);
    const at = clock.now();
    const job = healthJob(ids, view.dataSource, checks, {
      by: call.user.id,
      at,
      correlationId: call.requestId,
    });
    const result = showJob(job);
    await store.commit(
      [
        { write: "enqueue", job },
        audited(ids, at, call, {
          action: "data-source:check",
          resource: { type: "data-source", id: view.dataSource.id },
          details: { checks, jobId: job.id },
        }),
      ],
      keptReply(call, 202, result, at),
    );
    await dispatch(deps, job);
    return result;
  };

function runnable(asked: readonly CheckName[]): readonly RunnableCheck[] {
  const known: readonly CheckName[] = runnableChecks;
  const errors = asked.flatMap((check, index) =>
    known.includes(check)
      ? []
      : [
          {
            in: "body" as const,
            pointer: `/checks/${index}`,
            detail: `${check} cannot be run on this data source`,
          },
        ],
  );
  if (errors.length > 0) throw new DomainError("check-not-available", undefined, { errors });
  return runnableChecks.filter((check) => asked.includes(check));
}
