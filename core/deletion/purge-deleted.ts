import { nobody } from "#core/connections/connection.ts";
import { auditedSystem } from "#core/audit/record.ts";
import { purgeableAt, type Tombstone } from "#core/deletion/tombstone.ts";
import { bindingOf } from "#core/dbt/binding-writes.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Clock, Ids } from "#core/ports/clock.ts";
import type { DbtStore } from "#core/ports/dbt-store.ts";
import type { DeletionStore } from "#core/ports/deletion-store.ts";
import type { PolicyStore } from "#core/ports/policy-store.ts";
import type { Log } from "#core/ports/log.ts";
import type { Committer, DataSourceStore } from "#core/ports/store.ts";
import type { DataSource } from "#core/sources/data-source.ts";

/** What a purge needs from outside. */
export interface PurgeDeps {
  readonly store: Committer &
    DeletionStore &
    Pick<DataSourceStore, "dataSourceExposures"> &
    Pick<PolicyStore, "policies"> &
    Pick<DbtStore, "binding">;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** So many tombstones are read at once. */
const readAtOnce = 50;

/** A sweep goes on to the next one for so long; what is left, the next sweep finds. */
const budgetMs = 60_000;

/**
 * Removes for good what was deleted more than 30 days ago, all but the audit records; returns how many data sources
 * that were. It may break off at any point and be done again: the header goes first, which a restoration that came
 * before forbids and one that comes after misses, and the tombstone last.
 */
export async function purgeDeleted(deps: PurgeDeps): Promise<number> {
  const { store, clock, log } = deps;
  const started = clock.now();
  let purged = 0;
  for (;;) {
    const found = await store.tombstonesUntil(purgeableAt(started), readAtOnce);
    let left = 0;
    for (const tombstone of found) {
      if (clock.now().getTime() - started.getTime() > budgetMs) return purged;
      try {
        await purge(deps, tombstone);
        purged += 1;
      } catch (error) {
        left += 1;
        log.warn("a deleted data source could not be purged; the next sweep tries again", {
          dataSourceId: tombstone.dataSourceId,
          error,
        });
      }
    }
    if (found.length < readAtOnce || left > 0) return purged;
  }
}

/** One of them. A tombstone of what is not deleted any more would be a mistake of ours; it alone goes. */
async function purge(deps: PurgeDeps, tombstone: Tombstone): Promise<void> {
  const { store, log } = deps;
  const { dataSourceId, deletedAt } = tombstone;
  const view = await store.deletedDataSource(dataSourceId, nobody);
  if (view?.dataSource.deletedAt === deletedAt) await removeHeader(deps, view.dataSource);
  // Without a header: after this purge's first step, or after one that broke off.
  const stands = view === null && (await store.dataSourceExposures([dataSourceId])).has(dataSourceId);
  const deletedAgain = view !== null && view.dataSource.deletedAt !== deletedAt;
  const removed = stands || deletedAgain ? 0 : await removeRest(deps, dataSourceId);
  await store.commit([{ write: "remove", kind: "tombstone", record: tombstone }]);
  log.info("a deleted data source is purged", { dataSourceId, removed });
}

/** What lies with it and, elsewhere, the policies that were its own; how much that was. */
async function removeRest({ store }: PurgeDeps, dataSourceId: string): Promise<number> {
  const policies = (await store.policies()).filter((policy) => policy.dataSourceId === dataSourceId);
  for (const record of policies) await store.commit([{ write: "remove", kind: "policy", record }]);
  return policies.length + (await store.removeParts(dataSourceId));
}

async function removeHeader({ store, ids, clock }: PurgeDeps, record: DataSource): Promise<void> {
  // From here on it is nothing that a run of dbt could bring back.
  const binding = await bindingOf(store, record);
  await store.commit([
    {
      write: "remove",
      kind: "data-source",
      record,
      otherwise: new DomainError("version-mismatch", "It was restored meanwhile."),
    },
    auditedSystem(ids, clock.now(), ids.next("request"), {
      action: "data-source:purge",
      resource: { type: "data-source", id: record.id },
      details: { before: { name: record.name, remote: record.remote, deletedAt: record.deletedAt } },
    }),
    ...(binding?.deleted === true
      ? [{ write: "remove", kind: "dbt-binding", record: binding } as const]
      : []),
  ]);
}
