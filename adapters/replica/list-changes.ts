import { keysMayDiffer, keysOf, type Known } from "./known.ts";
import { changedKeys, type KnownMembers } from "./known-members.ts";
import type { RowChange } from "./row-list.ts";

/** What became known of a row. */
interface Learnt {
  readonly row: number;
  readonly before: Known;
  readonly after: Known;
  readonly members: { readonly before: KnownMembers; readonly after: KnownMembers };
}

/** What lists gain and lose, each once for all rows together. */
export function listChanges(learnt: readonly Learnt[]): ReadonlyMap<string, RowChange> {
  const changes = new Map<string, { added: number[]; removed: number[] }>();
  const changeOf = (key: string) => {
    const change = changes.get(key) ?? { added: [], removed: [] };
    changes.set(key, change);
    return change;
  };
  const move = (
    row: number,
    { added, removed }: Readonly<Record<"added" | "removed", readonly string[]>>,
  ) => {
    for (const key of added) changeOf(key).added.push(row);
    for (const key of removed) changeOf(key).removed.push(row);
  };
  for (const { row, before, after, members } of learnt) {
    move(row, changedKeys(members.before, members.after));
    if (!keysMayDiffer(before, after)) continue;
    const [old, now] = [keysOf(before), keysOf(after)];
    move(row, {
      added: [...now].filter((key) => !old.has(key)),
      removed: [...old].filter((key) => !now.has(key)),
    });
  }
  return changes;
}
