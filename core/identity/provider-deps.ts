import type { Clock, Ids } from "#core/ports/clock.ts";
import type { Cursors } from "#core/ports/cursors.ts";
import type { OidcIssuers } from "#core/ports/oidc-issuers.ts";
import type { SecretStore } from "#core/ports/secrets.ts";
import type { Committer, DataSourceStore, PeopleStore } from "#core/ports/store.ts";

/** What the operations on identity providers need from outside. */
export interface ProviderDeps {
  readonly store: Committer & PeopleStore & Pick<DataSourceStore, "guardOwner">;
  readonly secrets: SecretStore;
  readonly issuers: OidcIssuers;
  readonly cursors: Cursors;
  readonly clock: Clock;
  readonly ids: Ids;
}
