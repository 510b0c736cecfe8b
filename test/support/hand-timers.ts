import type { Timers } from "#core/ports/timers.ts";
import type { QueueTimers } from "#local/queue/queue-timers.ts";

interface Due {
  readonly at: number;
  readonly task: () => void;
}

/** Time that moves only when a test says so; tasks run in the order in which they are due. */
export class HandTimers implements QueueTimers, Timers {
  private time = Date.parse("2026-01-02T03:04:05.000Z");
  private readonly due = new Set<Due>();

  now(): number {
    return this.time;
  }

  after(ms: number, task: () => void): () => void {
    const entry = { at: this.time + ms, task };
    this.due.add(entry);
    return () => this.due.delete(entry);
  }

  every(ms: number, task: () => void): () => void {
    let cancel: () => void = () => {};
    const again = (): void => {
      cancel = this.after(ms, () => {
        again();
        task();
      });
    };
    again();
    return () => cancel();
  }

  /** Moves time on and lets everything happen that is due meanwhile, with all that follows from it. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await settled();
    for (;;) {
      const next = [...this.due].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.due.delete(next);
      this.time = Math.max(this.time, next.at);
      next.task();
      await settled();
    }
    this.time = end;
  }
}

/** Lets every promise go on that can go on without time or the outside world. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
