import type { DispatchDeps } from "#core/jobs/dispatch.ts";
import type { CatalogIndex } from "#core/ports/catalog-index.ts";
import type { Ids } from "#core/ports/clock.ts";
import type { Cursors } from "#core/ports/cursors.ts";
import type { DbtStore } from "#core/ports/dbt-store.ts";
import type { PrincipalStore } from "#core/ports/principal-store.ts";
import type { Committer, ConnectionStore, DataSourceStore, PeopleStore } from "#core/ports/store.ts";

/** What the operations on groups, and the look-up of principals, need from outside. */
export interface GroupDeps extends DispatchDeps {
  readonly store: DispatchDeps["store"] &
    Committer &
    PeopleStore &
    PrincipalStore &
    ConnectionStore &
    Pick<DataSourceStore, "dataSource" | "dataSourceMemberships"> &
    Pick<DbtStore, "integrations">;
  readonly index: CatalogIndex;
  readonly cursors: Cursors;
  readonly ids: Ids;
}
