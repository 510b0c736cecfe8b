import { DomainError } from "#core/errors/domain-error.ts";
import type { CatalogSegments, SegmentPointer, SegmentRef } from "#core/ports/catalog-segments.ts";
import type { Log } from "#core/ports/log.ts";
import type { Replica } from "./replica.ts";
import { openSegment } from "./segment-files.ts";

/** A replica with the id up to which it has every delta. */
export interface Loaded {
  readonly replica: Replica;
  readonly settled: string | null;
}

/** What it takes to load segments. */
export interface SegmentSource {
  readonly segments: CatalogSegments;
  readonly log: Log;
}

async function loadedFrom({ segments, log }: SegmentSource, ref: SegmentRef): Promise<Loaded | null> {
  try {
    const replica = await openSegment(segments, ref);
    if (replica !== null) return { replica, settled: ref.watermark };
    log.error("a segment of the catalog's index is missing or broken", { segment: ref.id });
  } catch (error) {
    log.error("a segment of the catalog's index cannot be read", { segment: ref.id, error });
  }
  return null;
}

/**
 * The replica of the segment that stands, else of the one before it: what lies between them is read as deltas.
 * Null where neither can be read: then only the records themselves know.
 */
export async function loadReplica(source: SegmentSource, pointer: SegmentPointer): Promise<Loaded | null> {
  const { current, previous } = pointer;
  return (
    (await loadedFrom(source, current)) ?? (previous === null ? null : await loadedFrom(source, previous))
  );
}

/** Said until a compaction has made the index anew. */
export const noSegment = (): DomainError =>
  new DomainError("unavailable", "The catalog's index is being made anew.");
