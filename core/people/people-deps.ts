import type { DispatchDeps } from "#core/jobs/dispatch.ts";
import type { CatalogIndex } from "#core/ports/catalog-index.ts";
import type { Ids } from "#core/ports/clock.ts";
import type { Cursors } from "#core/ports/cursors.ts";
import type { KeyHasher } from "#core/ports/keys.ts";
import type { DbtStore } from "#core/ports/dbt-store.ts";
import type { PrincipalStore } from "#core/ports/principal-store.ts";
import type { Committer, PeopleStore, SettingsStore } from "#core/ports/store.ts";
import type { UserStore } from "#core/ports/user-store.ts";

/** What the operations on users, their keys and invitations need from outside. */
export interface PeopleDeps extends DispatchDeps {
  readonly store: DispatchDeps["store"] &
    Committer &
    PeopleStore &
    PrincipalStore &
    Pick<DbtStore, "integrations"> &
    SettingsStore &
    UserStore;
  readonly ids: Ids;
  readonly keys: KeyHasher;
  readonly cursors: Cursors;
  readonly index: CatalogIndex;
}
