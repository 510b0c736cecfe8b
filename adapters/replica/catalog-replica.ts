import type {
  CatalogDelta,
  CatalogDeltas,
  CatalogEntry,
  CatalogFacets,
  CatalogFilters,
  CatalogIndex,
  CatalogPosition,
  CatalogQuery,
} from "#core/ports/catalog-index.ts";
import type { Clock } from "#core/ports/clock.ts";
import { isListed, listKeys } from "./known.ts";
import { Replica } from "./replica.ts";
import { countsOf, pageOf } from "./select-rows.ts";

/**
 * A delta's id is made before its commit, so that an older id can turn up later; no commit takes longer than this.
 * That holds for each shard of them, because what is settled is told by the time of the read, which is one for all.
 */
const overlapMs = 60_000;

/**
 * The catalog's list as a replica: each time it is asked, it first reads the deltas that were committed since.
 * Applying a delta twice changes nothing, because every part has a version; so it always looks back a little
 * further than it had seen.
 */
export class CatalogReplica implements CatalogIndex {
  private replica: Replica | null = null;
  /** The last delta before which no other can turn up any more. */
  private settled: string | null = null;
  private readonly deltas: CatalogDeltas;
  private readonly clock: Clock;
  private catchingUp: Promise<Replica> | null = null;

  constructor(deltas: CatalogDeltas, clock: Clock) {
    this.deltas = deltas;
    this.clock = clock;
  }

  async page(
    query: CatalogQuery,
  ): Promise<{ readonly entries: readonly CatalogEntry[]; readonly next: CatalogPosition | null }> {
    const replica = await this.catchUp();
    const { rows, more } = pageOf(replica, query);
    const entries = rows.flatMap(({ row, position }) => {
      const known = replica.database.shown(row);
      if (!isListed(known)) return [];
      return [
        { header: known.header, health: known.health, owners: known.owners?.principals ?? [], position },
      ];
    });
    return { entries, next: more ? (rows.at(-1)?.position ?? null) : null };
  }

  async carriesAny(tagIds: ReadonlySet<string>): Promise<boolean> {
    const { database } = await this.catchUp();
    const carried = (key: string): boolean => database.rows(key).length > 0;
    return [...tagIds].some((id) => carried(listKeys.tag(id)) || carried(listKeys.columnTag(id)));
  }

  async facets(filters: CatalogFilters): Promise<CatalogFacets> {
    return countsOf(await this.catchUp(), filters);
  }

  /** A caller waits for a read that began after it asked: one that was under way may have missed its own change. */
  private async catchUp(): Promise<Replica> {
    if (this.catchingUp !== null) await this.catchingUp.catch(() => {});
    this.catchingUp ??= this.readOn().finally(() => {
      this.catchingUp = null;
    });
    return await this.catchingUp;
  }

  private async readOn(): Promise<Replica> {
    const replica = (this.replica ??= Replica.empty());
    const askedAt = this.clock.now().getTime();
    const deltas = await this.deltas.since(this.settled);
    try {
      replica.apply(deltas.flatMap(({ changes }) => changes));
    } catch (error) {
      // It may have taken a part of them: it is made anew.
      this.replica = null;
      this.settled = null;
      replica.close();
      throw error;
    }
    this.settled = settledBy(deltas, askedAt) ?? this.settled;
    return replica;
  }
}

/** The last of the deltas before which no other can turn up any more, when they were asked for at this time. */
const settledBy = (deltas: readonly CatalogDelta[], askedAt: number): string | null =>
  deltas.findLast(({ at }) => Date.parse(at) < askedAt - overlapMs)?.id ?? null;
