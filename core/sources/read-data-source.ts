import { authorize, can, type Action, type Resource } from "#core/access/can.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { User } from "#core/people/user.ts";
import type { DataSourceStore, DataSourceView } from "#core/ports/store.ts";

/** The data source, if the user may take the action on it; `not-found` if they may not know of it. */
export async function readDataSource(
  store: Pick<DataSourceStore, "dataSource">,
  user: User,
  dataSourceId: string,
  action: Action,
): Promise<DataSourceView> {
  const view = await store.dataSource(dataSourceId, user.id);
  if (view === null) throw new DomainError("not-found");
  authorize(user, action, sourceResource(view));
  return view;
}

/** What a decision about a data source needs to know of it. */
export const sourceResource = ({ dataSource, membership }: DataSourceView) =>
  ({ type: "data-source", role: membership?.role ?? null, status: dataSource.status }) as const;

type FactsStore = Pick<DataSourceStore, "dataSourceMemberships" | "dataSourceStatuses">;

/** The same for many at once, without reading them; what is not there is not in it. */
export async function sourceResources(
  store: FactsStore,
  { id: userId }: User,
  dataSourceIds: readonly string[],
): Promise<ReadonlyMap<string, Resource>> {
  const [roles, statuses] = await Promise.all([
    store.dataSourceMemberships(userId, dataSourceIds),
    store.dataSourceStatuses(dataSourceIds),
  ]);
  return new Map(
    [...statuses].map(([id, status]) => [
      id,
      { type: "data-source", role: roles.get(id)?.role ?? null, status },
    ]),
  );
}

/** Which of these data sources the user may read. */
export async function readableDataSources(
  store: FactsStore,
  user: User,
  dataSourceIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const resources = await sourceResources(store, user, dataSourceIds);
  const readable = [...resources].filter(([, resource]) => can(user, "data-source:read", resource));
  return new Set(readable.map(([id]) => id));
}
