import { postgresqlConfig, postgresqlCredentials } from "#contracts/technologies/postgresql.ts";
import { RemoteError, type Connector } from "#core/ports/remote.ts";
import type { ResolveHost } from "#connectors/network/host-guard.ts";
import type { Site } from "./describe.ts";
import type { ErrorContext } from "./errors.ts";
import { postgresqlKeyStore } from "./key-schema.ts";
import { openClient, type OpenClient } from "./open.ts";
import { closeClient, postgresqlSession } from "./session.ts";
import { statementRunner, writingTransaction } from "./statements.ts";

/** A PostgreSQL connector that resolves host names in a way of the caller's. */
export const postgresqlConnectorWith = (resolve?: ResolveHost): Connector => ({
  technology: "postgresql",
  async open(config, credentials, budget) {
    const { client, context, site } = await opened(config, credentials, budget, resolve);
    return postgresqlSession(client, statementRunner(client, budget, context), site);
  },
  async openKeyStore(config, credentials, budget) {
    const { client, context } = await opened(config, credentials, budget, resolve);
    return postgresqlKeyStore(writingTransaction(client, budget, context), () => closeClient(client));
  },
});

type Opening = Parameters<Connector["open"]>;

async function opened(
  config: Opening[0],
  credentials: Opening[1],
  budget: Opening[2],
  resolve: ResolveHost | undefined,
): Promise<{ readonly client: OpenClient; readonly context: ErrorContext; readonly site: Site }> {
  const settings = postgresqlConfig.parse(config);
  const login = postgresqlCredentials.safeParse(credentials);
  if (!login.success) {
    throw new RemoteError("credentials-missing", "the stored credentials lack a user name or a password");
  }
  const client = await openClient(settings, login.data, budget, resolve);
  const { host, port, database } = settings;
  const context = { host, port, ...login.data, phase: "statement" } as const;
  return { client, context, site: { host, port, database } };
}

/** PostgreSQL: opens read-only sessions whose timeouts the engine keeps. */
export const postgresqlConnector: Connector = postgresqlConnectorWith();
