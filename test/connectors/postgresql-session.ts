import { onTestFinished } from "vitest";
import { postgresqlConnector } from "#connectors/postgresql/connector.ts";
import type { RemoteBudget, RemoteSession } from "#core/ports/remote.ts";
import { postgresqlTestConfig, postgresqlTestCredentials } from "./postgresql-fixture.ts";
import { amply } from "./remote-failure.ts";

/** A session with the run's PostgreSQL, as its superuser unless told otherwise, closed when the test ends. */
export async function aSession(
  credentials: Readonly<Record<string, string>> = postgresqlTestCredentials(),
  budget: Partial<RemoteBudget> = {},
): Promise<RemoteSession> {
  const session = await postgresqlConnector.open(postgresqlTestConfig(), credentials, {
    ...amply,
    ...budget,
  });
  onTestFinished(() => session.close());
  return session;
}
