import { EntityFormatter } from "dynamodb-toolbox/entity/actions/format";
import { foldName } from "#core/names/fold.ts";
import type { Guard } from "#core/ports/change.ts";
import type { TagStore } from "#core/ports/store.ts";
import type { Tag } from "#core/tags/tag.ts";
import { guardItem } from "../items/ledger.ts";
import { keys, keyText } from "../keys.ts";
import { read } from "../records.ts";
import { getItems, queryItems, type TableRef } from "../requests.ts";

const nameGuard = (name: string): Guard => ({ guard: "tag-name", name });

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

async function tagsById(ref: TableRef, ids: readonly string[]): Promise<ReadonlyMap<string, Tag>> {
  const items = await getItems(ref, ids.map(keys.tag));
  return new Map([...items.values()].map(read.tag).map((tag) => [tag.id, tag]));
}

/** Tags, all in one partition: there are thousands at most, and each is small. */
export const tagStore = (ref: TableRef): TagStore => ({
  tagsById: (ids) => tagsById(ref, ids),
  async tagsByName(names) {
    const folded = [...new Set(names.map(foldName))];
    const owners = await guardOwners(ref, folded.map(nameGuard));
    const tags = await tagsById(ref, [...owners.values()]);
    const byName = new Map([...tags.values()].map((tag) => [foldName(tag.name), tag]));
    return new Map(
      names.flatMap((name) => {
        const tag = byName.get(foldName(name));
        return tag === undefined ? [] : [[name, tag] as const];
      }),
    );
  },
  async listTags(after, limit) {
    const found = await queryItems(ref, {
      partition: "TAGS",
      limit,
      ...(after === null ? {} : { range: { gt: after } }),
    });
    const items = found.map(read.tag);
    return { items, next: items.length < limit ? null : (items.at(-1)?.id ?? null) };
  },
});
