import { isSamePrincipal } from "#core/people/same-principal.ts";
import type { AccessRequest } from "#core/access-requests/access-request.ts";
import { holdsAt } from "#core/access-requests/what-it-takes.ts";
import { memberWrites, type MemberChange } from "#core/members/member-writes.ts";
import type { Write } from "#core/ports/change.ts";
import type { Ids } from "#core/ports/clock.ts";
import type { SourceMembers } from "#core/ports/deletion-store.ts";
import type { DataSourceMember } from "#core/sources/data-source.ts";

/** What is granted, by whom, and until when. */
export interface Grant {
  readonly request: Pick<AccessRequest, "dataSourceId" | "requester">;
  readonly stored: SourceMembers;
  readonly at: Date;
  readonly by: string;
  readonly expiresAt: string | null;
}

/** What a grant comes to. */
export interface Granted {
  readonly writes: readonly Write[];
  /** When the access ends. */
  readonly expiresAt: string | null;
  readonly before: Pick<DataSourceMember, "role" | "expiresAt"> | null;
  readonly after: Pick<DataSourceMember, "role" | "expiresAt">;
}

/**
 * Makes the requester a subscriber. Who is more than that meanwhile stays what they are, and who has access for longer keeps
 * it. It excludes every other change of the data source's members, whether or not it changes one.
 */
export function grant(ids: Ids, given: Grant): Granted {
  const { request, stored, at } = given;
  const before =
    stored.members.find(({ principal }) => isSamePrincipal(principal, request.requester)) ?? null;
  const standing = before !== null && holdsAt(at, before) ? before : null;
  const after = granted(ids, given, standing);
  const changes: readonly MemberChange[] = after === before ? [] : [{ before, after }];
  return {
    writes: memberWrites(ids, at, stored, changes),
    expiresAt: after.expiresAt,
    before: standing === null ? null : { role: standing.role, expiresAt: standing.expiresAt },
    after: { role: after.role, expiresAt: after.expiresAt },
  };
}

function granted(
  ids: Ids,
  { request, at, by, expiresAt }: Grant,
  standing: DataSourceMember | null,
): DataSourceMember {
  if (standing?.role === "owner" || standing?.role === "expert") return standing;
  const isSubscriber = standing?.role === "subscriber";
  if (isSubscriber && !isLater(expiresAt, standing.expiresAt)) return standing;
  return {
    id: isSubscriber ? standing.id : ids.next("member"),
    dataSourceId: request.dataSourceId,
    principal: request.requester,
    role: "subscriber",
    expiresAt,
    addedBy: by,
    addedAt: at.toISOString(),
  };
}

/** Whether one end comes after another; what never ends comes last. */
const isLater = (one: string | null, other: string | null): boolean =>
  other !== null && (one === null || Date.parse(one) > Date.parse(other));
