import { fileAuditObjects } from "#adapters/audit-objects/file-audit-objects.ts";
import { keyHasher } from "#adapters/crypto/key-hasher.ts";
import { sealedCursors } from "#adapters/crypto/sealed-cursors.ts";
import { sealedValues } from "#adapters/crypto/sealed-values.ts";
import { signatures } from "#adapters/crypto/signatures.ts";
import { sqliteSnapshots } from "#adapters/dbt-artifacts/sqlite-snapshots.ts";
import { dbtCloud } from "#adapters/dbt-cloud/dbt-cloud.ts";
import type { ListedHosts } from "#adapters/dbt-cloud/hosts.ts";
import { tableFacts } from "#adapters/dynamodb/stores/table-facts.ts";
import { dynamoStore } from "#adapters/dynamodb/dynamo-store.ts";
import { ldapDirectory } from "#adapters/ldap/ldap-directory.ts";
import { processLog } from "#adapters/observability/observability.ts";
import { catalogRecords } from "#adapters/dynamodb/stores/catalog-records.ts";
import { CatalogCompaction } from "#adapters/replica/catalog-compaction.ts";
import { CatalogReplica } from "#adapters/replica/catalog-replica.ts";
import { accessTokens } from "#adapters/oidc/access-tokens.ts";
import { oidcIssuers } from "#adapters/oidc/oidc-issuers.ts";
import { fileSegments } from "#adapters/segments/file-segments.ts";
import { fileSecretStore } from "#adapters/secrets/file-secret-store.ts";
import { systemClock, ulids } from "#adapters/system/system-clock.ts";
import { intervalTimers } from "#adapters/timers/interval-timers.ts";
import { inProcessGateway } from "#connectors/gateway.ts";
import { statementTimeoutSeconds } from "#contracts/limits.ts";
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
import { correlationAttribute, maxDeliveries, type JobMessage } from "#contracts/messages.ts";
import type { JobMessages } from "#core/ports/job-messages.ts";
import { noSuchRoute } from "#functions/http/edge/no-such-route.ts";
import { httpFunction, type HttpFunction } from "#functions/http/edge/http-function.ts";
import { accessOperations } from "#functions/operations/access.ts";
import { auditOperations } from "#functions/operations/audit.ts";
import { catalogOperations } from "#functions/operations/catalog.ts";
import { connectionOperations } from "#functions/operations/connections.ts";
import { dbtOperations } from "#functions/operations/dbt.ts";
import { identitySyncs } from "#functions/operations/identity-syncs.ts";
import { dbtRuns } from "#functions/operations/dbt-runs.ts";
import { identityOperations } from "#functions/operations/identity.ts";
import { jobOperations } from "#functions/operations/jobs.ts";
import { peopleOperations } from "#functions/operations/people.ts";
import { nightly } from "#functions/operations/nightly.ts";
import { auditExports } from "#functions/operations/export-audit.ts";
import { compact } from "#functions/operations/compact.ts";
import { sweep } from "#functions/operations/sweep.ts";
import { systemOperations } from "#functions/operations/system.ts";
import { webhookOperations } from "#functions/operations/webhooks.ts";
import { deadLetterWorker, jobWorker } from "#functions/operations/workers.ts";
import type { LocalTable } from "./dynamodb/local-table.ts";
import { LocalQueue } from "./queue/local-queue.ts";
import { systemQueueTimers } from "./queue/queue-timers.ts";

/** Longer than any job's statement may take: within one process a message is only lost with all of it. */
const visibilityMs = 30 * 60_000;
/** A failed attempt is tried again so soon; a person may be watching. */
const retryMs = 2000;
/** Jobs at a time, over all connections; each of them has four slots of its own. */
const concurrency = 8;

/** What makes one machine's Reeve out of its table and files. */
export interface Ingredients {
  readonly table: LocalTable;
  readonly secretsDirectory: string;
  readonly segmentsDirectory: string;
  readonly exportsDirectory: string;
  readonly rootSecret: string;
  readonly dbtHosts: ListedHosts;
}

