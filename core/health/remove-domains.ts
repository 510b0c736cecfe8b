import { nobody } from "#core/connections/connection.ts";
import * as z from "zod";
import { targetOf, type Connection } from "#core/connections/connection.ts";
import type { Measured } from "#core/health/measure.ts";
import { remoteBudget } from "#core/remote/remote-budget.ts";
import { replaceHealth } from "#core/health/replace-health.ts";
import type { Job } from "#core/jobs/job.ts";
import { newJob, type Asked } from "#core/jobs/new-job.ts";
import type { JobHandler, Outcome } from "#core/jobs/work.ts";
import type { Write } from "#core/ports/change.ts";
import type { Clock, Ids } from "#core/ports/clock.ts";
import type { KeyStores } from "#core/ports/key-store.ts";
import type { Log } from "#core/ports/log.ts";
import { RemoteError } from "#core/ports/remote.ts";
import { technologies, type RemoteFailure } from "#contracts/resources/remote.ts";
import type { DeletionStore } from "#core/ports/deletion-store.ts";
import type { ConnectionStore, DataSourceStore, DataSourceView } from "#core/ports/store.ts";

const removalInput = z.object({
  removedDataSourceId: z.string(),
  /** Absent in jobs of an earlier release. */
  target: z
    .object({
      technology: z.enum(technologies),
      config: z.record(z.string(), z.unknown()),
      secretRef: z.string(),
      statementTimeoutMs: z.number().optional(),
    })
    .optional(),
});

/**
 * The job that removes what a remote's key schema keeps of a data source that was deleted. It knows by itself how to
 * reach the remote, because the connection may be deleted before its turn.
 */
const domainRemoval = (ids: Ids, connection: Connection, dataSourceId: string, asked: Asked): Job =>
  newJob(ids, asked, {
    type: "domain-removal",
    line: connection.id,
    subject: { type: "connection", id: connection.id, name: connection.name },
    input: { removedDataSourceId: dataSourceId, target: targetOf(connection) },
    total: 1,
  });

/**
 * What a data source's deletion has to do about its domains: forgets that they are kept, and sends the job that
 * removes them, unless the remote holds none so far. The health is replaced either way: a job that measures it now may
 * have put domains there, and must not store that before it has read that the data source is gone.
 */
export async function domainRemovalOf(
  store: Pick<ConnectionStore, "connection">,
  ids: Ids,
  { dataSource, health }: Pick<DataSourceView, "dataSource" | "health">,
  asked: Asked,
): Promise<{ readonly writes: readonly Write[]; readonly job: Job | null }> {
  const forgotten = replaceHealth(health, { ...health, domainsAt: null, version: health.version + 1 });
  const { connectionId } = dataSource;
  const view =
    health.domainsMayRemain && connectionId !== null ? await store.connection(connectionId, nobody) : null;
  if (view === null) return { writes: [forgotten], job: null };
  const job = domainRemoval(ids, view.connection, dataSource.id, asked);
  return { writes: [forgotten, { write: "enqueue", job }], job };
}

/**
 * The writes where a data source was deleted while it was measured: domains that may have been put into its remote go
 * again. Where this attempt has not measured it, an attempt before may have, and ended before it could say so.
 */
export function lateRemoval(
  { ids, clock }: { readonly ids: Ids; readonly clock: Clock },
  { createdBy, correlationId, attempts }: Job,
  connection: Connection | null,
  dataSourceId: string,
  measured: Measured | null,
): readonly Write[] {
  const mayRemain = measured === null ? attempts > 1 : measured.figures.domainsMayRemain === true;
  if (!mayRemain || connection === null) return [];
  const asked = { by: createdBy, at: clock.now(), correlationId };
  return [{ write: "enqueue", job: domainRemoval(ids, connection, dataSourceId, asked) }];
}

/** What a removal needs from outside. */
export interface RemovalDeps {
  readonly store: Pick<ConnectionStore, "connection"> &
    Pick<DataSourceStore, "dataSource"> &
    Pick<DeletionStore, "deletedDataSource">;
  readonly keyStores: KeyStores;
  readonly log: Log;
  readonly statementTimeoutMs: number;
}

const done = (result: Outcome["result"]): Outcome => ({ result, writes: () => Promise.resolve([]) });

/** What passes by itself, or when somebody looks after the database. */
const passing: ReadonlySet<RemoteFailure> = new Set([
  "unreachable",
  "connection-lost",
  "too-many-connections",
  "lock-timeout",
  "statement-timeout",
]);

/** The write that goes with a removal: what is deleted still, and as it was before it, holds nothing any more. */
async function cleared(
  store: Pick<DeletionStore, "deletedDataSource">,
  dataSourceId: string,
  before: number | null,
): Promise<readonly Write[]> {
  const health = (await store.deletedDataSource(dataSourceId, nobody))?.health;
  if (health === undefined || health.version !== before || !health.domainsMayRemain) return [];
  return [replaceHealth(health, { ...health, domainsMayRemain: false, version: health.version + 1 })];
}

/**
 * Removes the domains, if the remote lets us: a database that is closed to us is no reason to fail, and what is left
 * there is its owner's, in a schema that nobody else reads. What may pass is tried again, and at last left `failed`, so
 * that a person can send it again.
 */
export const domainRemovalHandler =
  (deps: RemovalDeps): JobHandler =>
  async ({ job, signal }) => {
    const { removedDataSourceId, ...asked } = removalInput.parse(job.input);
    const view = await deps.store.connection(job.subject.id, nobody);
    const target = view === null ? asked.target : targetOf(view.connection);
    if (target === undefined) return done({ removed: false, reason: "connection-deleted" });
    // It came back meanwhile, and its checks may have put its domains there anew.
    const isGone = async () => (await deps.store.dataSource(removedDataSourceId, nobody)) === null;
    const isBack = done({ removed: false, reason: "data-source-restored" });
    if (!(await isGone())) return isBack;
    const before = (await deps.store.deletedDataSource(removedDataSourceId, nobody))?.health.version;
    try {
      const removed = await deps.keyStores.withKeyStore(target, remoteBudget(deps, signal), (keys) =>
        keys.removeDomains(removedDataSourceId, isGone),
      );
      if (!removed) return isBack;
      return {
        result: { removed: true },
        writes: () => cleared(deps.store, removedDataSourceId, before ?? null),
      };
    } catch (error) {
      if (!(error instanceof RemoteError) || error.reason === "cancelled") throw error;
      if (passing.has(error.reason)) throw error;
      deps.log.warn("the domains of a deleted data source could not be removed", {
        jobId: job.id,
        reason: error.reason,
      });
      return done({ removed: false, reason: error.reason });
    }
  };
