import { chown, copyFile, chmod, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { postgresHome, type PostgresHome } from "#local/postgres/postgres-home.ts";
import { initialisePostgres, startPostgresServer, superuser } from "#local/postgres/postgres-server.ts";
import { startGuardian } from "#local/processes/guardian.ts";
import { freePort } from "./free-port.ts";

/** Where a PostgreSQL for tests answers, and as whom to ask it: a superuser. */
export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** A running server; `stop` ends it and removes all that it wrote. */
export interface TestPostgres extends PostgresAddress {
  readonly stop: () => Promise<void>;
}

const certificates = new URL("../fixtures/tls/", import.meta.url);
const login = { user: superuser, password: "postgres-p4ssword!", database: "postgres" };
const attempts = 5;

const settings = [
  "ssl=on",
  "ssl_cert_file=server.crt",
  "ssl_key_file=server.key",
  "max_connections=200",
  "shared_buffers=64MB",
  // Nothing here must survive a power cut.
  "fsync=off",
  "full_page_writes=off",
  "synchronous_commit=off",
  // A test decides when a table is analyzed.
  "autovacuum=off",
];

/** The server reads its key only if nobody else can. */
async function installCertificate(data: string): Promise<void> {
  const { uid, gid } = await stat(data);
  for (const name of ["server.crt", "server.key"]) {
    const path = join(data, name);
    await copyFile(new URL(name, certificates), path);
    await chmod(path, 0o600);
    await chown(path, uid, gid);
  }
}

/** Makes the cluster once; only the port may have to be tried anew. */
async function prepare(directory: string): Promise<{ readonly home: PostgresHome; readonly data: string }> {
  const home = await postgresHome(directory);
  const data = join(home.directory, "data");
  await initialisePostgres(home, data, login.password, ["--no-sync"]);
  await installCertificate(data);
  return { home, data };
}

/** Starts a PostgreSQL on loopback with TLS offered, in a directory and on a port of its own. */
export async function startPostgres(): Promise<TestPostgres> {
  const directory = await mkdtemp(join(tmpdir(), "reeve-postgres-"));
  const guardian = startGuardian();
  guardian.remove(directory);
  const { home, data } = await prepare(directory);
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
      const server = await startPostgresServer(home, data, {
        port,
        settings,
        spawned: (child) => guardian.guard(child, "QUIT"),
      });
      const stop = async (): Promise<void> => {
        await server.stop();
        await rm(directory, { recursive: true, force: true });
        guardian.release();
      };
      return { host: "127.0.0.1", port, ...login, stop };
    } catch (error) {
      // Another process may have taken the port.
      if (attempt === attempts) throw new Error("PostgreSQL for the tests did not start", { cause: error });
    }
  }
}