/** The same functions as in the cloud, wired to what one machine has. */
export function compose(ingredients: Ingredients) {
  const parts = partsOf(ingredients);
  const queues = queuesOf(parts);
  const withMessages = { ...parts, messages: queues.messages };
  const functions: Readonly<Record<RouteGroup, HttpFunction>> = {
    access: httpFunction(accessRoutes, accessOperations(withMessages), parts),
    audit: httpFunction(auditRoutes, auditOperations(parts), parts),
    catalog: httpFunction(catalogRoutes, catalogOperations(withMessages), parts),
    connections: httpFunction(connectionRoutes, connectionOperations(withMessages), parts),
    dbt: httpFunction(dbtRoutes, dbtOperations(withMessages), parts),
    identity: httpFunction(identityRoutes, identityOperations(withMessages), parts),
    jobs: httpFunction(jobRoutes, jobOperations(withMessages), parts),
    people: httpFunction(peopleRoutes, peopleOperations(withMessages), parts),
    system: httpFunction(systemRoutes, systemOperations(), null, noSuchRoute),
    webhooks: httpFunction(webhookRoutes, webhookOperations(withMessages), null),
  };
  return {
    parts,
    functions,
    sweep: sweep(withMessages),
    nightly: nightly(withMessages),
    compact: compact(parts),
    dbtRuns: dbtRuns(withMessages),
    exportAudit: auditExports({ ...parts, objects: fileAuditObjects(ingredients.exportsDirectory) }),
    identitySyncs: identitySyncs(withMessages),
    stopWorkers: queues.stop,
  };
}

type Parts = ReturnType<typeof partsOf>;

function partsOf({ table, secretsDirectory, segmentsDirectory, rootSecret, dbtHosts }: Ingredients) {
  const clock = systemClock;
  const store = dynamoStore({ client: table.client, tableName: table.tableName, clock });
  const secrets = fileSecretStore(secretsDirectory);
  const ids = ulids(clock);
  const stored = { segments: fileSegments(segmentsDirectory), log: processLog };
  const gateway = inProcessGateway(secrets);
  return {
    store,
    secrets,
    clock,
    ids,
    log: processLog,
    keys: keyHasher,
    tokens: accessTokens({ onLoopback: true, clock, log: processLog }),
    cursors: sealedCursors(() => Promise.resolve(rootSecret)),
    index: new CatalogReplica({ deltas: store, clock, stored: { ...stored, pointers: store } }),
    maintenance: new CatalogCompaction({
      ...stored,
      pointers: store,
      deltas: store,
      records: () => catalogRecords(table),
      clock,
      ids,
    }),
    seals: sealedValues(() => Promise.resolve(rootSecret)),
    issuers: oidcIssuers({ onLoopback: true, clock }),
    cloud: dbtCloud({ listed: dbtHosts, clock }),
    ldap: ldapDirectory({ onLoopback: true }),
    snapshots: sqliteSnapshots(),
    signatures,
    remote: gateway,
    sessions: gateway,
    keyStores: gateway,
    facts: tableFacts(table),
    timers: intervalTimers,
    statementTimeoutMs: statementTimeoutSeconds * 1000,
  };
}

/** The jobs queue and its dead letters, each with its worker. */
function queuesOf(parts: Parts) {
  const messages: JobMessages = {
    send({ jobId, correlationId }) {
      const body: JobMessage = { v: 1, jobId };
      jobs.send({ body: JSON.stringify(body), attributes: { [correlationAttribute]: correlationId } });
      return Promise.resolve();
    },
  };
  const shared = { visibilityMs, timers: systemQueueTimers, log: parts.log };
  const deadLetters = new LocalQueue({
    ...shared,
    name: "dead-letters",
    worker: deadLetterWorker({ ...parts, messages }),
    batchSize: 10,
    concurrency: 1,
    maxReceiveCount: Number.POSITIVE_INFINITY,
  });
  const jobs: LocalQueue = new LocalQueue({
    ...shared,
    name: "jobs",
    worker: jobWorker({ ...parts, messages }, ({ receiptHandle }) => {
      jobs.changeVisibility(receiptHandle, retryMs);
      return Promise.resolve();
    }),
    // A job that takes long holds up no other one of its batch.
    batchSize: 1,
    concurrency,
    maxReceiveCount: maxDeliveries,
    deadLetters,
  });
  return {
    messages,
    stop: async (): Promise<void> => {
      await Promise.all([jobs.stop(), deadLetters.stop()]);
    },
  };
}
