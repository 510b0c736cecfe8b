import { placesOf, type AccessRequest } from "#core/access-requests/access-request.ts";

/** What the invariants need to know of an access request. */
export interface CountedRequest extends Pick<
  AccessRequest,
  "dataSourceId" | "requester" | "requestedBy" | "state"
> {
  /** The lists in which it should stand. */
  readonly places: readonly string[];
  readonly approvers: readonly string[];
}

/** Takes of a request what the invariants need. */
export const countedRequest = (request: AccessRequest): CountedRequest => ({
  dataSourceId: request.dataSourceId,
  requester: request.requester,
  requestedBy: request.requestedBy,
  state: request.state,
  places: placesOf(request).map(({ of }) => JSON.stringify(of)),
  approvers: request.approvals.map(({ by }) => by),
});
