import * as z from "zod";
import { systemActor } from "#core/audit/record.ts";
import { staleRead } from "#core/call/retry-conflict.ts";
import { runnableChecks, type RunnableCheck } from "#core/health/health-job.ts";
import type { Check, DataSourceHealth } from "#core/health/health.ts";
import type { Job } from "#core/jobs/job.ts";
import type { Write } from "#core/ports/change.ts";
import type { DataSourceStore } from "#core/ports/store.ts";

type Checks = DataSourceHealth["checks"];

/** What a health job was asked to do. */
export const healthInput = z.object({ dataSourceId: z.string(), checks: z.array(z.enum(runnableChecks)) });

/**
 * The checks, some of them running. One that had failed keeps its reason: until it passes it counts as failed,
 * so that nothing is shown as healthy merely because it is looked at again.
 */
export const runningChecks = (checks: Checks, names: readonly RunnableCheck[], startedAt: string): Checks =>
  changed(checks, names, (before) => {
    const failure = before.state === "failed" ? before.detail : before.failure;
    const running: Check = { state: "running", detail: "", startedAt, finishedAt: null };
    return failure === undefined ? running : { ...running, failure };
  });

/** The checks after a job that ended without their result: failed as before, or unknown. */
function withoutResult(checks: Checks, names: readonly RunnableCheck[], detail: string): Checks {
  return changed(checks, names, (before) => {
    if (before.state !== "pending" && before.state !== "running") return before;
    const { failure, ...check } = before;
    return failure === undefined
      ? { ...check, state: "unknown", detail }
      : { ...check, state: "failed", detail: failure };
  });
}

const changed = (
  checks: Checks,
  names: readonly RunnableCheck[],
  change: (before: Check) => Check,
): Checks => ({
  ...checks,
  ...Object.fromEntries(names.map((name) => [name, change(checks[name])])),
});

/** The writes that go with the end of a job that came to no result: no check is left waiting for it. */
export async function abandonedChecks(
  store: Pick<DataSourceStore, "dataSource">,
  job: Job,
  detail: string,
): Promise<readonly Write[]> {
  const { dataSourceId, checks: names } = healthInput.parse(job.input);
  const before = (await store.dataSource(dataSourceId, systemActor))?.health;
  if (before === undefined) return [];
  const checks = withoutResult(before.checks, names, detail);
  if (names.every((name) => checks[name] === before.checks[name])) return [];
  return [
    {
      write: "replace",
      kind: "data-source-health",
      record: { ...before, checks, version: before.version + 1 },
      expected: before.version,
      otherwise: staleRead(),
    },
  ];
}
