import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { keyHasher } from "#adapters/crypto/key-hasher.ts";
import { sealedCursors } from "#adapters/crypto/sealed-cursors.ts";
import { sealedValues } from "#adapters/crypto/sealed-values.ts";
import { signatures } from "#adapters/crypto/signatures.ts";
import { catalogRecords } from "#adapters/dynamodb/stores/catalog-records.ts";
import { CatalogCompaction } from "#adapters/replica/catalog-compaction.ts";
import { CatalogReplica } from "#adapters/replica/catalog-replica.ts";
import { ulids } from "#adapters/system/system-clock.ts";
import { inProcessGateway, type RequestBudget } from "#connectors/gateway.ts";
import { systemResolver, type ResolveHost } from "#connectors/network/host-guard.ts";
import { postgresqlConnectorWith } from "#connectors/postgresql/connector.ts";
import { accessRoutes } from "#contracts/http/groups/access.ts";
import { auditRoutes } from "#contracts/http/groups/audit.ts";
import { catalogRoutes } from "#contracts/http/groups/catalog.ts";
import { connectionRoutes } from "#contracts/http/groups/connections.ts";
import { dbtRoutes } from "#contracts/http/groups/dbt.ts";
import { identityRoutes } from "#contracts/http/groups/identity.ts";
import { jobRoutes } from "#contracts/http/groups/jobs.ts";
import { peopleRoutes } from "#contracts/http/groups/people.ts";
import { systemRoutes } from "#contracts/http/groups/system.ts";
import { webhookRoutes } from "#contracts/http/groups/webhooks.ts";
import type { RouteGroup } from "#contracts/http/routes.ts";
import type { CatalogDeltas } from "#core/ports/catalog-index.ts";
import type { CatalogMaintenance, CatalogSegments, SegmentPointers } from "#core/ports/catalog-segments.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { KeyStores } from "#core/ports/key-store.ts";
import type { RemoteGateway, RemoteSessions } from "#core/ports/remote.ts";
import type { SecretStore } from "#core/ports/secrets.ts";
import { noSuchRoute } from "#functions/http/edge/no-such-route.ts";
import { httpFunction, type HttpFunction } from "#functions/http/edge/http-function.ts";
import { accessOperations } from "#functions/operations/access.ts";
import { auditOperations } from "#functions/operations/audit.ts";
import { catalogOperations } from "#functions/operations/catalog.ts";
import { connectionOperations } from "#functions/operations/connections.ts";
import { dbtOperations } from "#functions/operations/dbt.ts";
import { identityOperations } from "#functions/operations/identity.ts";
import { jobOperations } from "#functions/operations/jobs.ts";
import type {
  CommonParts,
  DbtCloudParts,
  IndexParts,
  IssuerParts,
  QueueParts,
  RemoteParts,
  SecretParts,
  SignatureParts,
} from "#functions/operations/parts.ts";
import { peopleOperations } from "#functions/operations/people.ts";
import { systemOperations } from "#functions/operations/system.ts";
import { webhookOperations } from "#functions/operations/webhooks.ts";
import { KeptLog } from "./kept-log.ts";

/** What the functions that answer HTTP are made of. */
export type HttpParts = CommonParts &
  QueueParts &
  SecretParts &
  RemoteParts &
  IndexParts &
  DbtCloudParts &
  IssuerParts &
  SignatureParts;

/** Every HTTP function over the same parts, as each deployment has them. */
export const httpFunctions = (parts: HttpParts): Readonly<Record<RouteGroup, HttpFunction>> => ({
  access: httpFunction(accessRoutes, accessOperations(parts), parts),
  audit: httpFunction(auditRoutes, auditOperations(parts), parts),
  catalog: httpFunction(catalogRoutes, catalogOperations(parts), parts),
  connections: httpFunction(connectionRoutes, connectionOperations(parts), parts),
  dbt: httpFunction(dbtRoutes, dbtOperations(parts), parts),
  identity: httpFunction(identityRoutes, identityOperations(parts), parts),
  jobs: httpFunction(jobRoutes, jobOperations(parts), parts),
  people: httpFunction(peopleRoutes, peopleOperations(parts), parts),
  system: httpFunction(systemRoutes, systemOperations(), null, noSuchRoute),
  webhooks: httpFunction(webhookRoutes, webhookOperations(parts), null),
});

/** What does not depend on the store. */
export const fixedParts = {
  keys: keyHasher,
  signatures,
  seals: sealedValues(() => Promise.resolve("a root secret")),
  cursors: sealedCursors(() => Promise.resolve("a root secret")),
};

/** The catalog's index over a store: from its segments, where there are any, and its deltas. */
export const indexOf = (
  store: CatalogDeltas & SegmentPointers,
  clock: Clock,
  segments?: CatalogSegments,
): IndexParts => ({
  index: new CatalogReplica({
    deltas: store,
    clock,
    ...(segments === undefined ? {} : { stored: { segments, pointers: store, log: new KeptLog() } }),
  }),
});

/** What keeps the index of a table short. */
export const maintenanceOf = (
  table: { readonly client: DynamoDBDocumentClient; readonly tableName: string },
  store: CatalogDeltas & SegmentPointers,
  clock: Clock,
  segments: CatalogSegments,
): CatalogMaintenance =>
  new CatalogCompaction({
    segments,
    log: new KeptLog(),
    pointers: store,
    deltas: store,
    records: () => catalogRecords(table),
    clock,
    ids: ulids(clock),
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
