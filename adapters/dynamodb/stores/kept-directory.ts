import { EntityFormatter } from "dynamodb-toolbox/entity/actions/format";
import { AccessDirectory } from "#core/access/directory.ts";
import { globalSubscriptions, needTags } from "#core/policies/global-subscriptions.ts";
import { defaultSettings } from "#core/settings/settings.ts";
import { tagTreeItem } from "../items/catalog.ts";
import { directoryItem } from "../items/people.ts";
import { keys, keyText, type Key } from "../keys.ts";
import { read, readOr } from "../records.ts";
import { getItem, queryItems, type RawItem, type TableRef } from "../requests.ts";

/** What was read last of groups, providers and policies, for as long as it stands. */
export interface KeptDirectory {
  /** What tells whether it does; read with something else, so that it costs no request. */
  readonly heads: readonly Key[];
  /** The directory as it was, or read anew, when the heads were read. */
  asOf(items: ReadonlyMap<string, RawItem>): Promise<AccessDirectory>;
}

/** How often what a head counts has changed. */
const versionIn = (
  items: ReadonlyMap<string, RawItem>,
  key: Key,
  format: (item: RawItem) => { readonly version: number },
): number => readOr(format, items.get(keyText(key)))?.version ?? 0;

const formatDirectory = (item: RawItem) => directoryItem.build(EntityFormatter).format(item);
const formatTags = (item: RawItem) => tagTreeItem.build(EntityFormatter).format(item);

/**
 * All in few partitions: there are at most a thousand of each. Heads are read before what they count, so that a change
 * that comes between is read again, and never missed.
 */
export const keptDirectory = (
  ref: TableRef,
  tagTree: () => Promise<Parameters<typeof globalSubscriptions>[1]>,
): KeptDirectory => {
  let kept: {
    readonly directory: AccessDirectory;
    readonly tags: number;
    readonly needsTags: boolean;
  } | null = null;
  const load = async (version: number, tags: number): Promise<AccessDirectory> => {
    const [settings, ...partitions] = await Promise.all([
      getItem(ref, keys.settings()),
      ...["GROUPS", "PROVIDERS", "POLICIES"].map((partition) => queryItems(ref, { partition })),
    ] as const);
    const [groups, providers, policies] = partitions;
    const all = (policies ?? []).map(read.policy);
    const needsTags = needTags(all);
    const directory = new AccessDirectory({
      version,
      groups: (groups ?? []).map(read.group),
      providers: (providers ?? []).map(read["identity-provider"]),
      subscriptions: globalSubscriptions(all, needsTags ? await tagTree() : null),
      combination: (readOr(read.settings, settings) ?? defaultSettings).subscriptionCombination,
    });
    // Of two reads at once the later one is kept.
    if (kept === null || kept.directory.version <= version) kept = { directory, tags, needsTags };
    return directory;
  };
  return {
    heads: [keys.directory(), keys.tagTree()],
    async asOf(items) {
      const version = versionIn(items, keys.directory(), formatDirectory);
      const tags = versionIn(items, keys.tagTree(), formatTags);
      const stands =
        kept !== null && kept.directory.version === version && (!kept.needsTags || kept.tags === tags);
      return stands && kept !== null ? kept.directory : await load(version, tags);
    },
  };
};
