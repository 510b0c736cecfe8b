import { monotonicFactory } from "ulid";
import { idPrefixes } from "#contracts/ids.ts";
import type { Clock, Ids } from "#core/ports/clock.ts";

/** The machine's clock. */
export const systemClock: Clock = { now: () => new Date() };

/** `<prefix>_<ULID>` from a clock, increasing within the process. */
export function ulids(clock: Clock): Ids {
  const next = monotonicFactory();
  return { next: (kind) => `${idPrefixes[kind]}_${next(clock.now().getTime())}` };
}
