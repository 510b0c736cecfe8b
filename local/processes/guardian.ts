import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Sees to it that processes and directories outlive this process in no case, `kill -9` included. */
export interface Guardian {
  /** Ends the child by the signal once we are gone. A child that ended before is forgotten. */
  guard(child: ChildProcess, signal: "TERM" | "INT" | "QUIT"): void;
  /** Removes the directory once we are gone. */
  remove(directory: string): void;
  /** Says that there is nothing left to end; it removes the directory now if it was told one. */
  release(): void;
}

const program = fileURLToPath(new URL("guardian.sh", import.meta.url));

/**
 * Starts a guardian: a process of its own, in a session of its own, that learns of our end by the end of
 * the pipe between us, because the teardown of a process that was killed never runs.
 */
export function startGuardian(): Guardian {
  const shell = spawn("/bin/sh", [program], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  shell.unref();
  // Without a guardian all goes on; only a kill would leave something behind.
  shell.on("error", () => {});
  shell.stdin.on("error", () => {});
  const tell = (line: string): void => {
    shell.stdin.write(`${line}\n`);
  };
  return {
    guard(child, signal) {
      const { pid } = child;
      if (pid === undefined) return;
      tell(`end ${pid}:${signal}`);
      child.once("exit", () => tell(`forget ${pid}`));
    },
    remove: (directory) => tell(`remove ${directory}`),
    release: () => {
      shell.stdin.end();
    },
  };
}
