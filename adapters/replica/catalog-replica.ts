import { foldName } from "#core/names/fold.ts";
import type {
  CatalogDelta,
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
  header: HeaderDocument | null;
  health: HealthDocument | null;
  owners: { readonly principals: readonly string[]; readonly version: number };
  /** The header version at which it was deleted; nothing older brings it back. */
  deletedAt: number;
}

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
  /** The last delta before which no other can turn up any more. */
  private settled: string | null = null;
  private readonly deltas: CatalogDeltas;
  private readonly clock: Clock;
  private catchingUp: Promise<void> | null = null;

  constructor(deltas: CatalogDeltas, clock: Clock) {
    this.deltas = deltas;
    this.clock = clock;
  }

  async page(query: CatalogQuery) {
    await this.catchUp();
    const entries = this.entries(query.sort).filter(
      (entry) => (query.after === null || before(query.after, entry.position) < 0) && query.accepts(entry),
    );
    const page = entries.slice(0, query.limit);
    return { entries: page, next: entries.length > page.length ? (page.at(-1)?.position ?? null) : null };
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
    for (const delta of deltas) this.apply(delta);
    const horizon = this.clock.now().getTime() - overlapMs;
    this.settled = deltas.findLast(({ at }) => Date.parse(at) < horizon)?.id ?? this.settled;
  }

  private apply(delta: CatalogDelta): void {
    const known = this.known.get(delta.dataSourceId) ?? {
      header: null,
      health: null,
      owners: { principals: [], version: 0 },
      deletedAt: 0,
    };
    known.header = newer(known.header, delta.header);
    known.health = newer(known.health, delta.health);
    known.owners = newer(known.owners, delta.owners) ?? known.owners;
    known.deletedAt = Math.max(known.deletedAt, delta.deleted?.version ?? 0);
    this.known.set(delta.dataSourceId, known);
  }

  private entries(sort: CatalogSort): readonly CatalogEntry[] {
    const entries: CatalogEntry[] = [];
    for (const { header, health, owners, deletedAt } of this.known.values()) {
      if (header === null || health === null || header.version <= deletedAt) continue;
      entries.push({ header, health, owners: owners.principals, position: positionOf(header, sort) });
    }
    return entries.sort((a, b) => before(a.position, b.position));
  }
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
