import type { Clock, Ids } from "#core/ports/clock.ts";
import { idPrefixes } from "#contracts/ids.ts";

/** A clock that stands still until it is told to go on. */
export class FixedClock implements Clock {
  private at: number;

  constructor(start = "2026-01-02T03:04:05.000Z") {
    this.at = Date.parse(start);
  }

  now(): Date {
    return new Date(this.at);
  }

  advance(ms: number): void {
    this.at += ms;
  }
}

/** Ids that count up, for tests that need no uniqueness beyond themselves. */
export function countingIds(): Ids {
  let count = 0;
  return {
    next: (kind) => {
      count += 1;
      return `${idPrefixes[kind]}_${String(count).padStart(6, "0")}`;
    },
  };
}
