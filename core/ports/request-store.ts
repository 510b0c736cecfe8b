import type { AccessRequest, RequestList, RequestPlace } from "#core/access-requests/access-request.ts";

/** Requests for access. */
export interface AccessRequestStore {
  /** By id; those that are not there are absent. */
  accessRequests(ids: readonly string[]): Promise<ReadonlyMap<string, AccessRequest>>;
  /** The places in one list, newest first, from behind a request. */
  requestPlaces(of: RequestList, before: string | null, limit: number): Promise<readonly RequestPlace[]>;
  /** The oldest of those that nobody has decided, oldest first. */
  oldestPendingRequests(limit: number): Promise<readonly RequestPlace[]>;
}
