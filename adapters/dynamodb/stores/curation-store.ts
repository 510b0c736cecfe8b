import type { DocumentationStore } from "#core/ports/curation-store.ts";
import { keys } from "../keys.ts";
import { read, readOr } from "../records.ts";
import { getItem, queryItems, type TableRef } from "../requests.ts";

/** What people write about data sources beside what stands in the header: each in the data source's partition. */
export const curationStore = (ref: TableRef): DocumentationStore => ({
  async documentationVersions(dataSourceId, before, limit) {
    const { pk, sk: first } = keys.documentationVersion(dataSourceId, 0);
    const { sk: last } = keys.documentationVersion(dataSourceId, 9_999_999_999);
    const found = await queryItems(ref, {
      partition: pk,
      reverse: true,
      limit,
      range: { between: [first, last] },
      after: before === null ? undefined : keys.documentationVersion(dataSourceId, before).sk,
    });
    return found.map(read["documentation-version"]);
  },
  documentationVersion: async (dataSourceId, number) =>
    readOr(
      read["documentation-version"],
      await getItem(ref, keys.documentationVersion(dataSourceId, number)),
    ),
});
