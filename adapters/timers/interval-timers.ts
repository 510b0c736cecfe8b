import type { Timers } from "#core/ports/timers.ts";

/** Real intervals, which keep no process alive by themselves. */
export const intervalTimers: Timers = {
  every(ms, task) {
    const timer = setInterval(task, ms);
    timer.unref();
    return () => clearInterval(timer);
  },
};
