import { auditedSystem } from "#core/audit/record.ts";
import { staleAside, staleRead } from "#core/call/retry-conflict.ts";
import type { Integration } from "#core/dbt/integration.ts";
import { reasonOf } from "#core/dbt/sync/run/eligibility.ts";
import { syncInput, type SyncCounts } from "#core/dbt/sync/run/sync-input.ts";
import type { RunRecord } from "#core/dbt/run-record.ts";
import { resultSoFar, type Job } from "#core/jobs/job.ts";
import type { Write } from "#core/ports/change.ts";
import type { Clock, Ids } from "#core/ports/clock.ts";
import type { DbtStore } from "#core/ports/dbt-store.ts";
import type { JobStore } from "#core/ports/store.ts";

/** What it takes to say what became of a run. */
interface RecordDeps {
  readonly store: Pick<DbtStore, "integration" | "runRecord">;
  readonly clock: Clock;
}

/** What it takes to end one that waits. */
export interface EndDeps extends RecordDeps {
  readonly store: RecordDeps["store"] & Pick<JobStore, "job">;
  readonly ids: Ids;
}

/** What became of a run, as its record says. */
type End = Pick<RunRecord, "outcome" | "reason"> &
  Partial<Pick<SyncCounts, "created" | "updated" | "deleted">>;

/** What once changed the catalog is not said to have done nothing because it came again. */
const stays = (before: RunRecord | null, { outcome }: End): boolean =>
  before !== null &&
  (before.outcome === "applied" || before.outcome === "unchanged") &&
  (outcome === "ignored" || outcome === "unchanged");

/** The write that keeps what became of a run. */
export async function runEnded(
  { store, clock }: RecordDeps,
  about: { readonly integrationId: string; readonly runId: string; readonly jobId: string },
  end: End,
): Promise<readonly Write[]> {
  const before = await store.runRecord(about.integrationId, about.runId);
  if (stays(before, end)) return [];
  const { outcome, reason, created = 0, updated = 0, deleted = 0 } = end;
  const at = clock.now().toISOString();
  const record: RunRecord = { ...about, outcome, reason, created, updated, deleted, at };
  return [{ write: "put", kind: "dbt-run", record }];
}

/** An integration's next version. */
export const integrationChange = (
  before: Integration,
  change: Partial<Pick<Integration, "newest" | "waiting">>,
  at: Date,
): Write => ({
  write: "replace",
  kind: "integration",
  record: { ...before, ...change, updatedAt: at.toISOString(), version: before.version + 1 },
  expected: before.version,
  otherwise: staleRead(),
});

/** A newer run takes the place of the one that waits for a person: nobody need approve that any more. */
export async function supersede(
  { store, clock, ids }: EndDeps,
  { id: integrationId, waiting }: Integration,
  by: { readonly job: Job; readonly runId: string },
): Promise<readonly Write[]> {
  if (waiting === null || waiting.jobId === by.job.id) return [];
  const before = await store.job(waiting.jobId);
  if (before?.state !== "awaiting-approval") return [];
  const at = clock.now();
  const after: Job = {
    ...before,
    state: "cancelled",
    slot: null,
    result: before.result ?? resultSoFar(before),
    finishedAt: at.toISOString(),
  };
  const about = { integrationId, runId: waiting.runId, jobId: before.id };
  const reason = reasonOf({ code: "superseded", detail: `run ${by.runId} came after it` });
  return [
    { write: "transition", before, after, otherwise: staleAside() },
    // The same run may have been asked for twice: what becomes of it the later job says.
    ...(waiting.runId === by.runId
      ? []
      : await runEnded({ store, clock }, about, { outcome: "ignored", reason })),
    auditedSystem(ids, at, by.job.correlationId, {
      action: "job:cancelled",
      resource: { type: "job", id: before.id },
      details: { type: before.type, subject: before.subject, superseded: by.runId },
    }),
  ];
}

/** What else changes when a sync ends without a result: nobody waits for it, and its run says why. */
export async function abandonedSync(
  deps: RecordDeps,
  job: Job,
  end: { readonly state: "failed" | "cancelled"; readonly reason: string },
): Promise<readonly Write[]> {
  const input = syncInput.parse(job.input);
  const integration = await deps.store.integration(input);
  if (integration === null || integration.id !== input.integrationId || input.dryRun) return [];
  const { waiting } = integration;
  const isWaiting = waiting?.jobId === job.id;
  const runId = runOf(job) ?? (isWaiting ? waiting.runId : null);
  const outcome = end.state === "failed" ? "failed" : "ignored";
  return [
    ...(isWaiting ? [integrationChange(integration, { waiting: null }, deps.clock.now())] : []),
    ...(runId === null
      ? []
      : await runEnded(
          deps,
          { integrationId: integration.id, runId, jobId: job.id },
          { outcome, reason: end.reason },
        )),
  ];
}

/** The run that a sync is about, once it is known. */
function runOf({ checkpoint, input }: Job): string | null {
  const known: unknown = resultSoFar({ checkpoint })?.["runId"] ?? input["runId"];
  return typeof known === "string" ? known : null;
}
