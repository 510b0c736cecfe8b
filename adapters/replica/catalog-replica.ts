import { foldName } from "#core/names/fold.ts";
import type {
  CatalogChange,
  CatalogDeltas,
  CatalogEntry,
  CatalogIndex,
  CatalogPosition,
  CatalogQuery,
  CatalogSort,
  HeaderDocument,
  HealthDocument,
} from "#core/ports/catalog-index.ts";
import type { Clock } from "#core/ports/clock.ts";

/** One data source as its deltas describe it so far; parts may arrive in any order. */
interface Known {
  readonly header: HeaderDocument | null;
  readonly health: HealthDocument | null;
  readonly owners: NonNullable<CatalogChange["owners"]> | null;
  readonly columnTags: NonNullable<CatalogChange["columnTags"]> | null;
  /** The header version at which it was deleted; nothing older brings it back. */
  readonly deletedAt: number;
}

const unknown: Known = { header: null, health: null, owners: null, columnTags: null, deletedAt: 0 };

const newer = <T extends { readonly version: number }>(known: T | null, given: T | undefined): T | null =>
  given !== undefined && (known === null || given.version > known.version) ? given : known;

/** Code point order, the same everywhere, whatever the locale. */
const before = (a: CatalogPosition, b: CatalogPosition): number => {
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  return a.id < b.id ? -1 : Number(a.id > b.id);
};

/** A delta's id is made before its commit, so that an older id can turn up later; no commit takes longer than this. */
const overlapMs = 60_000;

/**
 * The catalog's list as a replica in memory: it starts empty and, each time it is asked, first reads the
 * deltas that were committed since. Applying a delta twice changes nothing, because every part has a
 * version; so it always looks back a little further than it had seen.
 */
export class CatalogReplica implements CatalogIndex {
  private readonly known = new Map<string, Known>();
  /** All that can be listed, in each order that was asked for. */
  private readonly sorted = new Map<CatalogSort, CatalogEntry[]>();
  /** The last delta before which no other can turn up any more. */
  private settled: string | null = null;
  private readonly deltas: CatalogDeltas;
  private readonly clock: Clock;
  private catchingUp: Promise<void> | null = null;

  constructor(deltas: CatalogDeltas, clock: Clock) {
    this.deltas = deltas;
    this.clock = clock;
  }

  async page({ sort, limit, after, accepts }: CatalogQuery) {
    await this.catchUp();
    const entries = this.entries(sort);
    const page: CatalogEntry[] = [];
    for (let index = firstAfter(entries, after); index < entries.length; index += 1) {
      const entry = entries[index];
      if (entry === undefined || !accepts(entry)) continue;
      if (page.length === limit) return { entries: page, next: page.at(-1)?.position ?? null };
      page.push(entry);
    }
    return { entries: page, next: null };
  }

  async carriesAny(tagIds: ReadonlySet<string>) {
    await this.catchUp();
    return [...this.known.values()].some(({ header, columnTags, deletedAt }) => {
      if (header === null || header.version <= deletedAt) return false;
      return [...header.tagIds, ...(columnTags?.tagIds ?? [])].some((id) => tagIds.has(id));
    });
  }

  /** A caller waits for a read that began after it asked: one that was under way may have missed its own change. */
  private async catchUp(): Promise<void> {
    if (this.catchingUp !== null) await this.catchingUp.catch(() => {});
    this.catchingUp ??= this.readOn().finally(() => {
      this.catchingUp = null;
    });
    await this.catchingUp;
  }

  private async readOn(): Promise<void> {
    const deltas = await this.deltas.since(this.settled);
    for (const { changes } of deltas) for (const change of changes) this.apply(change);
    const horizon = this.clock.now().getTime() - overlapMs;
    this.settled = deltas.findLast(({ at }) => Date.parse(at) < horizon)?.id ?? this.settled;
  }

  private apply(change: CatalogChange): void {
    const known = this.known.get(change.dataSourceId) ?? unknown;
    const header = newer(known.header, change.header);
    const health = newer(known.health, change.health);
    const owners = newer(known.owners, change.owners);
    const columnTags = newer(known.columnTags, change.columnTags);
    const deletedAt = Math.max(known.deletedAt, change.deleted?.version ?? 0);
    const same =
      header === known.header &&
      health === known.health &&
      owners === known.owners &&
      columnTags === known.columnTags &&
      deletedAt === known.deletedAt;
    if (same) return;
    const now = { header, health, owners, columnTags, deletedAt };
    this.known.set(change.dataSourceId, now);
    for (const [sort, entries] of this.sorted) move(entries, entryOf(known, sort), entryOf(now, sort));
  }

  private entries(sort: CatalogSort): readonly CatalogEntry[] {
    const kept = this.sorted.get(sort);
    if (kept !== undefined) return kept;
    const entries = [...this.known.values()].flatMap((known) => entryOf(known, sort) ?? []);
    entries.sort((a, b) => before(a.position, b.position));
    this.sorted.set(sort, entries);
    return entries;
  }
}

/** A data source as it is listed, or null while it is not. */
function entryOf({ header, health, owners, deletedAt }: Known, sort: CatalogSort): CatalogEntry | null {
  if (header === null || health === null || header.version <= deletedAt) return null;
  return { header, health, owners: owners?.principals ?? [], position: positionOf(header, sort) };
}

/** Puts an entry where it belongs in the order, in place of what it was. */
function move(entries: CatalogEntry[], old: CatalogEntry | null, made: CatalogEntry | null): void {
  if (old !== null) entries.splice(firstAfter(entries, old.position) - 1, 1);
  if (made !== null) entries.splice(firstAfter(entries, made.position), 0, made);
}

/** Where the entries behind a position begin. */
function firstAfter(entries: readonly CatalogEntry[], after: CatalogPosition | null): number {
  if (after === null) return 0;
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = entries[middle];
    if (entry !== undefined && before(entry.position, after) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function positionOf({ id, name, createdAt }: HeaderDocument, sort: CatalogSort): CatalogPosition {
  switch (sort) {
    case "name":
      return { key: foldName(name), id };
    case "-createdAt":
      return { key: descending(createdAt), id };
  }
}

/** A key that sorts the other way round: RFC 3339 times consist of few characters, each of which is mirrored. */
const descending = (time: string): string => time.replaceAll(/\d/g, (digit) => String(9 - Number(digit)));
