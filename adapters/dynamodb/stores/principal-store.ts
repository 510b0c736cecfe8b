import { EntityFormatter } from "dynamodb-toolbox/entity/actions/format";
import type { StoredPerson } from "#core/people/caller.ts";
import { noFacts } from "#core/people/user-facts.ts";
import type { PrincipalStore } from "#core/ports/principal-store.ts";
import { ownersLeftItem } from "../items/people.ts";
import { keys, keyText } from "../keys.ts";
import { read, readOr } from "../records.ts";
import { getItem, getItems, queryItems, type TableRef } from "../requests.ts";
import type { KeptDirectory } from "./kept-directory.ts";

/** Behind every word that begins in a way: the last code point there is. */
const last = "\u{10ffff}";

async function readPeople(ref: TableRef, kept: KeptDirectory, userIds: readonly string[]) {
  if (userIds.length === 0) return new Map<string, StoredPerson>();
  const items = await getItems(ref, [
    ...kept.heads,
    ...userIds.flatMap((id) => [keys.user(id), keys.userFacts(id)]),
  ]);
  const directory = await kept.asOf(items);
  return new Map(
    userIds.flatMap((id) => {
      const user = readOr(read.user, items.get(keyText(keys.user(id))));
      if (user === null) return [];
      const facts = readOr(read["user-facts"], items.get(keyText(keys.userFacts(id)))) ?? noFacts(id);
      return [[id, { user, facts, directory }] as const];
    }),
  );
}

/** What is asked of users and groups beside who calls. */
export const principalStore = (ref: TableRef, kept: KeptDirectory): PrincipalStore => ({
  people: (userIds) => readPeople(ref, kept, userIds),
  async groupMembers(groupId, after, limit) {
    const found = await queryItems(ref, {
      partition: `GRP#${groupId}`,
      limit,
      after: after === null ? undefined : keys.groupMember(groupId, after.userId, after.providerId).sk,
    });
    return found.map(read["group-member"]);
  },
  async principalWords(beginning, after, limit) {
    const found = await queryItems(ref, {
      partition: "PRINCIPALS",
      limit,
      after: after === null ? undefined : keys.principalWord(after.word, after.id).sk,
      ...(beginning === "" ? {} : { range: { between: [beginning, `${beginning}${last}`] } }),
    });
    return found.map(read["principal-word"]);
  },
  async ownersLeft() {
    const item = await getItem(ref, keys.ownersLeft());
    return readOr((found) => ownersLeftItem.build(EntityFormatter).format(found), item)?.version ?? 0;
  },
});
