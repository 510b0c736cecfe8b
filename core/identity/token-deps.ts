import type { AccessTokens } from "#core/ports/access-tokens.ts";
import type { Clock, Ids } from "#core/ports/clock.ts";
import type { Log } from "#core/ports/log.ts";
import type { Committer, PeopleStore } from "#core/ports/store.ts";

/** What it takes to know people by what a provider says of them. */
export interface TokenDeps {
  readonly store: Pick<Committer, "commit"> & PeopleStore;
  readonly tokens: AccessTokens;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}
