import type pg from "pg";
import type { ConnectionOptions } from "node:tls";
import type { PostgresqlConfig, PostgresqlCredentials } from "#contracts/technologies/postgresql.ts";
import { RemoteError, type RemoteBudget } from "#core/ports/remote.ts";
import { guardedAddress, type ResolveHost } from "#connectors/network/host-guard.ts";
import { isRefusedSetting, toRemoteError, type ErrorContext } from "./errors.ts";
import { tlsOptions } from "./tls.ts";

/** A connection that passed authentication, with what is needed to end its work from outside. */
export interface OpenClient {
  readonly client: pg.Client;
  readonly address: string;
  readonly tls: ConnectionOptions | false;
}

/** How long a statement waits for a lock: less than its own timeout, so that the two can be told apart. */
export const lockTimeoutMs = (budget: RemoteBudget): number =>
  Math.max(1, Math.min(5000, Math.floor(budget.statementTimeoutMs / 2)));

/**
 * What the engine itself enforces from the first statement on, without a round trip: nothing is
 * written, and names mean the catalog's objects alone (an empty path still finds `pg_catalog`).
 */
const engineOptions = "-c default_transaction_read_only=on -c search_path=";

const engineSettings = (budget: RemoteBudget): pg.ClientConfig => ({
  options: engineOptions,
  statement_timeout: budget.statementTimeoutMs,
  lock_timeout: lockTimeoutMs(budget),
  idle_in_transaction_session_timeout: budget.statementTimeoutMs,
});

/** What one attempt to connect needs. */
interface Attempt {
  readonly config: PostgresqlConfig;
  readonly credentials: PostgresqlCredentials;
  readonly budget: RemoteBudget;
  readonly address: string;
  /** When the time to connect is over, on the clock of `performance`. */
  readonly deadline: number;
}

async function connectOnce(attempt: Attempt, settings: pg.ClientConfig): Promise<OpenClient> {
  const { config, credentials, budget, address, deadline } = attempt;
  // Loaded here and nowhere else: who opens no connection pays for no driver.
  const { default: driver } = await import("pg");
  const tls = tlsOptions(config);
  const client = new driver.Client({
    host: address,
    port: config.port,
    database: config.database,
    user: credentials.username,
    password: credentials.password,
    ssl: tls,
    application_name: "reeve",
    connectionTimeoutMillis: Math.max(1, Math.round(deadline - performance.now())),
    keepAlive: true,
    ...settings,
  });
  // A connection lost between two statements is reported here, and would end the process unheard; the
  // next statement reports it to whom it concerns.
  client.on("error", () => {});
  await connect(client, budget);
  return { client, address, tls };
}

/** Resolves the host within the time to connect: the system's resolver has no timeout of its own. */
async function addressWithin(host: string, budget: RemoteBudget, resolve?: ResolveHost): Promise<string> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new RemoteError("unreachable", `could not reach ${host}: its name was not resolved in time`));
  }, budget.connectTimeoutMs);
  const abort = (): void => reject(new RemoteError("cancelled", "the work was cancelled"));
  budget.signal?.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([guardedAddress(host, resolve), late]);
  } finally {
    clearTimeout(timer);
    budget.signal?.removeEventListener("abort", abort);
  }
}

async function connect(client: pg.Client, budget: RemoteBudget): Promise<void> {
  const abort = (): void => {
    client.connection.stream.destroy();
  };
  budget.signal?.addEventListener("abort", abort, { once: true });
  try {
    await client.connect();
  } catch (error) {
    abort();
    throw error;
  } finally {
    budget.signal?.removeEventListener("abort", abort);
  }
}

/**
 * Connects with the engine's limits set from the start. Connection poolers (PgBouncer, RDS Proxy) refuse
 * such settings; behind them the limits hold all the same, because every transaction sets them again.
 */
async function connectWithSettings(attempt: Attempt): Promise<OpenClient> {
  try {
    return await connectOnce(attempt, engineSettings(attempt.budget));
  } catch (error) {
    if (!isRefusedSetting(error)) throw error;
    return connectOnce(attempt, {});
  }
}

/**
 * Opens a connection to exactly the address that the host was checked as, or fails with a `RemoteError`.
 * Name resolution, TLS and authentication together take no longer than the budget's time to connect.
 */
export async function openClient(
  config: PostgresqlConfig,
  credentials: PostgresqlCredentials,
  budget: RemoteBudget,
  resolve?: ResolveHost,
): Promise<OpenClient> {
  const { host, port } = config;
  const context: ErrorContext = { host, port, ...credentials, phase: "connect" };
  const deadline = performance.now() + budget.connectTimeoutMs;
  try {
    budget.signal?.throwIfAborted();
    const address = await addressWithin(host, budget, resolve);
    return await connectWithSettings({ config, credentials, budget, address, deadline });
  } catch (error) {
    const interrupted = budget.signal?.aborted === true ? "cancelled" : undefined;
    throw toRemoteError(error, { ...context, interrupted });
  }
}
