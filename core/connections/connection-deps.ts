import type { Clock, Ids } from "#core/ports/clock.ts";
import type { Cursors } from "#core/ports/cursors.ts";
import type { DbtStore } from "#core/ports/dbt-store.ts";
import type { PrincipalStore } from "#core/ports/principal-store.ts";
import type { RemoteGateway } from "#core/ports/remote.ts";
import type { SecretStore } from "#core/ports/secrets.ts";
import type {
  Committer,
  ConnectionStore,
  DataSourceStore,
  JobStore,
  PeopleStore,
} from "#core/ports/store.ts";

/** What the operations on connections need from outside. */
export interface ConnectionDeps {
  readonly store: Committer &
    ConnectionStore &
    DataSourceStore &
    PeopleStore &
    Pick<PrincipalStore, "people" | "groupMembers" | "ownersLeft"> &
    Pick<JobStore, "lineHolds"> &
    Pick<DbtStore, "integrations">;
  readonly secrets: SecretStore;
  readonly remote: RemoteGateway;
  readonly cursors: Cursors;
  readonly clock: Clock;
  readonly ids: Ids;
}
