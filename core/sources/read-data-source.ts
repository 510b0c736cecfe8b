import { authorize, can, type Action } from "#core/access/can.ts";
import type { Resource } from "#core/access/resource.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Caller } from "#core/people/caller.ts";
import type { DataSourceStore, DataSourceView } from "#core/ports/store.ts";
import { exposureOf, sourceResourceOf, standingOn } from "#core/sources/source-standing.ts";

/** The data source, if the user may take the action on it; `not-found` if they may not know of it. */
export async function readDataSource(
  store: Pick<DataSourceStore, "dataSource">,
  user: Caller,
  dataSourceId: string,
  action: Action,
): Promise<DataSourceView> {
  const view = await store.dataSource(dataSourceId, user.principals);
  if (view === null) throw new DomainError("not-found");
  authorize(user, action, sourceResource(user, view));
  return view;
}

/** What a decision about a data source needs to know of it. */
export const sourceResource = (
  user: Caller,
  { dataSource, memberships }: Pick<DataSourceView, "dataSource" | "memberships">,
) => sourceResourceOf(dataSource, standingOn(user, exposureOf(dataSource), memberships));

type FactsStore = Pick<DataSourceStore, "dataSourceMemberships" | "dataSourceExposures">;

/** The same for many at once, without reading them whole; what is not there is not in it. */
export async function sourceResources(
  store: FactsStore,
  user: Caller,
  dataSourceIds: readonly string[],
): Promise<ReadonlyMap<string, Resource>> {
  const [memberships, exposures] = await Promise.all([
    store.dataSourceMemberships(user.principals, dataSourceIds),
    store.dataSourceExposures(dataSourceIds),
  ]);
  return new Map(
    [...exposures].map(([id, exposure]) => [
      id,
      sourceResourceOf(exposure, standingOn(user, exposure, memberships.get(id) ?? [])),
    ]),
  );
}

/** Which of these data sources the user may read. */
export async function readableDataSources(
  store: FactsStore,
  user: Caller,
  dataSourceIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const resources = await sourceResources(store, user, dataSourceIds);
  const readable = [...resources].filter(([, resource]) => can(user, "data-source:read", resource));
  return new Set(readable.map(([id]) => id));
}
