import type { Clock } from "#core/ports/clock.ts";

/** The machine's clock, some time behind until it is told to catch up: what was prepared then is old by now. */
export class BenchClock implements Clock {
  private behindMs: number;

  constructor(behindMs = 0) {
    this.behindMs = behindMs;
  }

  now(): Date {
    return new Date(Date.now() - this.behindMs);
  }

  catchUp(): void {
    this.behindMs = 0;
  }
}
