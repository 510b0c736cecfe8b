import type { Technology } from "#contracts/resources/remote.ts";
import {
  RemoteError,
  type Connector,
  type RemoteBudget,
  type RemoteGateway,
  type RemoteSession,
  type RemoteSessions,
  type RemoteTarget,
} from "#core/ports/remote.ts";
import type { KeyStores } from "#core/ports/key-store.ts";
import type { SecretStore } from "#core/ports/secrets.ts";
import { connectorOf } from "./registry.ts";

/** What a request may take of a remote database; a person is waiting. */
export interface RequestBudget {
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  /** For all of it, however many statements there are. */
  readonly totalMs: number;
}

const defaultRequestBudget: RequestBudget = {
  connectTimeoutMs: 8000,
  statementTimeoutMs: 10_000,
  totalMs: 19_000,
};

/** What can be replaced, in tests above all. */
export interface GatewayOptions {
  readonly connectors?: (technology: Technology) => Promise<Connector>;
  readonly request?: RequestBudget;
}

/**
 * Reaches remote databases from this process, with the credentials that a target's reference names. Every
 * call has a connection of its own, which is closed whatever happens.
 */
export function inProcessGateway(
  secrets: SecretStore,
  options: GatewayOptions = {},
): RemoteGateway & RemoteSessions & KeyStores {
  const { connectors = connectorOf, request = defaultRequestBudget } = options;

  const open = sessionsOver(secrets, connectors);

  const inRequest = async <T>(
    target: RemoteTarget,
    work: (session: RemoteSession) => Promise<T>,
  ): Promise<T> => {
    const { totalMs, ...timeouts } = request;
    const signal = AbortSignal.timeout(totalMs);
    const budget: RemoteBudget = { ...timeouts, signal };
    try {
      return await open.withSession(target, budget, work);
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      if (error.reason === "cancelled" && signal.aborted) throw notWithin(totalMs);
      // Where the connection itself gives no more than a request does, waiting longer would not help.
      const ownLimit = target.statementTimeoutMs ?? Infinity;
      const endedByRequest = error.reason === "statement-timeout" && ownLimit > timeouts.statementTimeoutMs;
      throw endedByRequest ? new RemoteError(error.reason, error.message, { needsLonger: true }) : error;
    }
  };

  return {
    ...open,
    server: (target) => inRequest(target, (session) => session.server()),
    listRelations: (target, query) => inRequest(target, (session) => session.listRelations(query)),
    analyze: (target, relation, columns) =>
      inRequest(target, (session) => session.analyze(relation, columns)),
    inspect: (target, relation) =>
      inRequest(target, async (session) => {
        const description = await session.describe(relation);
        await session.probe(relation);
        return description;
      }),
  };
}

const notWithin = (totalMs: number): RemoteError =>
  new RemoteError("statement-timeout", `the remote database did not answer within ${totalMs / 1000} s`, {
    needsLonger: true,
  });

/** Opens sessions with the credentials that a target's reference names. */
function sessionsOver(
  secrets: SecretStore,
  connectors: NonNullable<GatewayOptions["connectors"]>,
): RemoteSessions & KeyStores {
  const credentialsOf = async ({ secretRef }: RemoteTarget) => {
    const credentials = await secrets.get(secretRef);
    if (credentials !== null) return credentials;
    throw new RemoteError("credentials-missing", "there are no stored credentials for this connection");
  };

  const withSession: RemoteSessions["withSession"] = async (target, budget, work) => {
    const credentials = await credentialsOf(target);
    const connector = await connectors(target.technology);
    return await closing(await connector.open(target.config, credentials, within(target, budget)), work);
  };

  const withKeyStore: KeyStores["withKeyStore"] = async (target, budget, work) => {
    const credentials = await credentialsOf(target);
    const connector = await connectors(target.technology);
    return await closing(
      await connector.openKeyStore(target.config, credentials, within(target, budget)),
      work,
    );
  };

  return { withSession, withKeyStore };
}

/** The budget within the target's own limit. */
const within = ({ statementTimeoutMs }: RemoteTarget, budget: RemoteBudget): RemoteBudget => ({
  ...budget,
  statementTimeoutMs: Math.min(budget.statementTimeoutMs, statementTimeoutMs ?? Infinity),
});

/** Works with something and closes it whatever happens. */
async function closing<S extends { close(): Promise<void> }, T>(
  opened: S,
  work: (opened: S) => Promise<T>,
): Promise<T> {
  try {
    return await work(opened);
  } finally {
    // What closing says is less than what the work said.
    await opened.close().catch(() => {});
  }
}
