import { execFile, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** How long a process may take to end by itself. */
const patienceMs = 5000;

/** The command line of a process; empty where it has ended. */
async function commandOf(pid: number): Promise<string> {
  try {
    if (process.platform === "linux") return await readFile(`/proc/${pid}/cmdline`, "utf8");
    return (await run("ps", ["-ww", "-o", "command=", "-p", String(pid)])).stdout;
  } catch {
    return "";
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended meanwhile.
  }
}

/**
 * Ends what an earlier run left in a directory: the process that a file there names first, if that is
 * still one that works in this directory and not somebody else's with the same number.
 */
export async function endLeftover(pidFile: string, directory: string, name: NodeJS.Signals): Promise<void> {
  const pid = Number.parseInt(await readFile(pidFile, "utf8").catch(() => ""), 10);
  if (!(pid > 1)) return;
  const ours = async (): Promise<boolean> => (await commandOf(pid)).includes(directory);
  if (!(await ours())) return;
  signal(pid, name);
  for (let waited = 0; await ours(); waited += 50) {
    if (waited >= patienceMs) signal(pid, "SIGKILL");
    await wait(50);
  }
}

/** Ends a child and waits until it has; one that does not listen is killed. */
export async function endChild(child: ChildProcess, name: NodeJS.Signals): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(name);
  const impatient = setTimeout(() => child.kill("SIGKILL"), patienceMs);
  await ended;
  clearTimeout(impatient);
}
