import { DomainError } from "#core/errors/domain-error.ts";
import type { CatalogDeltas } from "#core/ports/catalog-index.ts";
import type { CatalogChange } from "#core/ports/catalog-index.ts";
import type {
  CatalogMaintenance,
  CompactionReport,
  SegmentPointer,
  SegmentPointers,
  SegmentRef,
} from "#core/ports/catalog-segments.ts";
import type { Clock, Ids } from "#core/ports/clock.ts";
import { loadReplica, type Loaded, type SegmentSource } from "./load-replica.ts";
import { Replica } from "./replica.ts";
import { writeSegment } from "./segment-files.ts";
import { settledBy } from "./settled.ts";

/** Deltas stay for so long after a replica could first have known that they will go: longer than any request takes. */
const quietMs = 5 * 60_000;
/** A segment that does not stand any more is kept for so long. */
const keptMs = 24 * 60 * 60_000;

/** A rebuild that takes longer than one compaction and the next has lost what was forgotten since. */
const mostMoves = 3;

/** What maintenance works with. */
export interface MaintenanceSources extends SegmentSource {
  readonly pointers: SegmentPointers;
  readonly deltas: CatalogDeltas;
  /** What the records themselves say, read from the whole table; parts without a version of their own have version 0. */
  readonly records: () => AsyncIterable<readonly CatalogChange[]>;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** What a new segment is made of, and how it follows on the pointer that stands. */
interface Next extends Loaded {
  readonly pointer: SegmentPointer | null;
  readonly epoch: number;
}

/**
 * Compaction: the segment that stands, with the deltas since, becomes the next one. Each step leaves all sound
 * where it ends there: a segment that nothing points at is removed a day later; the pointer moves by one
 * conditional write, and of two compactions one is overtaken; deltas go only when a pointer that says so has
 * stood for longer than any request, and the segment before it has them too.
 */
export class CatalogCompaction implements CatalogMaintenance {
  private readonly sources: MaintenanceSources;

  constructor(sources: MaintenanceSources) {
    this.sources = sources;
  }

  /** The segment is read also where nothing is new: one that is lost or broken is made anew before anybody misses it. */
  async compact(): Promise<CompactionReport> {
    const pointer = await this.sources.pointers.segmentPointer();
    const droppedDeltas = await this.drop(pointer);
    const start = pointer === null ? empty() : await loadReplica(this.sources, pointer);
    if (start === null) return await this.rebuild();
    try {
      const settled = await this.readOn(start);
      // One of an older shape would be converted by everybody who loads it.
      const stands = !start.replica.database.wasConverted;
      const unchanged = stands && (settled === null || settled === pointer?.current.watermark);
      const outcome = unchanged
        ? "unchanged"
        : await this.write({ pointer, replica: start.replica, settled, epoch: epochOf(pointer) });
      return { outcome, rebuilt: false, droppedDeltas, removedSegments: await this.clean() };
    } finally {
      start.replica.close();
    }
  }

  async rebuild(signal?: AbortSignal): Promise<CompactionReport> {
    const pointer = await this.sources.pointers.segmentPointer();
    // What is committed from here on is read as deltas above this: the table is no snapshot while it is read.
    const begin = { replica: Replica.empty(), settled: pointer?.floor ?? null };
    try {
      const settled = (await this.readOn(begin, false)) ?? pointer?.current.watermark ?? null;
      for await (const changes of this.sources.records()) {
        signal?.throwIfAborted();
        begin.replica.apply(changes);
      }
      const epoch = epochOf(pointer) + 1;
      const outcome = await this.write({ pointer, replica: begin.replica, settled, epoch });
      if (outcome === "overtaken") await this.demandAnew(epoch);
      return { outcome, rebuilt: true, droppedDeltas: 0, removedSegments: await this.clean() };
    } finally {
      begin.replica.close();
    }
  }

  /** What overtakes a rebuild is another one: else the index that is not trusted would stay. */
  private async demandAnew(epoch: number): Promise<void> {
    if (epochOf(await this.sources.pointers.segmentPointer()) >= epoch) return;
    throw new DomainError("contention", "The index was compacted too often while it was made anew.");
  }

  /** Reads the deltas since, and tells up to which nothing can be missing any more. */
  private async readOn({ replica, settled }: Loaded, learn = true): Promise<string | null> {
    const askedAt = this.sources.clock.now();
    const deltas = await this.sources.deltas.since(settled);
    if (learn) replica.apply(deltas.flatMap(({ changes }) => changes));
    return settledBy(deltas, askedAt) ?? settled;
  }

  /** Stores the segment, then moves the pointer to it. */
  private async write({ pointer, replica, settled, epoch }: Next): Promise<"written" | "overtaken"> {
    const { segments, pointers, ids } = this.sources;
    const id = ids.next("segment");
    const sha256 = await writeSegment(segments, id, replica);
    const current: SegmentRef = { id, watermark: settled, sha256 };
    let standing = pointer;
    for (let tries = 0; tries < mostMoves; tries += 1) {
      if (await this.move(standing, current, epoch)) return "written";
      standing = await pointers.segmentPointer();
      // A move whose answer was lost is sent again, and then meets itself.
      if (standing?.current.id === id) return "written";
      if (standing === null || !follows({ settled, epoch }, standing)) break;
    }
    await segments.remove(id);
    return "overtaken";
  }

  private move(standing: SegmentPointer | null, current: SegmentRef, epoch: number): Promise<boolean> {
    const { pointers, clock } = this.sources;
    return pointers.moveSegmentPointer({
      version: (standing?.version ?? 0) + 1,
      epoch,
      current,
      previous: standing?.current ?? null,
      // Deltas stay that either of the two segments lacks.
      floor: earlier(standing?.current.watermark ?? null, current.watermark),
      movedAt: clock.now().toISOString(),
    });
  }

  /** Removes deltas that both segments have, once every replica can have learnt that they may be gone. */
  private async drop(pointer: SegmentPointer | null): Promise<number> {
    const { pointers, clock } = this.sources;
    if (pointer === null || pointer.floor === null) return 0;
    const stoodFor = clock.now().getTime() - Date.parse(pointer.movedAt);
    return stoodFor > quietMs ? await pointers.dropDeltas(pointer.floor) : 0;
  }

  /** Removes segments that are behind, and what crashes left. */
  private async clean(): Promise<number> {
    const { segments, pointers, clock } = this.sources;
    const [pointer, all] = await Promise.all([pointers.segmentPointer(), segments.list()]);
    const standing = [pointer?.current.id, pointer?.previous?.id];
    const old = all.filter(
      ({ id, writtenAt }) => !standing.includes(id) && clock.now().getTime() - writtenAt.getTime() > keptMs,
    );
    for (const { id } of old) await segments.remove(id);
    return old.length;
  }
}

/**
 * Whether a segment that was made anew may stand behind a pointer that was moved meanwhile: that one is of the index
 * before, and no delta is gone that the segment lacks.
 */
const follows = ({ settled, epoch }: Pick<Next, "settled" | "epoch">, standing: SegmentPointer): boolean =>
  standing.epoch < epoch && (standing.floor === null || (settled !== null && settled >= standing.floor));

/** Of two watermarks the one before; null is before all. */
const earlier = (a: string | null, b: string | null): string | null =>
  a === null || b === null ? null : a < b ? a : b;

const epochOf = (pointer: SegmentPointer | null): number => pointer?.epoch ?? 0;
const empty = (): Loaded => ({ replica: Replica.empty(), settled: null });
