import type { DocumentationStore, QueryStore } from "#core/ports/curation-store.ts";
import { keys } from "../keys.ts";
import { read, readOr } from "../records.ts";
import { getItem, queryItems, type TableRef } from "../requests.ts";

/** What people write about data sources beside what stands in the header: each in the data source's partition. */
export const curationStore = (ref: TableRef): DocumentationStore & QueryStore => ({
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
  async savedQueries(dataSourceId, after, limit) {
    // Every id lies between `!` and `~`.
    const [{ pk, sk: first }, { sk: last }] = [
      keys.savedQuery(dataSourceId, "!"),
      keys.savedQuery(dataSourceId, "~"),
    ];
    const found = await queryItems(ref, {
      partition: pk,
      limit,
      range: { between: [first, last] },
      after: after === null ? undefined : keys.savedQuery(dataSourceId, after).sk,
    });
    const items = found.map(read["saved-query"]);
    return { items, next: items.length < limit ? null : (items.at(-1)?.id ?? null) };
  },
  savedQuery: async (dataSourceId, queryId) =>
    readOr(read["saved-query"], await getItem(ref, keys.savedQuery(dataSourceId, queryId))),
  savedQueryNames: async (dataSourceId) =>
    readOr(read["saved-query-names"], await getItem(ref, keys.savedQueryNames(dataSourceId))) ?? {
      dataSourceId,
      names: [],
      version: 0,
    },
});
