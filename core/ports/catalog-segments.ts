/** A stored state of the catalog's index. */
export interface SegmentRef {
  readonly id: string;
  /** It has in it every delta up to this id; null where it may lack any that there is. */
  readonly watermark: string | null;
  /** Of its bytes, in hex. */
  readonly sha256: string;
}

/** Which segment stands. */
export interface SegmentPointer {
  /** Grows with each move. */
  readonly version: number;
  /** Grows when the index was made anew: what a replica knows from before is not to be trusted. */
  readonly epoch: number;
  readonly current: SegmentRef;
  readonly previous: SegmentRef | null;
  /** Deltas up to this id may be gone, from a while after the move on. */
  readonly floor: string | null;
  readonly movedAt: string;
}

/** Where the pointer is kept; strongly consistent. */
export interface SegmentPointers {
  segmentPointer(): Promise<SegmentPointer | null>;
  /** Moves the pointer that still has the version before (0: there is none); tells whether it did. */
  moveSegmentPointer(pointer: SegmentPointer): Promise<boolean>;
  /** Removes the deltas with an id below `floor`; returns how many. */
  dropDeltas(floor: string): Promise<number>;
}

/** Where segments are kept: files that are written once, under ids that are never used again. */
export interface CatalogSegments {
  put(id: string, file: string): Promise<void>;
  /** Writes a segment's bytes to a file; false where there is no such segment. */
  get(id: string, file: string): Promise<boolean>;
  list(): Promise<readonly { readonly id: string; readonly writtenAt: Date }[]>;
  remove(id: string): Promise<void>;
}

/** What became of a compaction. */
export interface CompactionReport {
  readonly outcome: "written" | "unchanged" | "overtaken";
  readonly rebuilt: boolean;
  readonly droppedDeltas: number;
  readonly removedSegments: number;
}

/** Keeps what a replica has to read short. Safe at any time, by many, and wherever it ends. */
export interface CatalogMaintenance {
  /** Writes the changes since the last segment into a new one, and removes what is behind. */
  compact(): Promise<CompactionReport>;
  /** Makes the index anew from the records themselves, reading the whole table. Stops where the signal says so. */
  rebuild(signal?: AbortSignal): Promise<CompactionReport>;
}
