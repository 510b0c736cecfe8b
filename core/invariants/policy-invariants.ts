import type { Census } from "./census.ts";
import { finding, type Finding } from "./finding.ts";

/** The terms of a data source are stated by an active policy of its own, where any is named. */
function* statedSources(census: Census): Iterable<Finding> {
  for (const [id, { statedBy }] of census.dataSources) {
    const policy = census.policies.get(statedBy ?? "");
    if (statedBy === null || (policy?.dataSourceId === id && policy.state === "active")) continue;
    const detail = `its terms are stated by ${statedBy}, which is no active policy of its own`;
    yield finding("policy-states-its-terms", id, detail);
  }
}

/** An active policy of one data source states its terms. */
function* statingPolicies(census: Census): Iterable<Finding> {
  for (const [id, { dataSourceId, state }] of census.policies) {
    if (dataSourceId === null) continue;
    const source = census.dataSources.get(dataSourceId);
    if (source === undefined) {
      // What has a tombstone still is being purged, its policies after it.
      if (census.tombstones.has(dataSourceId)) continue;
      yield finding("nothing-without-its-data-source", id, `it is about ${dataSourceId}, which is not there`);
    } else if (state === "active" && source.statedBy !== id) {
      const detail = `it is active, and does not state the terms of ${dataSourceId}`;
      yield finding("policy-states-its-terms", id, detail);
    }
  }
}

/** Policies are of data sources and tags that are there; active ones of one data source state its terms. */
export function* policyInvariants(census: Census): Iterable<Finding> {
  yield* statedSources(census);
  yield* statingPolicies(census);
  for (const [id, { tagIds }] of census.policies) {
    for (const tagId of tagIds.filter((one) => !census.tags.has(one))) {
      yield finding("tag-stands", id, `it uses the tag ${tagId}, which is gone`);
    }
  }
}
