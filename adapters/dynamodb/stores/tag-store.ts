import { EntityFormatter } from "dynamodb-toolbox/entity/actions/format";
import type { Guard } from "#core/ports/change.ts";
import type { TagStore } from "#core/ports/store.ts";
import { TagTree } from "#core/tags/tag-tree.ts";
import { tagTreeItem } from "../items/catalog.ts";
import { guardItem } from "../items/ledger.ts";
import { keys, keyText } from "../keys.ts";
import { read } from "../records.ts";
import { getItem, getItems, queryItems, type TableRef } from "../requests.ts";

/** Who holds each of these guards, as far as anyone does; keys are places in the list. */
export async function guardOwners(
  ref: TableRef,
  guards: readonly Guard[],
): Promise<ReadonlyMap<number, string>> {
  const items = await getItems(ref, guards.map(keys.guard));
  const formatter = guardItem.build(EntityFormatter);
  return new Map(
    guards.flatMap((guard, index) => {
      const item = items.get(keyText(keys.guard(guard)));
      return item === undefined ? [] : [[index, formatter.format(item).owner] as const];
    }),
  );
}

/** How often the tags have changed. */
async function stateOf(ref: TableRef): Promise<{ readonly version: number; readonly deletions: number }> {
  const item = await getItem(ref, keys.tagTree());
  return item === null ? { version: 0, deletions: 0 } : tagTreeItem.build(EntityFormatter).format(item);
}

/**
 * Tags, all in one partition: there are thousands at most, and each is small. The tree that was read last is kept. Its
 * version is read before its tags, so that a change that comes between is read again, and never missed.
 */
export const tagStore = (ref: TableRef): TagStore => {
  let kept: TagTree | null = null;
  return {
    async tagTree() {
      const state = await stateOf(ref);
      if (kept?.version === state.version) return kept;
      const tree = new TagTree((await queryItems(ref, { partition: "TAGS" })).map(read.tag), state);
      // Of two reads at once the later one is kept.
      if (kept === null || kept.version < tree.version) kept = tree;
      return tree;
    },
  };
};
