import type { CatalogIndex } from "#core/ports/catalog-index.ts";
import type { Clock, Ids } from "#core/ports/clock.ts";
import type { Cursors } from "#core/ports/cursors.ts";
import type { PolicyStore } from "#core/ports/policy-store.ts";
import type { Committer, DataSourceStore, SettingsStore, TagStore } from "#core/ports/store.ts";

/** What the operations on policies need from outside. */
export interface PolicyDeps {
  readonly store: Committer & PolicyStore & TagStore & SettingsStore & DataSourceStore;
  readonly index: Pick<CatalogIndex, "owned">;
  readonly cursors: Cursors;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** How many policies there may be, staged and active: all of them are read where one is looked for. */
export const maxPolicies = 1_000;
