import type { Routes } from "#contracts/http/routes.ts";
import type { CheckName } from "#contracts/resources/data-source.ts";
import { audited } from "#core/audit/record.ts";
import { keptReply, type Call, type UseCase } from "#core/call/call.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { healthJob, runnableChecks, type RunnableCheck } from "#core/health/health-job.ts";
import { dispatch } from "#core/jobs/dispatch.ts";
import { showJob } from "#core/jobs/show-job.ts";
import { readDataSource } from "#core/sources/read-data-source.ts";
import type { DataSource } from "#core/sources/data-source.ts";
import type { SourceDeps } from "#core/sources/source-deps.ts";

/** Queues a run of health checks; by hand it is allowed also where automatic statistics are prevented. */
export const runChecks =
  (deps: SourceDeps): UseCase<Routes["runChecks"]> =>
  async ({ params, body }, call) => {
    const action = "data-source:check";
    const { dataSource } = await readDataSource(deps.store, call.user, params.dataSourceId, action);
    return await queueChecks(deps, call, dataSource, action, runnable(dataSource, body?.checks));
  };

/** Queues the fingerprint alone; it is an owner's to make where automatic statistics are prevented. */
export const runFingerprint =
  (deps: SourceDeps): UseCase<Routes["runFingerprint"]> =>
  async ({ params }, call) => {
    const action = "data-source:fingerprint";
    const { dataSource } = await readDataSource(deps.store, call.user, params.dataSourceId, action);
    return await queueChecks(deps, call, dataSource, action, ["fingerprint"]);
  };

async function queueChecks(
  deps: SourceDeps,
  call: Call,
  dataSource: DataSource,
  action: "data-source:check" | "data-source:fingerprint",
  checks: readonly RunnableCheck[],
) {
  const { store, ids, clock } = deps;
  const at = clock.now();
  const job = healthJob(ids, dataSource, checks, { by: call.user.id, at, correlationId: call.requestId });
  const result = showJob(job);
  await store.commit(
    [
      { write: "enqueue", job },
      audited(ids, at, call, {
        action,
        resource: { type: "data-source", id: dataSource.id },
        details: { checks, jobId: job.id },
      }),
    ],
    keptReply(call, 202, result, at),
  );
  await dispatch(deps, job);
  return result;
}

/** What can be run; where people state the columns there are none to detect. */
function runnable(
  { dictionary }: DataSource,
  asked: readonly CheckName[] = runnableChecks,
): readonly RunnableCheck[] {
  const known: readonly CheckName[] = runnableChecks;
  const can = (check: CheckName): boolean =>
    known.includes(check) && (check !== "column-detection" || dictionary.source === "remote");
  const errors = asked.flatMap((check, index) =>
    asked === runnableChecks || can(check)
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
  return runnableChecks.filter((check) => asked.includes(check) && can(check));
}
