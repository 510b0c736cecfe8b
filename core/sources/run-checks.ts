import type { Routes } from "#contracts/http/routes.ts";
import type { CheckName } from "#contracts/resources/data-source.ts";
import { can } from "#core/access/can.ts";
import { audited } from "#core/audit/record.ts";
import { keptReply, type Call, type UseCase } from "#core/call/call.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { healthJob, runnableChecks, type RunnableCheck } from "#core/health/health-job.ts";
import { dispatch } from "#core/jobs/dispatch.ts";
import { showJob } from "#core/jobs/show-job.ts";
import type { Caller } from "#core/people/caller.ts";
import type { DataSourceView } from "#core/ports/store.ts";
import { readDataSource, sourceResource } from "#core/sources/read-data-source.ts";
import type { DataSource } from "#core/sources/data-source.ts";
import type { SourceDeps } from "#core/sources/source-deps.ts";

/**
 * Queues a run of health checks; by hand it is allowed also where automatic statistics are prevented, but for the
 * fingerprint, which is an owner's to make there.
 */
export const runChecks =
  (deps: SourceDeps): UseCase<Routes["runChecks"]> =>
  async ({ params, body }, call) => {
    const action = "data-source:check";
    const view = await readDataSource(deps.store, call.user, params.dataSourceId, action);
    demandConnection(view.dataSource);
    const checks = permitted(call.user, view, body?.checks);
    return await queueChecks(deps, call, view.dataSource, action, checks);
  };

/** Queues the fingerprint alone; it is an owner's to make where automatic statistics are prevented. */
export const runFingerprint =
  (deps: SourceDeps): UseCase<Routes["runFingerprint"]> =>
  async ({ params }, call) => {
    const action = "data-source:fingerprint";
    const { dataSource } = await readDataSource(deps.store, call.user, params.dataSourceId, action);
    demandConnection(dataSource);
    return await queueChecks(deps, call, dataSource, action, ["fingerprint"]);
  };

/** Without a connection there is nothing that could be looked at. */
function demandConnection({ connectionId }: DataSource): void {
  if (connectionId !== null) return;
  throw new DomainError("check-not-available", "The data source has no connection to check it through.");
}

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

/**
 * What the caller may have run of what they asked for. Where statistics are prevented the fingerprint is an owner's:
 * an expert who names it is refused, and one who names nothing gets the others.
 */
function permitted(
  user: Caller,
  view: DataSourceView,
  asked: readonly CheckName[] | undefined,
): readonly RunnableCheck[] {
  const fingerprint =
    !view.dataSource.statisticsPrevented || can(user, "data-source:fingerprint", sourceResource(user, view));
  if (!fingerprint && asked?.includes("fingerprint") === true) throw new DomainError("forbidden");
  return runnable(view.dataSource, asked).filter((check) => fingerprint || check !== "fingerprint");
}

/** What can be run; where people state the columns there are none to detect. */
function runnable(
  { dictionary }: DataSource,
  asked: readonly CheckName[] | undefined,
): readonly RunnableCheck[] {
  const known = runnableChecks.filter(
    (check) => check !== "column-detection" || dictionary.source === "remote",
  );
  if (asked === undefined) return known;
  const errors = asked.flatMap((check, index) =>
    known.some((one) => one === check)
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
  return known.filter((check) => asked.includes(check));
}
