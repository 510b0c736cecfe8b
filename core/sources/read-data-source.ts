import { authorize, type Action } from "#core/access/can.ts";
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
