import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Readable, Writable } from "node:stream";
import { afterAll } from "vitest";
import { exitCodes } from "#cli/failure.ts";
import { reeveProgram } from "#cli/program.ts";
import { reportFailure } from "#cli/report-failure.ts";
import type { Terminal } from "#cli/terminal.ts";

const root = resolve(import.meta.dirname, "../..");

/** The command as package.json names it. */
export const reeveFile = join(root, "cli/reeve.mjs");

/** Compiled code of the command; every run after the first starts faster by it. */
const cache = join(root, "node_modules/.cache");

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
  /** Waits until stderr holds a text. */
  readonly says: (text: string) => Promise<void>;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Standard input, which is otherwise empty. */
  readonly input?: string;
  /** Arguments of Node itself. */
  readonly node?: readonly string[];
}

const directories: string[] = [];
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** A directory of configuration that is gone when the test file is done. */
export function configDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "reeve-cli-"));
  directories.push(directory);
  return directory;
}

/** Starts the command in a process of its own, without anything of this machine's configuration. */
export function startReeve(
  args: readonly string[],
  { env = {}, input, node = [] }: RunOptions = {},
): Running {
  const child = spawn(process.execPath, [...node, reeveFile, ...args], {
    stdio: "pipe",
    env: { PATH: process.env["PATH"], HOME: "/nonexistent", XDG_CACHE_HOME: cache, ...env },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  if (input !== "") child.stdin.on("error", () => {});
  child.stdin.end(input ?? "");
  const ending = async (): Promise<Ended> => {
    const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    return { code, signal, stdout, stderr };
  };
  return {
    child,
    ended: ending(),
    says: async (text) => {
      while (!stderr.includes(text)) await once(child.stderr, "data");
    },
  };
}

/** Runs the command in a process of its own, as people run it. */
export const runProcess = (args: readonly string[], options?: RunOptions): Promise<Ended> =>
  startReeve(args, options).ended;

/** A stream that keeps what is written to it; it is no terminal. */
function kept() {
  const written: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      written.push(chunk);
      done();
    },
  });
  return {
    stream: Object.assign(stream, { isTTY: false, columns: 0 }) as unknown as NodeJS.WriteStream,
    text: () => Buffer.concat(written).toString("utf8"),
  };
}

/**
 * Runs the command's program within this process, over streams of its own: what starts a process is there once in
 * `command.test.ts`, and most tests need none of it.
 */
export async function runReeve(
  args: readonly string[],
  { env = {}, input = "" }: Pick<RunOptions, "env" | "input"> = {},
): Promise<Ended> {
  const [stdout, stderr] = [kept(), kept()];
  const terminal: Terminal = {
    stdin: Readable.from(input === "" ? [] : [Buffer.from(input)]) as unknown as NodeJS.ReadStream,
    stdout: stdout.stream,
    stderr: stderr.stream,
    env: { PATH: process.env["PATH"], HOME: "/nonexistent", ...env },
    signal: new AbortController().signal,
  };
  const program = (): Promise<unknown> => reeveProgram(terminal).parseAsync([...args], { from: "user" });
  const code = await program().then(
    () => exitCodes.done,
    (error: unknown) => reportFailure(terminal, error),
  );
  return { code, signal: null, stdout: stdout.text(), stderr: stderr.text() };
}
