import { foldName } from "#core/names/fold.ts";
import type { Tag, TagRecord } from "./tag.ts";

const inOrder = (a: Tag, b: Tag): number => {
  const [left, right] = [foldName(a.name), foldName(b.name)];
  if (left !== right) return left < right ? -1 : 1;
  return a.id < b.id ? -1 : Number(a.id > b.id);
};

/**
 * All tags as they stand at one moment, with their names. Names ignore case after NFC. A record whose parent is not there, or that stands below itself, is in no tree: it is left out.
 */
export class TagTree {
  /** Grows with every change of any tag. */
  readonly version: number;
  /** Grows when a tag begins to be deleted: who puts tags on something demands that none has since. */
  readonly deletions: number;
  private readonly tags: ReadonlyMap<string, Tag>;
  private readonly byName: ReadonlyMap<string, Tag>;
  private readonly below: ReadonlyMap<string | null, readonly Tag[]>;
  private sorted: readonly Tag[] | null = null;

  constructor(
    records: readonly TagRecord[],
    { version, deletions }: { readonly version: number; readonly deletions: number },
  ) {
    this.version = version;
    this.deletions = deletions;
    const named = namedTags(records);
    this.tags = new Map(named.map((tag) => [tag.id, tag]));
    this.byName = new Map(named.map((tag) => [foldName(tag.name), tag]));
    this.below = Map.groupBy(named, ({ parentId }) => parentId);
  }

  get(id: string): Tag | undefined {
    return this.tags.get(id);
  }

  /** The tag of a full name, any case. */
  find(name: string): Tag | undefined {
    return this.byName.get(foldName(name));
  }

  /** Every tag in the order of its name. */
  all(): readonly Tag[] {
    this.sorted ??= [...this.tags.values()].sort(inOrder);
    return this.sorted;
  }

  get size(): number {
    return this.tags.size;
  }

  /** All that stands below a tag, whatever the depth; what stands higher comes first. */
  descendants(id: string): readonly Tag[] {
    const found: Tag[] = [];
    for (let level = this.below.get(id) ?? []; level.length > 0;) {
      found.push(...level);
      level = level.flatMap((tag) => this.below.get(tag.id) ?? []);
    }
    return found;
  }
}

/** Each record with its full name; each name is made once, from the one above it. */
function namedTags(records: readonly TagRecord[]): readonly Tag[] {
  const below = Map.groupBy(records, ({ parentId }) => parentId);
  const named: Tag[] = [];
  let level = (below.get(null) ?? []).map((record): Tag => ({ ...record, name: record.segment }));
  while (level.length > 0) {
    named.push(...level);
    level = level.flatMap((parent) =>
      (below.get(parent.id) ?? []).map((record) => ({ ...record, name: `${parent.name}.${record.segment}` })),
    );
  }
  return named;
}
