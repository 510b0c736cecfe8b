import {
  involvedIn,
  placeIn,
  placesOf,
  requestGuard,
  type AccessRequest,
} from "#core/access-requests/access-request.ts";
import { factsAtCommit, userAtCommit } from "#core/access/rights-at-commit.ts";
import { audited, auditedSystem } from "#core/audit/record.ts";
import type { Call } from "#core/call/call.ts";
import { staleAside, staleRead } from "#core/call/retry-conflict.ts";
import type { Caller } from "#core/people/caller.ts";
import type { Write } from "#core/ports/change.ts";
import type { SourceMembers } from "#core/ports/deletion-store.ts";
import type { Ids } from "#core/ports/clock.ts";
import type { DataSource } from "#core/sources/data-source.ts";

/** The writes of a new request. One that is pending holds its guard: who asks twice at once has asked once. */
export const creationWrites = (request: AccessRequest): readonly Write[] => [
  { write: "create", kind: "access-request", record: request },
  ...placesOf(request).map((record): Write => ({ write: "put", kind: "access-request-place", record })),
  ...(request.state === "pending"
    ? [
        {
          write: "claim",
          guard: requestGuard(request),
          owner: request.id,
          otherwise: staleAside(),
        } as const,
      ]
    : []),
];

/** The writes of a request's next version; what is decided holds no guard, and stands in the lists of who decided. */
export function changeWrites(before: AccessRequest, after: AccessRequest): readonly Write[] {
  const [had, has] = [involvedIn(before), involvedIn(after)];
  const place = (userId: string) => placeIn({ list: "user", userId }, after);
  const decided = before.state === "pending" && after.state !== "pending";
  return [
    {
      write: "replace",
      kind: "access-request",
      record: after,
      expected: before.version,
      otherwise: staleRead(),
    },
    ...had
      .filter((userId) => !has.includes(userId))
      .map((userId): Write => ({ write: "remove", kind: "access-request-place", record: place(userId) })),
    ...has
      .filter((userId) => !had.includes(userId))
      .map((userId): Write => ({ write: "put", kind: "access-request-place", record: place(userId) })),
    ...(decided ? leaving(before) : []),
  ];
}

const leaving = (request: AccessRequest): readonly Write[] => [
  { write: "remove", kind: "access-request-place", record: placeIn({ list: "pending" }, request) },
  { write: "release", guard: requestGuard(request), owner: request.id },
];

/**
 * Checks once more, when a decision commits, all that it rests on: these users with their permissions, groups and
 * attributes, the data source with its tags and its policy, and the policies that apply everywhere. Where any has changed, it is
 * looked at again.
 */
export function groundsAtCommit(
  users: readonly Caller[],
  dataSource: DataSource,
  { directory }: Pick<Caller, "directory">,
): readonly Write[] {
  const distinct = new Map(users.map((user) => [user.id, user]));
  return [
    ...[...distinct.values()].flatMap((user) => [
      userAtCommit(user, staleAside()),
      factsAtCommit(user, staleAside()),
    ]),
    { write: "require", kind: "data-source", record: dataSource, otherwise: staleAside() },
    { write: "require-directory", version: directory.version, otherwise: staleAside() },
  ];
}

/** Checks once more, when a decision commits, that no member of the data source has changed: an owner's right rests on that. */
export const rolesAtCommit = ({ stored }: { readonly stored: Pick<SourceMembers, "groups"> }): Write => ({
  write: "require",
  kind: "group-roles",
  record: stored.groups,
  otherwise: staleAside(),
});

/** The record of what was done about a request: it belongs to the data source. */
export const auditedRequest = (
  ids: Ids,
  at: Date,
  call: Pick<Call, "user" | "requestId">,
  action: string,
  request: AccessRequest,
  details: Readonly<Record<string, unknown>> = {},
): Write => audited(ids, at, call, entry(action, request, details));

/** The record of what became of a request that nobody decided. */
export const auditedSettlement = (ids: Ids, at: Date, request: AccessRequest): Write =>
  auditedSystem(
    ids,
    at,
    ids.next("request"),
    entry(request.state === "expired" ? "expire" : "cancel", request, {}),
  );

const entry = (
  action: string,
  { id, dataSourceId, requester, requestedBy, state }: AccessRequest,
  details: Readonly<Record<string, unknown>>,
) => ({
  action: `access-request:${action}`,
  resource: { type: "data-source", id: dataSourceId },
  details: { accessRequestId: id, requester, requestedBy, state, ...details },
});
