import type { DispatchDeps } from "#core/jobs/dispatch.ts";
import type { Ids } from "#core/ports/clock.ts";
import type { Cursors } from "#core/ports/cursors.ts";
import type { DbtCloud } from "#core/ports/dbt-cloud.ts";
import type { SecretStore } from "#core/ports/secrets.ts";
import type { Store } from "#core/ports/store.ts";

/** What the operations on integrations need from outside. */
export interface IntegrationDeps extends DispatchDeps {
  readonly store: Store;
  readonly secrets: SecretStore;
  readonly cloud: DbtCloud;
  readonly cursors: Cursors;
  readonly ids: Ids;
}
