import { systemActor } from "#core/audit/record.ts";
import { cloudProblem } from "#core/dbt/integrations/ask-dbt-cloud.ts";
import { readSecrets } from "#core/dbt/integrations/integration-secrets.ts";
import { Attempt, type End } from "#core/dbt/sync/run/attempt.ts";
import { readActive, readBasis, stopped, type Basis } from "#core/dbt/sync/run/basis.ts";
import { reasonOf, type Ignored } from "#core/dbt/sync/run/eligibility.ts";
import { chooseRun, takeSnapshot, type Asking } from "#core/dbt/sync/run/fetch-run.ts";
import { integrationChange, runEnded } from "#core/dbt/sync/run/run-ends.ts";
import type { SyncDeps } from "#core/dbt/sync/run/sync-deps.ts";
import { syncInput, syncState, type SyncInput, type SyncState } from "#core/dbt/sync/run/sync-input.ts";
import type { Snapshot } from "#core/dbt/snapshot.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { stoppedBy } from "#core/jobs/refusals.ts";
import type { JobHandler, Outcome, Stopped, Work } from "#core/jobs/work.ts";
import type { Write } from "#core/ports/change.ts";
import { DbtCloudError, type DbtRun } from "#core/ports/dbt-cloud.ts";

/** What the work rests on may change so often without the work coming further in between. */
const changesBorne = 5;

/** Where nothing else ends a worker, dbt Cloud's pauses are waited for so long. */
const patienceMs = 10 * 60_000;

/**
 * Brings the catalog in step with a run of dbt Cloud. It may run twice, in parts, and beside people who edit: it plans
 * anew from what stands, so that it comes to the same end, and what dbt did not say is never touched.
 */
export const dbtSyncHandler =
  (deps: SyncDeps): JobHandler =>
  async (work) => {
    try {
      return await new Sync(deps, work).run();
    } catch (error) {
      return endOf(error);
    }
  };

/** How a sync ends that could not be done; throws where another attempt may come through. */
function endOf(error: unknown): Stopped {
  const problem = problemOf(error);
  const end = stoppedBy(problem);
  const passes = problem instanceof DomainError && problem.code === "dbt-cloud-unreachable";
  if (end === null || passes) throw problem;
  return end;
}

/** What dbt Cloud's refusal means to people. More than may be read is nothing that passes. */
function problemOf(error: unknown): unknown {
  const isTooLarge = error instanceof DbtCloudError && error.reason === "too-large";
  return isTooLarge
    ? new DomainError("dbt-artifact-invalid", error.message, { cause: error })
    : cloudProblem(error);
}

class Sync {
  private readonly deps: SyncDeps;
  private readonly work: Work;
  private readonly input: SyncInput;
  private readonly checkpoint: SyncState | null;

  constructor(deps: SyncDeps, work: Work) {
    this.deps = deps;
    this.work = work;
    this.input = syncInput.parse(work.job.input);
    const { checkpoint } = work.job;
    this.checkpoint = checkpoint === null ? null : syncState.parse(checkpoint);
  }

  async run(): Promise<End> {
    const integration = await readActive(this.deps.store, this.input);
    if ("stopped" in integration) return integration;
    const asking = await this.asking(integration);
    if ("stopped" in asking) return asking;
    const runId = this.checkpoint?.result.runId ?? this.input.runId;
    const chosen = await chooseRun(asking, integration, runId);
    if (chosen === null) return this.without(runId);
    const { run, ignored } = chosen;
    if (ignored !== null) return this.ignored(run.id, ignored);
    const snapshot = await takeSnapshot(asking, this.deps.snapshots, integration, run);
    if (snapshot === null) {
      return this.ignored(run.id, { code: "no-manifest", detail: "it left no manifest.json" });
    }
    try {
      return await this.withSnapshot(run, snapshot);
    } finally {
      snapshot.close();
    }
  }

  private async asking(integration: Basis["integration"]): Promise<Asking | Stopped> {
    const { secrets, cloud, clock } = this.deps;
    const apiKey = (await readSecrets(secrets, integration.secretRef))?.apiKey;
    if (apiKey === undefined) {
      return stopped("dbt-cloud-key-refused", "The integration's key is not there any more.");
    }
    const { host, accountId } = integration;
    const until = this.work.until ?? new Date(clock.now().getTime() + patienceMs);
    return {
      cloud,
      access: { host, accountId, apiKey },
      patience: { signal: this.work.signal, until },
    };
  }

  /** Plans and applies; where what it rests on changes, it is read anew. */
  private async withSnapshot(run: DbtRun, snapshot: Snapshot): Promise<End> {
    let changes = 0;
    let state: SyncState | null = null;
    for (;;) {
      const basis = await readBasis(this.deps.store, this.input, snapshot.origin.adapter);
      if ("stopped" in basis) return basis;
      const attempt = new Attempt(this.deps, this.work, this.input, { run, snapshot, basis });
      const from: SyncState | null = state ?? this.checkpoint;
      try {
        return await attempt.run(from);
      } catch (error) {
        changes = attempt.state === from ? changes + 1 : 1;
        state = attempt.state;
        if (error !== basis.over || changes > changesBorne) throw error;
      }
    }
  }

  private without(runId: string | null): Outcome | Stopped {
    if (runId !== null) {
      const detail = `dbt Cloud has no run ${runId} in this account.`;
      // What a person asks for and is not there is their mistake; what a webhook invents, as its tests do, is nobody's.
      return this.work.job.createdBy === systemActor
        ? this.ignored(runId, { code: "run-not-found", detail })
        : stopped("dbt-run-not-found", detail);
    }
    const { dryRun } = this.input;
    return done({ runId: null, dryRun, outcome: "ignored", reason: "no-run: no finished run is for it" });
  }

  /** Nothing is done with a run that is not for the integration; why is kept. */
  private ignored(runId: string, why: Ignored): Outcome {
    const reason = reasonOf(why);
    const { dryRun } = this.input;
    const result = { runId, dryRun, outcome: "ignored", reason };
    return { result, writes: () => this.ignoredWrites(runId, reason) };
  }

  private async ignoredWrites(runId: string, reason: string): Promise<readonly Write[]> {
    const { store, clock } = this.deps;
    const integration = await store.integration(this.input);
    if (this.input.dryRun || integration?.id !== this.input.integrationId) return [];
    const { id: jobId } = this.work.job;
    return [
      ...(integration.waiting?.jobId === jobId
        ? [integrationChange(integration, { waiting: null }, clock.now())]
        : []),
      ...(await runEnded(
        this.deps,
        { integrationId: integration.id, runId, jobId },
        { outcome: "ignored", reason },
      )),
    ];
  }
}

const done = (result: Outcome["result"]): Outcome => ({ result, writes: () => Promise.resolve([]) });
