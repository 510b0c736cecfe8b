import type { CatalogIndex } from "#core/ports/catalog-index.ts";
import type { Clock, Ids } from "#core/ports/clock.ts";
import type { Cursors } from "#core/ports/cursors.ts";
import type { JobMessages } from "#core/ports/job-messages.ts";
import type { Log } from "#core/ports/log.ts";
import type { RemoteGateway } from "#core/ports/remote.ts";
import type { Store } from "#core/ports/store.ts";

/** What the operations on data sources need from outside. */
export interface SourceDeps {
  readonly store: Store;
  readonly remote: RemoteGateway;
  readonly index: CatalogIndex;
  readonly messages: JobMessages;
  readonly cursors: Cursors;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}
