import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";

/** SQLite's code for a file that somebody else has locked. */
const busy = 5;

const isBusy = (error: unknown): boolean =>
  error instanceof Error && "errcode" in error && error.errcode === busy;

function tryToLock(file: string): (() => void) | null {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec("begin exclusive");
    return () => database.close();
  } catch (error) {
    database.close();
    if (isBusy(error)) return null;
    throw error;
  }
}

/**
 * Keeps a directory to this process. The lock is the operating system's, held through SQLite because Node
 * has no call for it: it ends with the process, however that ends, so that none is ever left behind.
 * Waits a while for a holder that is just ending; null when it stays.
 */
export async function lockDirectory(directory: string, patienceMs: number): Promise<(() => void) | null> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const unlock = tryToLock(join(directory, "lock"));
    if (unlock !== null || Date.now() >= until) return unlock;
    await wait(100);
  }
}
