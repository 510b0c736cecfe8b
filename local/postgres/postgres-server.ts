import { execFile, spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chown, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { endChild } from "../processes/end-process.ts";
import type { PostgresHome } from "./postgres-home.ts";

const run = promisify(execFile);

/** The superuser's name in every cluster that we make. */
export const superuser = "postgres";

/** Messages in English whatever the machine speaks, and nothing of our environment that it does not need. */
const environment = { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" };

const readyMessage = "database system is ready to accept connections";
const lastWords = 2000;

/** Makes a cluster with the engine's own locale: the same on every machine, and it knows letters beyond ASCII. */
export async function initialisePostgres(
  { directory, account, program }: PostgresHome,
  dataDirectory: string,
  password: string,
  flags: readonly string[] = [],
): Promise<void> {
  const passwordFile = join(directory, `${randomBytes(8).toString("hex")}.password`);
  try {
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600, flag: "wx" });
    if (account !== null) await chown(passwordFile, account.uid, account.gid);
    const options = [
      `--pgdata=${dataDirectory}`,
      `--username=${superuser}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      ...flags,
    ];
    await run(program("initdb"), options, { ...account, cwd: "/", env: environment });
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** A running server. */
export interface PostgresServer {
  readonly process: ChildProcess;
  /** Ends it; what it has under way is broken off. */
  readonly stop: () => Promise<void>;
}

/** How to run a server. It listens on loopback alone and makes no socket file. */
export interface ServerOptions {
  readonly port: number;
  /** Settings as `name=value`. */
  readonly settings: readonly string[];
  /** Called before anything can go wrong, so that nobody's end leaves the process behind. */
  readonly spawned: (child: ChildProcess) => void;
}

/** Starts a server on a cluster, and waits until it takes connections. */
export async function startPostgresServer(
  { account, program }: PostgresHome,
  dataDirectory: string,
  { port, settings, spawned }: ServerOptions,
): Promise<PostgresServer> {
  const all = ["listen_addresses=127.0.0.1", "unix_socket_directories=", ...settings];
  const child = spawn(
    program("postgres"),
    ["-D", dataDirectory, "-p", String(port), ...all.flatMap((setting) => ["-c", setting])],
    // In a session of its own: an interrupt at the terminal is for us, who end it last.
    { ...account, cwd: "/", env: environment, stdio: ["ignore", "ignore", "pipe"], detached: true },
  );
  child.on("error", () => {});
  spawned(child);
  await ready(child);
  return { process: child, stop: () => endChild(child, "SIGINT") };
}

async function ready(child: ChildProcess): Promise<void> {
  let said = "";
  const listening = new Promise<void>((resolve) => {
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-lastWords);
      if (said.includes(readyMessage)) resolve();
    });
  });
  const failed = once(child, "exit").then(() => {
    throw new Error(`PostgreSQL ended before it took connections: ${said.trim()}`);
  });
  await Promise.race([listening, failed]);
}
