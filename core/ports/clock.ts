import type { IdKind } from "#contracts/ids.ts";

/** Time, as a port: tests control it. */
export interface Clock {
  now(): Date;
}

/** Fresh identifiers, as a port: `<prefix>_<ULID>`, increasing within a process. */
export interface Ids {
  next(kind: IdKind): string;
}
