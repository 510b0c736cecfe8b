import { placesOf, requestGuard } from "#core/access-requests/access-request.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { DeletionStore } from "#core/ports/deletion-store.ts";
import { keys } from "../keys.ts";
import { read, readOr } from "../records.ts";
import { deleteItems, getItems, keyOf, queryItems, type RawItem, type TableRef } from "../requests.ts";
import { readView, type PickDataSource } from "./data-source-store.ts";
import { noGroups } from "./member-store.ts";
import { readDictionary } from "./dictionary-store.ts";

/** A chunk of a dictionary may be 300 KB: of so many items at once the memory of a sweep has room. */
const removedAtOnce = 25;

/** A data source that is deleted. */
const deletedDataSource: PickDataSource = (item) => {
  const found = readOr(read["data-source"], item);
  return found === null || found.deletedAt === null ? null : found;
};

const partition = "DELETED";

/** Removes the requests for access whose places are among these items, each with what else leads to it. */
async function removeRequests(ref: TableRef, items: readonly RawItem[]): Promise<void> {
  const places = items
    .filter(({ kind }) => kind === "access-request-place")
    .map(read["access-request-place"]);
  const found = await getItems(
    ref,
    places.map(({ requestId }) => keys.accessRequest(requestId)),
  );
  const requests = [...found.values()].map(read["access-request"]);
  await deleteItems(
    ref,
    requests.flatMap((request) => [
      ...placesOf(request).map(({ of }) => keys.requestPlace(of, request.id)),
      ...(request.state === "pending" ? [keys.guard(requestGuard(request))] : []),
    ]),
  );
  await deleteItems(
    ref,
    requests.map(({ id }) => keys.accessRequest(id)),
  );
}

/** Deleted data sources lie where they lay; a tombstone of each lies with the others, in the order of their deletion. */
export const deletionStore = (ref: TableRef, clock: Clock): DeletionStore => ({
  async dataSourceMembers(dataSourceId) {
    const { pk, sk } = keys.groupRoles(dataSourceId);
    const found = await queryItems(ref, { partition: pk, range: { between: [sk, `${sk}#~`] } });
    const users = found.filter(({ kind }) => kind === "data-source-member").map(read["data-source-member"]);
    const [groups = noGroups(dataSourceId)] = found
      .filter(({ kind }) => kind === "group-roles")
      .map(read["group-roles"]);
    return { members: [...users, ...groups.members], groups };
  },
  deletedDataSource: (dataSourceId, principals) =>
    readView(ref, clock, deletedDataSource, dataSourceId, principals),
  deletedDictionary: (dataSourceId) => readDictionary(ref, deletedDataSource, dataSourceId),
  async tombstones(after, limit) {
    const found = await queryItems(ref, {
      partition,
      reverse: true,
      limit,
      after: after === null ? undefined : keys.tombstone(after.deletedAt, after.dataSourceId).sk,
    });
    return found.map(read.tombstone);
  },
  async tombstonesUntil(deletedAt, limit) {
    const { sk } = keys.tombstone(deletedAt, "~");
    return (await queryItems(ref, { partition, range: { lt: sk }, limit })).map(read.tombstone);
  },
  async removeParts(dataSourceId) {
    for (let removed = 0; ;) {
      const items = await queryItems(ref, { partition: `DS#${dataSourceId}`, limit: removedAtOnce });
      if (items.length === 0) return removed;
      // A thread lies elsewhere, and its place alone leads to it.
      const places = items.filter(({ kind }) => kind === "thread-place").map(read["thread-place"]);
      await deleteItems(
        ref,
        places.map(({ threadId }) => keys.thread(threadId)),
      );
      await removeRequests(ref, items);
      await deleteItems(ref, items.map(keyOf));
      removed += items.length;
    }
  },
});
