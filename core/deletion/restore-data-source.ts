import { nobody } from "#core/connections/connection.ts";
import type { Routes } from "#contracts/http/routes.ts";
import { technologyContracts } from "#contracts/technologies/technology.ts";
import { authorize, can } from "#core/access/can.ts";
import { keptReply, type Call, type UseCase } from "#core/call/call.ts";
import { retryConflict, staleRead } from "#core/call/retry-conflict.ts";
import type { Connection } from "#core/connections/connection.ts";
import { compareRelation, type Comparison } from "#core/deletion/compare-relation.ts";
import { layerBack } from "#core/deletion/restore-layer.ts";
import { restoreWrites, restored } from "#core/deletion/restore-writes.ts";
import { purgeableAt } from "#core/deletion/tombstone.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { dispatch } from "#core/jobs/dispatch.ts";
import type { DataSourceView } from "#core/ports/store.ts";
import type { DataSource } from "#core/sources/data-source.ts";
import { givenRole } from "#core/sources/source-standing.ts";
import { readDataSource, sourceResource } from "#core/sources/read-data-source.ts";
import { showDataSource, showDataSourceWith } from "#core/sources/show-data-source.ts";
import { showOutline } from "#core/sources/show-outline.ts";
import type { SourceDeps } from "#core/sources/source-deps.ts";

/**
 * Brings a deleted data source back with all that lay with it, if its name and its table are free and its connection
 * is there. Where the table's kind, owner or columns are not those that it had, or cannot be looked at, it comes back
 * disabled, and an owner decides. One that is not deleted stays as it is. Who may restore it but not read it is told no more of it
 * than the list of deleted ones told them.
 */
export const restoreDataSource =
  (deps: SourceDeps): UseCase<Routes["restoreDataSource"]> =>
  async ({ params: { dataSourceId }, body }, call) => {
    const deleted = await restorable(deps, call, dataSourceId);
    if (deleted === null) return await asItIs(deps, call, dataSourceId);
    const comparison = await comparisonOf(deps, deleted.dataSource);
    return await retryConflict(call, async () => {
      const view = await restorable(deps, call, dataSourceId);
      if (view === null) return await asItIs(deps, call, dataSourceId);
      return await restore(deps, call, view, comparison, body?.name);
    });
  };

/** The data source, if it is deleted and the caller may restore it; null if it is not deleted. */
async function restorable(
  { store, clock }: SourceDeps,
  call: Call,
  dataSourceId: string,
): Promise<DataSourceView | null> {
  const view = await store.deletedDataSource(dataSourceId, call.user.principals);
  if (view === null) return null;
  const role = givenRole(view.memberships);
  authorize(call.user, "data-source:restore", { type: "deleted-data-source", role });
  const { deletedAt } = view.dataSource;
  if (deletedAt !== null && deletedAt <= purgeableAt(clock.now())) throw new DomainError("not-found");
  return view;
}

/** What was restored already is answered again, to who could have done it; nothing is known of others. */
async function asItIs({ store, clock }: SourceDeps, call: Call, dataSourceId: string) {
  const view = await readDataSource(store, call.user, dataSourceId, "data-source:delete");
  const result = await showDataSource(store, call.user, view);
  const kept = keptReply(call, 200, result, clock.now());
  if (kept !== undefined) await store.commit([], kept);
  return result;
}

async function comparisonOf(deps: SourceDeps, source: DataSource): Promise<Comparison> {
  const [connection, dictionary] = await Promise.all([
    standingConnection(deps, source),
    deps.store.deletedDictionary(source.id),
  ]);
  // Restored or purged meanwhile: reading it once more will tell.
  if (dictionary === null) return "not-comparable";
  // There is nothing to look at.
  if (connection === null) return "unchanged";
  return await compareRelation(deps, connection, source, dictionary.columns);
}

/** The connection, if it is still there and leads to the database that it led to; null for what never had one. */
async function standingConnection({ store }: SourceDeps, source: DataSource): Promise<Connection | null> {
  if (source.connectionId === null) return null;
  const view = await store.connection(source.connectionId, nobody);
  if (view === null) throw new DomainError("connection-gone");
  const { technology, config, closing } = view.connection;
  if (technologyContracts[technology].databaseOf(config) !== source.remote.database) {
    throw new DomainError("connection-gone", "The connection leads to another database now.");
  }
  if (closing) throw new DomainError("contention", "The connection is being deleted or moved.");
  return view.connection;
}

async function restore(
  deps: SourceDeps,
  call: Call,
  view: DataSourceView,
  comparison: Comparison,
  name: string | undefined,
) {
  const { store, clock } = deps;
  const at = clock.now();
  const connection = await standingConnection(deps, view.dataSource);
  const [members, dictionary, tree] = await Promise.all([
    store.dataSourceMembers(view.dataSource.id),
    store.deletedDictionary(view.dataSource.id),
    store.tagTree(),
  ]);
  if (dictionary === null) throw staleRead();
  const asked = { by: call.user.id, at, correlationId: call.requestId };
  const layer = await layerBack(store, view.dataSource, dictionary, asked);
  const { dataSource } = layer;
  const after = restored(
    deps.ids,
    asked,
    { ...view, ...layer.dictionary, dataSource, tree },
    comparison,
    name,
  );
  const shown = { ...view, ...after };
  const result = can(call.user, "data-source:read", sourceResource(call.user, shown))
    ? showDataSourceWith(tree, call.user, shown)
    : showOutline(call.user, shown);
  await store.commit(
    restoreWrites(deps.ids, asked, {
      before: view,
      layer,
      after,
      connection,
      members,
      tree,
      comparison,
    }),
    keptReply(call, 200, result, at),
  );
  await dispatch(deps, after.job);
  return result;
}
