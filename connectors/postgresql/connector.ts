import { postgresqlConfig, postgresqlCredentials } from "#contracts/technologies/postgresql.ts";
import { RemoteError, type Connector } from "#core/ports/remote.ts";
import type { ResolveHost } from "#connectors/network/host-guard.ts";
import { openClient } from "./open.ts";
import { postgresqlSession } from "./session.ts";
import { statementRunner } from "./statements.ts";

/** A PostgreSQL connector that resolves host names in a way of the caller's. */
export const postgresqlConnectorWith = (resolve?: ResolveHost): Connector => ({
  technology: "postgresql",
  async open(config, credentials, budget) {
    const settings = postgresqlConfig.parse(config);
    const login = postgresqlCredentials.safeParse(credentials);
    if (!login.success) {
      throw new RemoteError("credentials-missing", "the stored credentials lack a user name or a password");
    }
    const client = await openClient(settings, login.data, budget, resolve);
    const { host, port } = settings;
    const run = statementRunner(client, budget, { host, port, ...login.data, phase: "statement" });
    return postgresqlSession(client, run);
  },
});

/** PostgreSQL: opens read-only sessions whose timeouts the engine keeps. */
export const postgresqlConnector: Connector = postgresqlConnectorWith();
