import { hasLapsed, stateNow, type AccessRequest } from "#core/access-requests/access-request.ts";
import { auditedSettlement, changeWrites } from "#core/access-requests/request-writes.ts";
import type { Clock, Ids } from "#core/ports/clock.ts";
import type { Log } from "#core/ports/log.ts";
import type { AccessRequestStore } from "#core/ports/request-store.ts";
import type { Committer, DataSourceStore } from "#core/ports/store.ts";

/** What settling needs from outside. */
export interface SettleDeps {
  readonly store: Committer & AccessRequestStore & Pick<DataSourceStore, "dataSourceHeaders">;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** So many are looked at at once. */
const readAtOnce = 50;

/** A sweep goes on for so long; what is left, the next one finds. */
const budgetMs = 60_000;

/** Stores what a pending request has become by itself, and frees its guard; its readers were told of it before. */
export async function settle(
  { store, clock, ids }: Omit<SettleDeps, "log">,
  before: AccessRequest,
  state: AccessRequest["state"],
): Promise<void> {
  const after: AccessRequest = { ...before, state, version: before.version + 1 };
  await store.commit([...changeWrites(before, after), auditedSettlement(ids, clock.now(), after)]);
}

/**
 * Settles the requests that nobody decided in time; returns how many. They are the oldest of what is pending, so that a
 * sweep that finds none reads no more than a page.
 */
export async function settleLapsedRequests(deps: SettleDeps): Promise<number> {
  const { store, clock } = deps;
  const started = clock.now().getTime();
  let settled = 0;
  for (;;) {
    const places = await store.oldestPendingRequests(readAtOnce);
    const requests = await store.accessRequests(places.map(({ requestId }) => requestId));
    const lapsed = [...requests.values()].filter((request) => hasLapsed(request, clock.now()));
    const done = await settleEach(deps, lapsed);
    settled += done;
    const more = places.length === readAtOnce && lapsed.length === places.length && done > 0;
    if (!more || clock.now().getTime() - started > budgetMs) return settled;
  }
}

/** Each by itself: one that somebody decides at this moment, or that fails, is left to the next sweep. */
async function settleEach(deps: SettleDeps, lapsed: readonly AccessRequest[]): Promise<number> {
  const headers = await deps.store.dataSourceHeaders(lapsed.map(({ dataSourceId }) => dataSourceId));
  let done = 0;
  for (const request of lapsed) {
    const header = headers.get(request.dataSourceId);
    const surroundings = { restoredVersion: header?.restoredVersion ?? Infinity, askersThere: true };
    try {
      await settle(deps, request, stateNow(request, surroundings, deps.clock.now()));
      done += 1;
    } catch (error) {
      deps.log.warn("a request that lapsed could not be settled; the next sweep tries again", {
        accessRequestId: request.id,
        error,
      });
    }
  }
  return done;
}
