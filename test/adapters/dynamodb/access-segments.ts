import type { SegmentPointer } from "#core/ports/catalog-segments.ts";
import { changesOfCatalog, type Prepared, type Trial } from "./access-fixtures.ts";

const pointer = ({ id, clock }: Prepared, version: number): SegmentPointer => ({
  version,
  epoch: 0,
  current: { id: id("segment"), watermark: id("delta"), sha256: "a".repeat(64) },
  previous: { id: id("segment"), watermark: id("delta"), sha256: "b".repeat(64) },
  floor: id("delta"),
  movedAt: clock.now().toISOString(),
});

/** What compaction asks of the store, by the function cell of its row. */
export const segmentAccess: Readonly<Record<string, Trial>> = {
  "`segmentPointer`": async (given) => {
    await given.store.moveSegmentPointer(pointer(given, 1));
    return (store) => store.segmentPointer();
  },
  "`moveSegmentPointer`": async (given) => {
    await given.store.moveSegmentPointer(pointer(given, 1));
    const next = pointer(given, 2);
    return (store) => store.moveSegmentPointer(next);
  },
  "`dropDeltas`, 20 of them": async (given) => {
    const ids = await changesOfCatalog(given, 20);
    const last = ids.at(-1) ?? "";
    return (store) => store.dropDeltas(`${last}~`);
  },
};
