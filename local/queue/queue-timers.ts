/** Time as the queue needs it; tests move it by hand. */
export interface QueueTimers {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `task` once after `ms`, unless the returned function is called first. */
  after(ms: number, task: () => void): () => void;
}

/** The machine's own time. Waiting for a message keeps no process alive. */
export const systemQueueTimers: QueueTimers = {
  now: () => Date.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
