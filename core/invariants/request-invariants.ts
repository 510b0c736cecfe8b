import type { Census } from "./census.ts";
import { finding, type Finding } from "./finding.ts";

/** In which lists a request is missing, and in which it stands for nothing. */
function* misplaced(census: Census, id: string, due: readonly string[]): Iterable<Finding> {
  const found = census.requestPlaces.get(id) ?? new Set();
  for (const place of due) {
    if (!found.has(place)) {
      yield finding("access-request-stands-in-its-lists", id, `it is missing in ${place}`);
    }
  }
  for (const place of found) {
    if (!due.includes(place)) {
      yield finding("access-request-stands-in-its-lists", id, `it stands in ${place} for nothing`);
    }
  }
}

/** An access request stands in every list that it belongs to and in no other; nobody approves their own, or twice. */
export function* requestInvariants(census: Census): Iterable<Finding> {
  for (const [id, { places, approvers, requestedBy, dataSourceId }] of census.accessRequests) {
    // What is purged goes bit by bit.
    if (census.dataSources.has(dataSourceId)) yield* misplaced(census, id, places);
    if (approvers.includes(requestedBy) || new Set(approvers).size < approvers.length) {
      const detail = `it was approved by ${approvers.join(", ")}`;
      yield finding("access-request-is-approved-by-others", id, detail);
    }
  }
  for (const [id, places] of census.requestPlaces) {
    if (census.accessRequests.has(id)) continue;
    const detail = `it is gone, and stands in ${[...places].join(", ")}`;
    yield finding("access-request-stands-in-its-lists", id, detail);
  }
}
