import { defaultSettings } from "#core/settings/settings.ts";
import type { PeopleStore, SettingsStore } from "#core/ports/store.ts";
import { keys } from "../keys.ts";
import { read, readOr } from "../records.ts";
import { getItem, type TableRef } from "../requests.ts";

/** Keys, users and settings. */
export const peopleStore = (ref: TableRef): PeopleStore & SettingsStore => ({
  apiKey: async (keyId) => readOr(read["api-key"], await getItem(ref, keys.apiKey(keyId))),
  user: async (userId) => readOr(read.user, await getItem(ref, keys.user(userId))),
  settings: async () => readOr(read.settings, await getItem(ref, keys.settings())) ?? defaultSettings,
});
