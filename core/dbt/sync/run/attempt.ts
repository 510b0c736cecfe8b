import { Application } from "#core/dbt/sync/apply/apply.ts";
import type { Basis } from "#core/dbt/sync/run/basis.ts";
import { heldBecause } from "#core/dbt/sync/plan/deletion-guard.ts";
import { leftOut, planSync, type Bound, type Gone, type Plan } from "#core/dbt/sync/plan/plan.ts";
import { integrationChange, runEnded, supersede } from "#core/dbt/sync/run/run-ends.ts";
import { Steps } from "#core/dbt/sync/apply/steps.ts";
import type { SyncDeps } from "#core/dbt/sync/run/sync-deps.ts";
import { begun, type SyncInput, type SyncState } from "#core/dbt/sync/run/sync-input.ts";
import type { Snapshot } from "#core/dbt/snapshot.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { GoesOn, Outcome, Stopped, Waits, Work } from "#core/jobs/work.ts";
import type { Write } from "#core/ports/change.ts";
import type { DbtRun } from "#core/ports/dbt-cloud.ts";

/** How a sync ends for now. */
export type End = Outcome | GoesOn | Stopped | Waits;

/** A plan on one basis, and its application or its telling. */
export class Attempt {
  state: SyncState | null = null;
  private readonly deps: SyncDeps;
  private readonly work: Work;
  private readonly input: SyncInput;
  private readonly of: { readonly run: DbtRun; readonly snapshot: Snapshot; readonly basis: Basis };

  constructor(deps: SyncDeps, work: Work, input: SyncInput, of: Attempt["of"]) {
    this.deps = deps;
    this.work = work;
    this.input = input;
    this.of = of;
  }

  async run(from: SyncState | null): Promise<End> {
    this.state = from;
    const { snapshot, basis, run } = this.of;
    const bindings = await this.bindings();
    const plan = planSync(bindings, snapshot.relations(), basis.scope, await this.keeper(bindings));
    const held = this.isUnderWay(from) ? null : this.heldBecause(plan);
    const mode = this.input.dryRun || held !== null ? "plan" : "apply";
    const state = this.beginning(mode, from);
    const steps = new Steps(this.deps, this.work, state, plan.size);
    if (mode === "apply" && state.phase === "begun") await this.begin(steps);
    const application = new Application(this.deps, { work: this.work, snapshot, runId: run.id }, steps, {
      basis,
      bindings,
      plan,
    });
    try {
      const end = await application.goOn();
      if (end === "goes-on") return { goesOn: true };
    } finally {
      this.state = steps.state;
    }
    if (held !== null) return this.waits(steps.state, held);
    return this.applied(steps.state);
  }

  /** Whether an attempt before has begun to apply: what the guard said then holds. */
  private isUnderWay(from: SyncState | null): boolean {
    return from?.mode === "apply" && from.phase !== "begun";
  }

  /** Where the work goes on; what was told before a person let it go on is not told as what it did. */
  private beginning(mode: SyncState["mode"], from: SyncState | null): SyncState {
    if (from?.mode === mode) return from;
    const { dryRun } = this.input;
    return begun(mode, { runId: this.of.run.id, dryRun }, from?.parts);
  }

  private heldBecause(plan: Plan): string | null {
    if (this.input.dryRun || this.input.approvedBy !== undefined) return null;
    const { deletes, owned, bound, size } = plan;
    const removal = { deletes: deletes.length, owned, bound, snapshot: size };
    return heldBecause(removal, this.of.basis.settings.deletionGuard);
  }

  private async bindings(): Promise<ReadonlyMap<string, Bound>> {
    const bindings = new Map<string, Bound>();
    for await (const page of this.deps.store.bindings(this.of.basis.integration.id)) {
      for (const { relation, dataSourceId, owned, deleted, digest } of page) {
        bindings.set(relation, { dataSourceId, owned, deleted, digest });
      }
    }
    return bindings;
  }

  /** Spares what is no relation only because its node was left out: that says nothing of what is there. */
  private async keeper(bindings: ReadonlyMap<string, Bound>): Promise<(gone: Gone) => boolean> {
    const { snapshot } = this.of;
    const left = leftOut(snapshot);
    if (left.size === 0) return () => false;
    const kept = new Set<string>();
    const gone = planSync(bindings, snapshot.relations(), this.of.basis.scope);
    for (const { dataSourceId } of [...gone.deletes, ...gone.detaches]) {
      const view = await this.deps.store.dictionary(dataSourceId);
      if (view?.dbt?.node.uniqueIds.some((id) => left.has(id)) === true) kept.add(dataSourceId);
    }
    return ({ dataSourceId }) => kept.has(dataSourceId);
  }

  /** From here on no older run says anything, and nobody need approve the one that waited. */
  private async begin(steps: Steps): Promise<void> {
    const { run, basis } = this.of;
    const { integration } = basis;
    const { job } = this.work;
    const newest = { runId: run.id, finishedAt: run.finishedAt ?? this.deps.clock.now().toISOString() };
    const isKnown = integration.newest?.runId === run.id && integration.waiting === null;
    if (isKnown) return;
    try {
      await steps.beside([
        integrationChange(integration, { newest, waiting: null }, this.deps.clock.now()),
        ...(await supersede(this.deps, integration, { job, runId: run.id })),
      ]);
    } catch (error) {
      const isChanged = error instanceof DomainError && error.code === "version-mismatch";
      throw isChanged ? basis.over : error;
    }
  }

  /** Nothing is applied: its report says what would be, and a person decides. */
  private waits({ result }: SyncState, reason: string): Waits {
    const told = { ...result, outcome: "awaiting-approval", reason };
    return { waits: { result: told, writes: () => this.waitingWrites(result, reason) } };
  }

  private async waitingWrites(result: SyncState["result"], reason: string): Promise<readonly Write[]> {
    const { run, basis } = this.of;
    const { job } = this.work;
    const { store, clock } = this.deps;
    const integration = await store.integration(this.input);
    if (integration?.id !== this.input.integrationId || integration.state === "deleting") {
      throw basis.over;
    }
    const about = { integrationId: integration.id, runId: run.id, jobId: job.id };
    return [
      integrationChange(
        integration,
        { waiting: { jobId: job.id, runId: run.id, finishedAt: run.finishedAt } },
        clock.now(),
      ),
      ...(await supersede(this.deps, integration, { job, runId: run.id })),
      ...(await runEnded(this.deps, about, { ...result, outcome: "awaiting-approval", reason })),
    ];
  }

  private applied({ result }: SyncState): Outcome {
    const { run, basis } = this.of;
    const changed = result.created + result.updated + result.deleted + result.restored;
    const outcome = changed === 0 ? "unchanged" : "applied";
    if (this.input.dryRun) {
      return { result: { ...result, outcome: "planned" }, writes: () => Promise.resolve([]) };
    }
    const about = { integrationId: basis.integration.id, runId: run.id, jobId: this.work.job.id };
    const counts = { ...result, created: result.created + result.restored };
    return {
      result: { ...result, outcome },
      writes: () => runEnded(this.deps, about, { ...counts, outcome, reason: "" }),
    };
  }
}
