import { requestLapsesAfterDays, type AccessRequestState } from "#contracts/resources/access-request.ts";
import type { Principal } from "#core/connections/connection.ts";
import type { Guard } from "#core/ports/change.ts";
import type { ApproverKind } from "#core/subscriptions/subscription-policy.ts";

/** That somebody approved a request. */
export interface Approval {
  /** A user's id. */
  readonly by: string;
  readonly at: string;
  /** For which of the approvals that were required it counted when the request was last decided on. */
  readonly as: ApproverKind;
  /** As what they could approve then; it counts for what they still can. */
  readonly kinds: readonly ApproverKind[];
  /** When the access must end, as this approver wants it; what has passed is no approval any more. */
  readonly expiresAt: string | null;
}

/** That somebody asked for access to a data source, and what became of it. */
export interface AccessRequest {
  readonly id: string;
  readonly dataSourceId: string;
  /** As which version they knew the data source: one that was deleted and restored since is asked for anew. */
  readonly sourceVersion: number;
  /** What it was called then: all that is told of it to who may not know of it any more. */
  readonly dataSourceName: string;
  /** Who is to have access: a user, or a group of theirs. */
  readonly requester: Principal;
  /** The user who asked. */
  readonly requestedBy: string;
  readonly reason: string;
  /** ISO 8601, counted from the approval; null: for good. */
  readonly duration: string | null;
  readonly state: AccessRequestState;
  /** Whose approval it took by the policies as they were when it was last changed. */
  readonly required: readonly ApproverKind[];
  /** In the order in which they came. */
  readonly approvals: readonly Approval[];
  /** Who denied it, or approved it last; null where nobody had to, or nobody has. */
  readonly decidedBy: string | null;
  readonly decisionReason: string | null;
  /** When the access ends; null: never, or there is none. */
  readonly expiresAt: string | null;
  readonly createdAt: string;
  readonly version: number;
}

/** One of the lists in which a request stands: all that nobody has decided, a person's, or a data source's. */
export type RequestList =
  | { readonly list: "pending" }
  /** Those that they asked for or decided. */
  | { readonly list: "user"; readonly userId: string }
  | { readonly list: "data-source"; readonly dataSourceId: string };

/** Where a request stands. */
export interface RequestPlace {
  readonly requestId: string;
  readonly of: RequestList;
  /** What it is about: enough to pass over most that one may not see. */
  readonly dataSourceId: string;
  readonly requestedBy: string;
}

const dayMs = 86_400_000;

/** Whether nobody decided it in time. */
export const hasLapsed = ({ createdAt }: Pick<AccessRequest, "createdAt">, now: Date): boolean =>
  now.getTime() - Date.parse(createdAt) >= requestLapsesAfterDays * dayMs;

/** What decides, beside the request itself, whether it is still to be decided. */
export interface Surroundings {
  /** As which version the data source came back from its last deletion. */
  readonly restoredVersion: number;
  /** Whether who asked, and for whom, are both there. */
  readonly askersThere: boolean;
}

/** The state of a request as it is now: what is pending lapses, and ends with what it was asked of and with who asked. */
export function stateNow(
  request: Pick<AccessRequest, "state" | "createdAt" | "sourceVersion">,
  { restoredVersion, askersThere }: Surroundings,
  now: Date,
): AccessRequestState {
  if (request.state !== "pending") return request.state;
  if (request.sourceVersion < restoredVersion || !askersThere) return "cancelled";
  return hasLapsed(request, now) ? "expired" : "pending";
}

/** Held by a request for as long as it is pending: nobody has two for one data source. */
export const requestGuard = ({
  dataSourceId,
  requester,
}: Pick<AccessRequest, "dataSourceId" | "requester">): Guard => ({
  guard: "access-request",
  dataSourceId,
  requester,
});

/** A request's place in a list. */
export const placeIn = (
  of: RequestList,
  { id, dataSourceId, requestedBy }: Pick<AccessRequest, "id" | "dataSourceId" | "requestedBy">,
): RequestPlace => ({ requestId: id, of, dataSourceId, requestedBy });

/** Whose lists a request stands in: who asked, and whoever had a say. */
export const involvedIn = ({ requestedBy, approvals, decidedBy }: AccessRequest): readonly string[] => [
  ...new Set([requestedBy, ...approvals.map(({ by }) => by), ...(decidedBy === null ? [] : [decidedBy])]),
];

/** Every place at which a request stands. */
export const placesOf = (request: AccessRequest): readonly RequestPlace[] => [
  placeIn({ list: "data-source", dataSourceId: request.dataSourceId }, request),
  ...involvedIn(request).map((userId) => placeIn({ list: "user", userId }, request)),
  ...(request.state === "pending" ? [placeIn({ list: "pending" }, request)] : []),
];
