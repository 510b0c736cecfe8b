import { can } from "#core/access/can.ts";
import type { Resource } from "#core/access/resource.ts";
import { stateNow, type AccessRequest } from "#core/access-requests/access-request.ts";
import { showRequest, type ShownRequest } from "#core/access-requests/show-request.ts";
import { whatItTakes } from "#core/access-requests/what-it-takes.ts";
import type { Caller } from "#core/people/caller.ts";
import type { DataSource, DataSourceMember } from "#core/sources/data-source.ts";
import { exposureOf, type sourceResourceOf } from "#core/sources/source-standing.ts";
import type { ApproverKind } from "#core/subscriptions/subscription-policy.ts";

type RequestResource = Extract<Resource, { readonly type: "access-request" }>;

/** What is around a request. */
export interface Around {
  readonly dataSource: DataSource;
  /** The data source as decisions about the caller take it. */
  readonly resource: ReturnType<typeof sourceResourceOf>;
  /** Who asked, as they stand now, and maybe others; by id. */
  readonly people: ReadonlyMap<string, Caller>;
  readonly now: Date;
}

/** A request as it stands for one caller. */
export interface Standing {
  readonly state: AccessRequest["state"];
  /** Whose approval it takes by the policies as they are now; null where it could not be made any more. */
  readonly takes: readonly ApproverKind[] | null;
  /** The same, or what it took last where nobody is asked for now, or it is decided. */
  readonly required: readonly ApproverKind[];
  readonly resource: RequestResource;
}

/** What a request has become by itself, and what it is to the caller. `holding` is what is stated about the requester, or everybody. */
export function requestStanding(
  user: Caller,
  request: AccessRequest,
  { dataSource, resource, people, now }: Around,
  holding: readonly DataSourceMember[] = [],
): Standing {
  const { requester, requestedBy } = request;
  const asker = people.get(requestedBy);
  const groupThere = requester.type === "user" || user.directory.group(requester.id) !== undefined;
  const takes = asker === undefined ? null : whatItTakes(asker, requester, exposureOf(dataSource), holding);
  const stillAsked = request.state === "pending" && takes !== null && takes.length > 0;
  const required = stillAsked ? takes : request.required;
  return {
    state: stateNow(request, { ...dataSource, askersThere: asker !== undefined && groupThere }, now),
    takes,
    required,
    resource: {
      type: "access-request",
      requestedBy,
      ofOwnGroup: requester.type === "group" && user.memberOf.some(({ id }) => id === requester.id),
      required,
      dataSource: resource,
    },
  };
}

/**
 * The request as a caller reads it. Who may not know of the data source any more, and does not decide, is told the name
 * that it had when it was asked for.
 */
export function showStanding(
  user: Caller,
  request: AccessRequest,
  { resource, ...standing }: Pick<Standing, "state" | "required" | "resource">,
  { dataSource, people }: Pick<Around, "dataSource" | "people">,
): ShownRequest {
  const knows =
    can(user, "data-source:discover", resource.dataSource) || can(user, "access-request:decide", resource);
  const { requester } = request;
  const named = requester.type === "user" ? people.get(requester.id) : user.directory.group(requester.id);
  return showRequest(
    request,
    // Who is gone has no name any more.
    { dataSource: knows ? dataSource.name : request.dataSourceName, requester: named?.name ?? "" },
    standing,
  );
}

/** The request, if the caller may see it. */
export function showFor(user: Caller, request: AccessRequest, around: Around): ShownRequest | null {
  const standing = requestStanding(user, request, around);
  return can(user, "access-request:read", standing.resource)
    ? showStanding(user, request, standing, around)
    : null;
}
