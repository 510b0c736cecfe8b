import { EntityFormatter } from "dynamodb-toolbox/entity/actions/format";
import type { CatalogDelta, CatalogDeltas } from "#core/ports/catalog-index.ts";
import { deltaItem } from "../items/ledger.ts";
import { queryItems, type TableRef } from "../requests.ts";

/** What changed in the catalog, in the order of the deltas' ids. */
export const catalogDeltas = (ref: TableRef): CatalogDeltas => ({
  async since(after) {
    const items = await queryItems(ref, {
      partition: "DELTAS",
      ...(after === null ? {} : { range: { gt: after } }),
    });
    const formatter = deltaItem.build(EntityFormatter);
    return items.map((item) => JSON.parse(formatter.format(item).delta) as CatalogDelta);
  },
});
