import { auditedSystem } from "#core/audit/record.ts";
import { staleRead } from "#core/call/retry-conflict.ts";
import type { Binding } from "#core/dbt/binding.ts";
import type { Integration } from "#core/dbt/integration.ts";
import { readSecrets } from "#core/dbt/integrations/integration-secrets.ts";
import { catchingUp } from "#core/dbt/sync/apply/catch-up.ts";
import { auditOf } from "#core/dbt/sync/apply/chunk.ts";
import {
  leftItem,
  readDeletable,
  unbind,
  type Departure,
  type Leave,
} from "#core/dbt/sync/leave/departures.ts";
import { removalInput, removalState, type RemovalState } from "#core/dbt/sync/run/sync-input.ts";
import type { SyncDeps } from "#core/dbt/sync/run/sync-deps.ts";
import { dispatchLine } from "#core/jobs/dispatch.ts";
import type { GoesOn, JobHandler, Outcome, Stopped, Work } from "#core/jobs/work.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Write } from "#core/ports/change.ts";
import { deltaWrite } from "#core/sources/catalog-documents.ts";
import type { AuditedIn } from "#core/sources/data-source.ts";

/** What a removal needs from outside. */
export type RemovalDeps = Omit<SyncDeps, "sessions" | "snapshots" | "statementTimeoutMs">;

/** Of a transaction's 100 items so many are for data sources. */
const itemsAtOnce = 85;
/** So many are looked at for one transaction: each takes ten items where it has no columns to deal with. */
const lookedAt = 8;
/** dbt Cloud is asked for so long to end its subscription; it is told by nobody else. */
const webhookMs = 30_000;

/**
 * Removes an integration with every data source that it made, edited or not, and whatever the guard says: that was asked
 * for. What dbt said of others stays as if a person had. It may break off anywhere and be done again: what is left of
 * the integration's bindings is what there is still to do, and the integration itself goes last.
 */
export const dbtRemovalHandler =
  (deps: RemovalDeps): JobHandler =>
  (work) =>
    new Removal(deps, work).run();

class Removal {
  private readonly deps: RemovalDeps;
  private readonly work: Work;
  private state: RemovalState;

  constructor(deps: RemovalDeps, work: Work) {
    this.deps = deps;
    this.work = work;
    const { checkpoint } = work.job;
    this.state = checkpoint === null ? { result: { deleted: 0, kept: 0 } } : removalState.parse(checkpoint);
  }

  async run(): Promise<Outcome | GoesOn | Stopped> {
    const integration = await this.read();
    if (integration === null) return this.done([]);
    if (integration.state !== "deleting") {
      return { stopped: new DomainError("job-state", "The integration is not being deleted.") };
    }
    for await (const page of this.deps.store.bindings(integration.id)) {
      let left: readonly Binding[] = page;
      while (left.length > 0) {
        const some = left;
        left = left.slice(await catchingUp(() => this.leave(integration, some.slice(0, lookedAt))));
        if (this.work.timeIsUp()) return { goesOn: true };
      }
    }
    await this.endWebhook(integration);
    await this.forgetSecrets(integration);
    return this.done(undefined);
  }

  /** The very integration that was meant; null where it is gone. */
  private async read(): Promise<Integration | null> {
    const ref = removalInput.parse(this.work.job.input);
    const found = await this.deps.store.integration(ref);
    return found?.id === ref.integrationId ? found : null;
  }

  /** Takes leave of as many data sources as fit into one transaction; gives of how many it is done with. */
  private async leave(integration: Integration, bindings: readonly Binding[]): Promise<number> {
    const { store, ids, clock } = this.deps;
    const { job } = this.work;
    const [at, auditId] = [clock.now(), ids.next("audit")];
    const departure: Departure = { store, ids, at, correlationId: job.correlationId, integration };
    const items: Leave[] = [];
    const rest: Write[] = [];
    let [size, settled] = [0, 0];
    for (const binding of bindings) {
      const item = await this.itemOf(departure, binding, { jobId: job.id, auditId });
      size += item === null ? 1 : sizeOf(item.writes);
      if (size > itemsAtOnce && settled > 0) break;
      if (item === null) rest.push(unbind(integration.id, binding.relation, binding.dataSourceId));
      else items.push(item);
      // One that goes on is looked at again, and so is what follows it.
      if (item?.goesOn === true) break;
      settled += 1;
    }
    const changes = items.flatMap(({ change }) => change ?? []);
    const writes: readonly Write[] = [
      ...items.flatMap((item) => item.writes),
      ...rest,
      ...(items.length === 0
        ? []
        : [deltaWrite(ids, at, changes), auditOf(this.deps, at, job, { auditId, runId: null, items })]),
    ];
    await this.commit(items, writes);
    await this.dispatch(integration, writes);
    return settled;
  }

