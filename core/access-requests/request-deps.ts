import type { Clock, Ids } from "#core/ports/clock.ts";
import type { Cursors } from "#core/ports/cursors.ts";
import type { Log } from "#core/ports/log.ts";
import type { Store } from "#core/ports/store.ts";

/** What the operations on access requests need from outside. */
export interface AccessRequestDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly cursors: Cursors;
  readonly log: Log;
}
