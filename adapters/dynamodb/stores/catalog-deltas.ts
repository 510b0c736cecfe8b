import { EntityFormatter } from "dynamodb-toolbox/entity/actions/format";
import type { CatalogChange, CatalogDelta, CatalogDeltas } from "#core/ports/catalog-index.ts";
import { deltaItem } from "../items/ledger.ts";
import { deltaPartitions } from "../keys.ts";
import { queryItems, type RawItem, type TableRef } from "../requests.ts";

/** What changed in the catalog, in the order of the deltas' ids: all shards at once. */
export const catalogDeltas = (ref: TableRef): CatalogDeltas => ({
  async since(after) {
    const range = after === null ? {} : { range: { gt: after } };
    const shards = await Promise.all(
      deltaPartitions.map((partition) => queryItems(ref, { partition, ...range })),
    );
    return shards
      .flat()
      .map(readDelta)
      .toSorted((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)));
  },
});

/** A delta of either shape. */
function readDelta(item: RawItem): CatalogDelta {
  const { id, at, changes, delta } = deltaItem.build(EntityFormatter).format(item);
  if (changes !== undefined && at !== undefined) {
    return { id, at, changes: JSON.parse(changes) as readonly CatalogChange[] };
  }
  const {
    id: _,
    at: then,
    ...change
  } = JSON.parse(delta ?? "{}") as CatalogChange & Omit<CatalogDelta, "changes">;
  return { id, at: then, changes: [change] };
}
