import type { Integration } from "#core/dbt/integration.ts";
import { syncJob } from "#core/dbt/integrations/integration-jobs.ts";
import type { RunRecord } from "#core/dbt/run-record.ts";
import { staleAside } from "#core/call/retry-conflict.ts";
import { isFinished, type Job } from "#core/jobs/job.ts";
import type { Asked } from "#core/jobs/new-job.ts";
import type { Write } from "#core/ports/change.ts";
import type { Ids } from "#core/ports/clock.ts";
import type { DbtStore } from "#core/ports/dbt-store.ts";
import type { JobStore } from "#core/ports/store.ts";

type RunStore = Pick<DbtStore, "runRecord"> & Pick<JobStore, "job">;

/**
 * Whether a run was ignored only because dbt Cloud did not have it, or had not finished it, when it was asked: that is
 * worth another look, and whatever else was ignored is not.
 */
export const cameTooEarly = ({ outcome, reason }: RunRecord): boolean =>
  outcome === "ignored" && /^run-not-f(?:ound|inished):/.test(reason);

const mayChange = (record: RunRecord): boolean =>
  record.outcome === "failed" || record.outcome === null || cameTooEarly(record);

/** Whether a run has been seen to, or is being seen to. */
export async function isSettled(store: RunStore, record: RunRecord): Promise<boolean> {
  if (!mayChange(record)) return true;
  const job = record.jobId === null ? null : await store.job(record.jobId);
  return job !== null && !isFinished(job.state);
}

/** A job for a run, with the writes that queue it; of two that would at the same moment, one fails as a stale read. */
export interface QueuedRun {
  readonly job: Job;
  readonly writes: readonly Write[];
}

/**
 * Queues the sync of a run, whether it was never heard of or failed before. A run that was never heard of is guarded by
 * its record. One that failed has a record already, over which anybody may write: so a mark is made that there can be one
 * of for each job that failed.
 */
export function queueRun(
  ids: Ids,
  asked: Asked,
  integration: Integration,
  runId: string,
  known: RunRecord | null,
): QueuedRun {
  const job = syncJob(ids, asked, integration, { runId, dryRun: false });
  const at = asked.at.toISOString();
  const record: RunRecord = {
    integrationId: integration.id,
    runId,
    jobId: job.id,
    outcome: null,
    reason: "",
    created: 0,
    updated: 0,
    deleted: 0,
    at,
  };
  const enqueue: Write = { write: "enqueue", job };
  const otherwise = staleAside();
  if (known === null)
    return { job, writes: [{ write: "create", kind: "dbt-run", record, otherwise }, enqueue] };
  const mark = {
    integrationId: integration.id,
    eventId: `again:${runId}:${known.jobId ?? ""}`,
    eventType: "",
    runId,
    receivedAt: at,
    outcome: "accepted",
  } as const;
  return {
    job,
    writes: [
      { write: "create", kind: "dbt-delivery", record: mark, otherwise },
      { write: "put", kind: "dbt-run", record },
      enqueue,
    ],
  };
}
