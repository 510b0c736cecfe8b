/** Repeats something while work goes on; a port, so that tests decide when it happens. */
export interface Timers {
  /** Calls `task` every `ms` until the returned function is called. Overlap is the task's business. */
  every(ms: number, task: () => void): () => void;
}
