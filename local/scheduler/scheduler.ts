import type { Log } from "#core/ports/log.ts";
import type { Timers } from "#core/ports/timers.ts";

/** What to do regularly. */
export interface Schedule {
  readonly name: string;
  readonly everyMs: number;
  readonly task: () => Promise<void>;
}

/**
 * Runs a task at an interval, never twice at a time: a turn that comes while it still runs is left out. A
 * task that fails is logged and runs again at its next turn. Gives a function that ends the schedule and
 * waits for a run that is under way.
 */
export function startSchedule(
  { name, everyMs, task }: Schedule,
  timers: Timers,
  log: Log,
): () => Promise<void> {
  let running: Promise<void> | null = null;
  const run = async (): Promise<void> => {
    try {
      await task();
    } catch (error) {
      log.error("a scheduled task failed", { schedule: name, error });
    }
  };
  const cancel = timers.every(everyMs, () => {
    running ??= run().finally(() => {
      running = null;
    });
  });
  return async () => {
    cancel();
    await running;
  };
}
