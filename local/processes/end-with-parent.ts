const everyMs = 200;

/**
 * Ends us when npm, which started us, is gone. It passes on the signals that end it, but nobody passes on
 * `kill -9`: without this we would live on, unseen, and keep the port and the data directory.
 */
export function endWithParent(end: () => void): void {
  if (process.env["npm_lifecycle_event"] !== "start") return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    end();
  }, everyMs);
  timer.unref();
}
