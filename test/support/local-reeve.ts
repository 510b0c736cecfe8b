import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { onTestFinished, vi } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const program = join(root, "local/main.ts");

/** A process and those that it started, by id. */
interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly state: string;
}

const processes = (): readonly Process[] => (process.platform === "linux" ? fromProc() : fromPs());

function fromPs(): readonly Process[] {
  const rows = execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat="], { encoding: "utf8" }).trim().split("\n");
  return rows.map((row) => {
    const [pid, parent, state = ""] = row.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), state: state.slice(0, 1) };
  });
}

function fromProc(): readonly Process[] {
  return readdirSync("/proc").flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const [state = "", parent = "0"] = readFileSync(`/proc/${entry}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ");
      return [{ pid: Number(entry), parent: Number(parent), state }];
    } catch {
      return [];
    }
  });
}

/** Which of these processes still run; one that is dead and only not yet asked for its end does not. */
export function runningOf(pids: readonly number[]): readonly number[] {
  const running = new Set(processes().flatMap(({ pid, state }) => (state === "Z" ? [] : [pid])));
  return pids.filter((pid) => running.has(pid));
}

/** Waits until none of these processes runs. */
export const untilGone = (pids: readonly number[], timeout = 10_000): Promise<void> =>
  vi.waitFor(
    () => {
      const left = runningOf(pids);
      if (left.length > 0) throw new Error(`still running: ${left.join(", ")}`);
    },
    { timeout, interval: 50 },
  );

/** An answer of the API: status and JSON. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Reeve on one machine, as a process of its own. */
export class LocalReeve {
  readonly process: ChildProcess;
  private out = "";
  private err = "";

  constructor(
    environment: Readonly<Record<string, string>>,
    command: readonly [string, ...string[]] = [process.execPath, program],
    whenOver: (end: () => Promise<void>) => void = onTestFinished,
  ) {
    const { npm_lifecycle_event: _, ...inherited } = process.env;
    const [executable, ...words] = command;
    this.process = spawn(executable, words, {
      cwd: root,
      env: { ...inherited, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.process.stdout?.setEncoding("utf8").on("data", (text: string) => (this.out += text));
    this.process.stderr?.setEncoding("utf8").on("data", (text: string) => (this.err += text));
    whenOver(() => this.kill());
  }

  /** The lines of standard output. */
  get lines(): readonly string[] {
    return this.out.split("\n").slice(0, -1);
  }

  /** All of standard error. */
  get talk(): string {
    return this.err;
  }

  /** Its address, once it says that it can answer. */
  ready(): Promise<string> {
    return vi.waitFor(
      () => {
        const url = this.lines.find((line) => line.startsWith("ready "))?.slice("ready ".length);
        if (url === undefined) throw new Error(`not ready; it said: ${this.err}`);
        return url;
      },
      { timeout: 20_000, interval: 20 },
    );
  }

  /** How it ended, once all that it had to say was read. */
  async ended(): Promise<number | NodeJS.Signals | null> {
    const { process } = this;
    if (process.stdout?.readableEnded !== true) await once(process, "close");
    return process.exitCode ?? process.signalCode;
  }

  /** The processes that it started, and those that they started in turn. */
  children(): readonly number[] {
    const all = processes();
    const below = (id: number | undefined): readonly number[] =>
      all.flatMap(({ pid, parent }) => (parent === id ? [pid, ...below(pid)] : []));
    return below(this.process.pid);
  }

  /** Asks it to end, as a terminal or a supervisor does. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | NodeJS.Signals | null> {
    this.process.kill(signal);
    return await this.ended();
  }

  /** Ends it as a crash does, and waits until nothing of it runs. */
  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const children = this.children();
    await this.stop("SIGKILL");
    await untilGone(children);
  }
}

/** A data directory that goes when the test has ended. */
export async function aDataDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "reeve-local-"));
  // PostgreSQL's user must be able to pass; else the warehouse would lie where nobody removes it.
  await chmod(directory, 0o711);
  onTestFinished(async () => {
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  });
  return join(directory, "data");
}

/** Reeve without the sample, on any free port, with a key of its own making. */
export const startReeve = (
  directory: string,
  environment: Readonly<Record<string, string>> = {},
): LocalReeve => new LocalReeve({ ...quiet, REEVE_DATA_DIR: directory, ...environment });

/** The same for as long as a whole file of tests needs it. */
export const startReeveFor = (
  whenOver: (end: () => Promise<void>) => void,
  directory: string,
  environment: Readonly<Record<string, string>>,
): LocalReeve => new LocalReeve({ ...quiet, REEVE_DATA_DIR: directory, ...environment }, undefined, whenOver);

/** The same by `npm start`. */
export const startByNpm = (directory: string): LocalReeve =>
  new LocalReeve({ ...quiet, REEVE_DATA_DIR: directory }, ["npm", "start"]);

const quiet = { PORT: "0", REEVE_SAMPLE: "off", REEVE_ADMIN_API_KEY: "" };

/** The key that a first start prints. */
export const keyIn = (reeve: LocalReeve): string =>
  reeve.lines.find((line) => line.startsWith("administrator key rv_"))?.split(" ")[2] ?? "";

/** Asks the API at an address with a key. */
export const caller =
  (url: string, key: string) =>
  async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? null : JSON.parse(text) };
  };

export type Ask = ReturnType<typeof caller>;
