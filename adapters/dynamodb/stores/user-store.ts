import { emptyRing } from "#core/people/keys/key-ring.ts";
import type { UserStore } from "#core/ports/user-store.ts";
import { keys } from "../keys.ts";
import { read, readOr } from "../records.ts";
import { getItem, queryItems, type TableRef } from "../requests.ts";

/** Users as they are managed: their places lie together, all else with each of them. */
export const userStore = (ref: TableRef): UserStore => ({
  async userPlaces(after, limit) {
    const found = await queryItems(ref, {
      partition: "USERS",
      limit,
      ...(after === null ? {} : { range: { gt: after } }),
    });
    const items = found.map(read["user-place"]);
    return { items, next: items.length < limit ? null : (items.at(-1)?.userId ?? null) };
  },
  administrators: async () => readOr(read.administrators, await getItem(ref, keys.administrators())),
  keyRing: async (userId) =>
    readOr(read["key-ring"], await getItem(ref, keys.keyRing(userId))) ?? emptyRing(userId),
  invitation: async (userId) => readOr(read.invitation, await getItem(ref, keys.invitation(userId))),
});
