import type { AccessRequestStore } from "#core/ports/request-store.ts";
import { keys, requestListKeys } from "../keys.ts";
import { read } from "../records.ts";
import { getItems, queryItems, type TableRef } from "../requests.ts";

/** Requests for access lie by themselves, found by their ids; their places lie in lists. */
export const requestStore = (ref: TableRef): AccessRequestStore => ({
  async accessRequests(ids) {
    const items = await getItems(ref, ids.map(keys.accessRequest));
    return new Map([...items.values()].map(read["access-request"]).map((request) => [request.id, request]));
  },
  async requestPlaces(of, before, limit) {
    const { partition, prefix } = requestListKeys(of);
    const found = await queryItems(ref, {
      partition,
      reverse: true,
      limit,
      // Every id lies between `!` and `~`.
      range: { between: [`${prefix}!`, `${prefix}~`] },
      after: before === null ? undefined : `${prefix}${before}`,
    });
    return found.map(read["access-request-place"]);
  },
  async oldestPendingRequests(limit) {
    const { partition } = requestListKeys({ list: "pending" });
    return (await queryItems(ref, { partition, limit })).map(read["access-request-place"]);
  },
});
