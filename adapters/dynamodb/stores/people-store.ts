import { EntityFormatter } from "dynamodb-toolbox/entity/actions/format";
import { defaultSettings } from "#core/settings/settings.ts";
import { noFacts } from "#core/people/user-facts.ts";
import type { PeopleStore, SettingsStore } from "#core/ports/store.ts";
import { guardItem } from "../items/ledger.ts";
import { keys, keyText } from "../keys.ts";
import { read, readOr } from "../records.ts";
import { getItem, getItems, type RawItem, type TableRef } from "../requests.ts";
import type { KeptDirectory } from "./kept-directory.ts";

const guardOwnerIn = (item: RawItem): string => guardItem.build(EntityFormatter).format(item).owner;

/** Keys, users and settings. */
export const peopleStore = (ref: TableRef, kept: KeptDirectory): PeopleStore & SettingsStore => ({
  apiKey: async (keyId) => readOr(read["api-key"], await getItem(ref, keys.apiKey(keyId))),
  async person(userId) {
    const [user, facts] = [keys.user(userId), keys.userFacts(userId)];
    const items = await getItems(ref, [user, facts, ...kept.heads]);
    const found = readOr(read.user, items.get(keyText(user)));
    if (found === null) return null;
    return {
      user: found,
      facts: readOr(read["user-facts"], items.get(keyText(facts))) ?? noFacts(userId),
      directory: await kept.asOf(items),
    };
  },
  async people(userIds) {
    const wanted = userIds.flatMap((id) => [keys.user(id), keys.userFacts(id)]);
    const items = await getItems(ref, [...wanted, ...kept.heads]);
    const directory = await kept.asOf(items);
    return new Map(
      userIds.flatMap((id) => {
        const user = readOr(read.user, items.get(keyText(keys.user(id))));
        if (user === null) return [];
        const facts = readOr(read["user-facts"], items.get(keyText(keys.userFacts(id)))) ?? noFacts(id);
        return [[id, { user, facts, directory }]];
      }),
    );
  },
  user: async (userId) => readOr(read.user, await getItem(ref, keys.user(userId))),
  async identity(issuer, subject) {
    const guard = keys.guard({ guard: "identity", issuer, subject });
    const items = await getItems(ref, [guard, ...kept.heads]);
    return {
      userId: readOr(guardOwnerIn, items.get(keyText(guard))),
      directory: await kept.asOf(items),
    };
  },
  directory: async () => await kept.asOf(await getItems(ref, kept.heads)),
  settings: async () => readOr(read.settings, await getItem(ref, keys.settings())) ?? defaultSettings,
});
