import type { ThreadStore } from "#core/ports/thread-store.ts";
import { keys } from "../keys.ts";
import { read } from "../records.ts";
import { getItems, queryItems, type TableRef } from "../requests.ts";

/** Threads lie by themselves, found by their ids; their places lie with their data source. */
export const threadStore = (ref: TableRef): ThreadStore => ({
  async threads(ids) {
    const items = await getItems(ref, ids.map(keys.thread));
    return new Map([...items.values()].map(read.thread).map((thread) => [thread.id, thread]));
  },
  async threadPlaces(dataSourceId, after, limit) {
    const found = await queryItems(ref, {
      partition: `DS#${dataSourceId}`,
      reverse: true,
      limit,
      range: { between: ["FORUM#", "FORUM#~"] },
      after:
        after === null ? undefined : keys.threadPlace(dataSourceId, after.lastActivityAt, after.threadId).sk,
    });
    return found.map(read["thread-place"]);
  },
});
