import { createHash } from "node:crypto";
import { access, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeDurably } from "#adapters/secrets/durable-file.ts";
import { randomText, readKept, type DataDirectory } from "../data-directory.ts";
import { postgresHome, type PostgresHome } from "../postgres/postgres-home.ts";
import {
  initialisePostgres,
  startPostgresServer,
  superuser,
  type PostgresServer,
} from "../postgres/postgres-server.ts";
import { endLeftover } from "../processes/end-process.ts";
import { freePort } from "../processes/free-port.ts";
import type { Guardian } from "../processes/guardian.ts";

const attempts = 3;
const portFile = "warehouse-port";
const passwordFile = "warehouse-password";

/** Small, because it shares a machine with everything else. */
const settings = [
  "shared_buffers=64MB",
  "max_connections=60",
  "max_wal_size=256MB",
  "wal_level=minimal",
  "max_wal_senders=0",
  "jit=off",
];

/** The sample warehouse: a PostgreSQL of its own on loopback, with passwords that are random and kept. */
export interface Warehouse {
  readonly port: number;
  readonly administrator: { readonly user: string; readonly password: string };
  /** What Reeve's connection logs in with: it may only read. */
  readonly reader: { readonly username: string; readonly password: string };
  readonly stop: () => Promise<void>;
}

/**
 * Where its files lie: in the data directory. Where PostgreSQL's user cannot go there (under root, below a
 * directory of root's alone), in one whose name comes from this warehouse's password, so that a data
 * directory that was made anew never meets the files of the one before.
 */
function homeOf(directory: DataDirectory, password: string): Promise<PostgresHome> {
  const name = createHash("sha256").update(directory.path).update(password).digest("hex").slice(0, 16);
  return postgresHome(directory.at("warehouse"), `/var/tmp/reeve-warehouse-${name}`);
}

const exists = async (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const unfinishedPrefix = "unfinished-";

/**
 * Makes the cluster where there is none. A crash on the way leaves nothing that would be taken for one, and
 * what still works for a start that was broken off does so in a directory of its own.
 */
async function clusterOf(home: PostgresHome, password: string): Promise<string> {
  const data = join(home.directory, "data");
  if (await exists(data)) return data;
  for (const name of await readdir(home.directory)) {
    if (!name.startsWith(unfinishedPrefix)) continue;
    await rm(join(home.directory, name), { recursive: true, force: true, maxRetries: 10 });
  }
  const unfinished = join(home.directory, `${unfinishedPrefix}${randomText(8, "hex")}`);
  await initialisePostgres(home, unfinished, password);
  await rename(unfinished, data);
  return data;
}

/** Ends a server of an earlier run; a file that names somebody else's process would only be in the way. */
async function clear(data: string): Promise<void> {
  const pidFile = join(data, "postmaster.pid");
  await endLeftover(pidFile, data, "SIGINT");
  await rm(pidFile, { force: true });
}

/** The port of last time, so that the connection goes on to work; another one where it is taken. */
async function startOnPort(
  directory: DataDirectory,
  home: PostgresHome,
  data: string,
  guardian: Guardian,
): Promise<PostgresServer & { readonly port: number }> {
  const kept = Number(await readFile(directory.at(portFile), "utf8").catch(() => ""));
  for (let attempt = 1; ; attempt += 1) {
    const port = attempt === 1 && kept > 0 ? kept : await freePort();
    try {
      const server = await startPostgresServer(home, data, {
        port,
        settings,
        spawned: (child) => guardian.guard(child, "INT"),
      });
      if (port !== kept) await writeDurably(directory.at(portFile), `${port}\n`);
      return { ...server, port };
    } catch (error) {
      if (attempt === attempts) throw error;
    }
  }
}

/** Starts the warehouse's server; the first time it is made, empty. */
export async function startWarehouse(directory: DataDirectory, guardian: Guardian): Promise<Warehouse> {
  const password = (): string => randomText(24, "base64url");
  const administrator = await directory.kept(passwordFile, password);
  const reader = await directory.kept("warehouse-reader-password", password);
  const home = await homeOf(directory, administrator.text);
  const data = await clusterOf(home, administrator.text);
  await clear(data);
  const { port, stop } = await startOnPort(directory, home, data, guardian);
  return {
    port,
    administrator: { user: superuser, password: administrator.text },
    reader: { username: "reeve_reader", password: reader.text },
    stop,
  };
}

/** Where a warehouse that runs already answers, and as whom to change it; null where none was ever started. */
export async function keptWarehouse(
  at: DataDirectory["at"],
): Promise<Pick<Warehouse, "port" | "administrator"> | null> {
  const [port, password] = await Promise.all([portFile, passwordFile].map((name) => readKept(at(name))));
  if (!port || !password) return null;
  return { port: Number(port), administrator: { user: superuser, password } };
}
