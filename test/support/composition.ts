import { keyHasher } from "#adapters/crypto/key-hasher.ts";
import { sealedCursors } from "#adapters/crypto/sealed-cursors.ts";
import { CatalogReplica } from "#adapters/replica/catalog-replica.ts";
import { inProcessGateway, type RequestBudget } from "#connectors/gateway.ts";
import { systemResolver, type ResolveHost } from "#connectors/network/host-guard.ts";
import { postgresqlConnectorWith } from "#connectors/postgresql/connector.ts";
import { catalogRoutes } from "#contracts/http/groups/catalog.ts";
import { connectionRoutes } from "#contracts/http/groups/connections.ts";
import { jobRoutes } from "#contracts/http/groups/jobs.ts";
import { peopleRoutes } from "#contracts/http/groups/people.ts";
import { systemRoutes } from "#contracts/http/groups/system.ts";
import type { RouteGroup } from "#contracts/http/routes.ts";
import type { CatalogDeltas } from "#core/ports/catalog-index.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { KeyStores } from "#core/ports/key-store.ts";
import type { RemoteGateway, RemoteSessions } from "#core/ports/remote.ts";
import type { SecretStore } from "#core/ports/secrets.ts";
import type { Store } from "#core/ports/store.ts";
import { httpFunction, type HttpFunction } from "#functions/http/edge/http-function.ts";
import { catalogOperations } from "#functions/operations/catalog.ts";
import { connectionOperations } from "#functions/operations/connections.ts";
import { jobOperations } from "#functions/operations/jobs.ts";
import type {
  CommonParts,
  IndexParts,
  QueueParts,
  RemoteParts,
  SecretParts,
} from "#functions/operations/parts.ts";
import { peopleOperations } from "#functions/operations/people.ts";
import { systemOperations } from "#functions/operations/system.ts";

/** What the functions that answer HTTP are made of. */
export type HttpParts = CommonParts & QueueParts & SecretParts & RemoteParts & IndexParts;

/** Every HTTP function over the same parts, as each deployment has them. */
export const httpFunctions = (parts: HttpParts): Readonly<Record<RouteGroup, HttpFunction>> => ({
  catalog: httpFunction(catalogRoutes, catalogOperations(parts), parts),
  connections: httpFunction(connectionRoutes, connectionOperations(parts), parts),
  jobs: httpFunction(jobRoutes, jobOperations(parts), parts),
  people: httpFunction(peopleRoutes, peopleOperations(parts), parts),
  system: httpFunction(systemRoutes, systemOperations(), null),
});

/** What does not depend on the store. */
export const fixedParts = { keys: keyHasher, cursors: sealedCursors(() => Promise.resolve("a root secret")) };

/** The catalog's index over a store. */
export const indexOf = (store: Store & CatalogDeltas, clock: Clock): IndexParts => ({
  index: new CatalogReplica(store, clock),
});

/** Host names that only tests know; no test asks a name server. */
const testHosts: Readonly<Record<string, readonly string[]>> = {
  "metadata.test": ["169.254.169.254"],
  "rebinding.test": ["127.0.0.1", "169.254.169.254"],
  "database.test": ["127.0.0.1"],
};

const resolveTestHost: ResolveHost = (host) =>
  host.endsWith(".test") ? Promise.resolve(testHosts[host] ?? []) : systemResolver(host);

/** Real connections to the run's PostgreSQL. */
export const testGateway = (
  secrets: SecretStore,
  request?: RequestBudget,
): RemoteGateway & RemoteSessions & KeyStores =>
  inProcessGateway(secrets, {
    connectors: () => Promise.resolve(postgresqlConnectorWith(resolveTestHost)),
    ...(request === undefined ? {} : { request }),
  });
