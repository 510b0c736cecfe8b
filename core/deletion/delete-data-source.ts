import type { Routes } from "#contracts/http/routes.ts";
import { audited } from "#core/audit/record.ts";
import type { UseCase } from "#core/call/call.ts";
import { demandVersion, retryConflict } from "#core/call/retry-conflict.ts";
import { tombstoneOf } from "#core/deletion/tombstone.ts";
import { domainRemovalOf } from "#core/health/remove-domains.ts";
import { bindingOf, layerAtEnd } from "#core/dbt/binding-writes.ts";
import { dispatch } from "#core/jobs/dispatch.ts";
import { relationPlace, type DataSource } from "#core/sources/data-source.ts";
import { dataSourceNameGuard, relationGuard } from "#core/sources/guards.ts";
import { readDataSource } from "#core/sources/read-data-source.ts";
import type { SourceDeps } from "#core/sources/source-deps.ts";
import { headerChange } from "#core/sources/update-data-source.ts";

/** Deletes softly: gone from every answer, its guards free, a tombstone kept for 30 days. */
export const deleteDataSource =
  (deps: SourceDeps): UseCase<Routes["deleteDataSource"]> =>
  ({ params }, call) =>
    retryConflict(call, async () => {
      const { store, ids, clock } = deps;
      const view = await readDataSource(store, call.user, params.dataSourceId, "data-source:delete");
      const before = view.dataSource;
      demandVersion(call, before.version);
      const { members } = await store.dataSourceMembers(before.id);
      const at = clock.now();
      const now = at.toISOString();
      const layer = layerAtEnd(before, await bindingOf(store, before), at);
      const after: DataSource = {
        ...layer.dataSource,
        deletedAt: now,
        updatedAt: now,
        version: before.version + 1,
      };
      const asked = { by: call.user.id, at, correlationId: call.requestId };
      const removal = await domainRemovalOf(store, ids, view, asked);
      await store.commit([
        ...removal.writes,
        ...headerChange(ids, at, before, after),
        ...layer.writes,
        { write: "release", guard: dataSourceNameGuard(before.name), owner: before.id },
        { write: "release", guard: relationGuard(relationPlace(before), before.remote), owner: before.id },
        { write: "create", kind: "tombstone", record: tombstoneOf(before, members, now, call.user.id) },
        audited(ids, at, call, {
          action: "data-source:delete",
          resource: { type: "data-source", id: before.id },
          details: {
            before: { name: before.name, connectionId: before.connectionId, remote: before.remote },
          },
        }),
      ]);
      await dispatch(deps, removal.job);
      return undefined;
    });
