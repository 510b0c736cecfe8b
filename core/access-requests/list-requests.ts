import * as z from "zod";
import type { Routes } from "#contracts/http/routes.ts";
import { approverKindsOf } from "#core/access/can.ts";
import type { AccessRequest, RequestList, RequestPlace } from "#core/access-requests/access-request.ts";
import type { AccessRequestDeps } from "#core/access-requests/request-deps.ts";
import { showFor } from "#core/access-requests/show-for.ts";
import type { ShownRequest } from "#core/access-requests/show-request.ts";
import type { UseCase } from "#core/call/call.ts";
import { fillPage } from "#core/call/fill-page.ts";
import { callerOf, type Caller } from "#core/people/caller.ts";
import { exposureOf, sourceResourceOf, standingOn } from "#core/sources/source-standing.ts";

type Filters = Omit<Parameters<UseCase<Routes["listAccessRequests"]>>[0]["query"], "limit" | "cursor">;

/** The requests that the caller may see, newest first: their own, those that they decided, and those that they may decide. */
export const listAccessRequests =
  (deps: AccessRequestDeps): UseCase<Routes["listAccessRequests"]> =>
  ({ query: { limit, cursor, ...filters } }, { user }) => {
    const lists = listsFor(user, filters);
    const { mine, state } = filters;
    return fillPage(
      deps.cursors,
      `access-requests/${JSON.stringify(filters)}`,
      { limit, cursor },
      z.string(),
      {
        read: async (before, wanted) => {
          const places = await newestPlaces(deps, lists, before, wanted);
          const last = places.length === wanted ? places.at(-1) : undefined;
          const passing = places.filter(
            ({ requestedBy }) => mine === undefined || mine === (requestedBy === user.id),
          );
          const shown = await seen(deps, user, passing);
          return {
            items: shown.filter((one) => state === undefined || state.includes(one.state)),
            next: last?.requestId ?? null,
          };
        },
        positionOf: ({ id }) => id,
        show: (shown) => shown,
      },
    );
  };

/** What nobody decided may be pending, or be over by itself. */
const decided: ReadonlySet<AccessRequest["state"]> = new Set(["approved", "denied"]);

/** Where what is wanted stands. */
function listsFor({ id: userId }: Caller, { state, dataSourceId, mine }: Filters): readonly RequestList[] {
  if (dataSourceId !== undefined) {
    return [...new Set(dataSourceId)].map((id) => ({ list: "data-source", dataSourceId: id }));
  }
  const ofOthers = mine !== true && (state === undefined || state.some((one) => !decided.has(one)));
  return [{ list: "user", userId }, ...(ofOthers ? [{ list: "pending" } as const] : [])];
}

/** The next places of several lists together, newest first, each request once. */
async function newestPlaces(
  { store }: AccessRequestDeps,
  lists: readonly RequestList[],
  before: string | null,
  limit: number,
): Promise<readonly RequestPlace[]> {
  const found = await Promise.all(lists.map((of) => store.requestPlaces(of, before, limit)));
  const distinct = new Map(found.flat().map((place) => [place.requestId, place]));
  return [...distinct.values()].toSorted((a, b) => (a.requestId < b.requestId ? 1 : -1)).slice(0, limit);
}

/** The requests at these places that the caller may see, as they see them, in the same order. */
async function seen(
  { store, clock }: AccessRequestDeps,
  user: Caller,
  places: readonly RequestPlace[],
): Promise<readonly ShownRequest[]> {
  const sources = await sourcesOf(store, user, places);
  // Most of what others ask for is passed over before it is read.
  const near = places.filter(({ dataSourceId, requestedBy }) => {
    const source = sources.get(dataSourceId);
    return (
      source !== undefined && (requestedBy === user.id || approverKindsOf(user, source.resource).length > 0)
    );
  });
  const [requests, stored] = await Promise.all([
    store.accessRequests(near.map(({ requestId }) => requestId)),
    store.people([...new Set(near.map(({ requestedBy }) => requestedBy))]),
  ]);
  const now = clock.now();
  const people = new Map([...stored].map(([id, person]) => [id, callerOf(person, now)]));
  return near.flatMap(({ requestId, dataSourceId }) => {
    const [request, source] = [requests.get(requestId), sources.get(dataSourceId)];
    if (request === undefined || source === undefined) return [];
    return showFor(user, request, { ...source, people, now }) ?? [];
  });
}

/** The data sources that requests are about, with what the caller is to each; deleted ones are absent, and with them what was asked of them. */
async function sourcesOf(store: AccessRequestDeps["store"], user: Caller, places: readonly RequestPlace[]) {
  const ids = [...new Set(places.map(({ dataSourceId }) => dataSourceId))];
  const [headers, memberships] = await Promise.all([
    store.dataSourceHeaders(ids),
    store.dataSourceMemberships(user.principals, ids),
  ]);
  return new Map(
    [...headers].map(([id, dataSource]) => {
      const standing = standingOn(user, exposureOf(dataSource), memberships.get(id) ?? []);
      return [id, { dataSource, resource: sourceResourceOf(dataSource, standing) }] as const;
    }),
  );
}
