import type { Census } from "./census.ts";
import { finding, type Finding } from "./finding.ts";

/** What of a deleted data source is purged one by one. */
const isPurged = ({ dataSources, tombstones }: Census, dataSourceId: string): boolean =>
  !dataSources.has(dataSourceId) && tombstones.has(dataSourceId);

const standsOnce = (due: readonly string[], found: readonly string[]): boolean =>
  due.length === 1 && found.length === 1 && due[0] === found[0];

/** Each thread stands where it says that it stands, there alone, and nothing stands there for nothing. */
export function* threadInvariants(census: Census): Iterable<Finding> {
  for (const [id, dataSourceId] of census.sourceOfThread) {
    const found = [...(census.threadPlaces.get(id) ?? [])];
    if (standsOnce([...(census.threads.get(id) ?? [])], found) || isPurged(census, dataSourceId)) continue;
    yield finding("thread-has-its-place", id, `it stands ${found.length} times, not once where it should`);
  }
}