  private async itemOf(
    departure: Departure,
    { relation, dataSourceId }: Binding,
    audit: AuditedIn,
  ): Promise<Leave | null> {
    const { store } = this.deps;
    const { id } = departure.integration;
    const live = await store.dictionary(dataSourceId);
    const view = live ?? (await store.deletedDictionary(dataSourceId));
    // Purged meanwhile, or under another integration's word.
    if (view?.dataSource.dbt?.integrationId !== id) return null;
    const { origin } = view.dataSource;
    const isOurs = live !== null && origin.type === "dbt" && origin.integrationId === id;
    const deletable = isOurs ? await readDeletable(store, dataSourceId) : null;
    return await leftItem(departure, { relation, view }, deletable, audit);
  }

  private async commit(items: readonly Leave[], writes: readonly Write[]): Promise<void> {
    const ended = items.filter(({ goesOn }) => !goesOn);
    const deleted = ended.filter(({ isDeleted }) => isDeleted).length;
    const kept = ended.filter(({ isKept }) => isKept).length;
    const { result } = this.state;
    const next = { result: { deleted: result.deleted + deleted, kept: result.kept + kept } };
    const done = next.result.deleted + next.result.kept;
    await this.work.checkpoint(next, writes, { done, total: done });
    this.state = next;
  }

  /** Jobs that remove what was kept of deleted data sources in their remote are sent on their way. */
  private async dispatch({ connectionId }: Integration, writes: readonly Write[]): Promise<void> {
    if (connectionId === null || !writes.some(({ write }) => write === "enqueue")) return;
    await dispatchLine(this.deps, connectionId);
  }

  /** dbt Cloud is told to send no more word; where it does not answer, its deliveries are refused for ever. */
  private async endWebhook({ webhookId, secretRef, host, accountId }: Integration): Promise<void> {
    if (webhookId === null) return;
    const { secrets, cloud, clock, log } = this.deps;
    try {
      const apiKey = (await readSecrets(secrets, secretRef))?.apiKey;
      if (apiKey === undefined) return;
      const until = new Date(clock.now().getTime() + webhookMs);
      const patience = { signal: this.work.signal, until };
      await cloud.deleteWebhook({ host, accountId, apiKey }, webhookId, patience);
    } catch (error) {
      this.work.signal.throwIfAborted();
      log.warn("a webhook is left in dbt Cloud", { jobId: this.work.job.id, webhookId, error });
    }
  }

  /** Where this does not come about, the sweep finds what no record names. */
  private async forgetSecrets({ secretRef }: Integration): Promise<void> {
    try {
      await this.deps.secrets.delete(secretRef);
    } catch (error) {
      this.deps.log.warn("secrets of an integration are left to the sweep", { secretRef, error });
    }
  }

  private done(writes: readonly Write[] | undefined): Outcome {
    const { result } = this.state;
    return { result, writes: () => (writes === undefined ? this.lastWrites() : Promise.resolve(writes)) };
  }

  private async lastWrites(): Promise<readonly Write[]> {
    const integration = await this.read();
    if (integration === null) return [];
    const { ids, clock } = this.deps;
    const { job } = this.work;
    return [
      { write: "remove", kind: "integration", record: integration, otherwise: staleRead() },
      auditedSystem(ids, clock.now(), job.correlationId, {
        action: "integration:removed",
        resource: { type: "integration", id: integration.id },
        details: { jobId: job.id, ...this.state.result },
      }),
    ];
  }
}

/** How many items some writes take. */
const sizeOf = (writes: readonly Write[]): number =>
  writes.reduce((sum, { write }) => sum + (write === "enqueue" ? 3 : 1), 0);
