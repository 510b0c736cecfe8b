import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { sqliteSnapshots } from "#adapters/dbt-artifacts/sqlite-snapshots.ts";
import { tableFacts } from "#adapters/dynamodb/stores/table-facts.ts";
import { dynamoStore } from "#adapters/dynamodb/dynamo-store.ts";
import { fileSegments } from "#adapters/segments/file-segments.ts";
import { accessTokens } from "#adapters/oidc/access-tokens.ts";
import { oidcIssuers } from "#adapters/oidc/oidc-issuers.ts";
import { ldapDirectory } from "#adapters/ldap/ldap-directory.ts";
import { processLog } from "#adapters/observability/observability.ts";
import { ulids } from "#adapters/system/system-clock.ts";
import { intervalTimers } from "#adapters/timers/interval-timers.ts";
import type { Permission } from "#contracts/resources/system.ts";
import type { CatalogDeltas } from "#core/ports/catalog-index.ts";
import type { DbtCloud } from "#core/ports/dbt-cloud.ts";
import type { KeyStores } from "#core/ports/key-store.ts";
import type { RemoteSessions } from "#core/ports/remote.ts";
import type { SecretStore } from "#core/ports/secrets.ts";
import type { Store } from "#core/ports/store.ts";
import { jobWorker, type QueueFunction } from "#functions/operations/workers.ts";
import { lambdaContext } from "#local/lambda-context.ts";
import { matchRoute } from "#local/server/match-route.ts";
import { noDbtCloud } from "#test/support/no-dbt-cloud.ts";
import { fixedParts, httpFunctions, indexOf, maintenanceOf } from "#test/support/composition.ts";
import { httpEvent, queryString, type Query } from "#test/support/http-event.ts";
import { BenchClock } from "./bench-clock.ts";
import { JobQueue } from "./job-queue.ts";
import { instantGateway, instantSessions, noKeyStores } from "./remote.ts";

/** A request as somebody sends it. */
export interface Request {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  /** The API key of who asks. */
  readonly key: string;
  readonly query?: Query;
  readonly body?: object;
}

/** What another service sends, proven by nothing but its signature. */
export interface Delivery {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Somebody with an API key. */
export interface Caller {
  readonly id: string;
  readonly key: string;
}

/** What a bench may give. */
export interface DeploymentOptions {
  readonly clock?: BenchClock;
  /** Where the index reads what changed, if not in the table. */
  readonly deltas?: CatalogDeltas;
  /** How workers reach the remote, if it is not one that answers at once and has no tables to list. */
  readonly sessions?: RemoteSessions;
  /** How workers reach what remotes keep, if they keep nothing. */
  readonly keyStores?: KeyStores;
  /** What asks dbt Cloud; without it nothing of its may be asked. */
  readonly cloud?: DbtCloud;
  /** By default secrets are thrown away. */
  readonly secrets?: SecretStore;
}

/** Every function of a deployment over one table, with a remote that answers at once and a queue without a wire. */
export interface Deployment {
  readonly clock: BenchClock;
  readonly store: Store & CatalogDeltas;
  readonly queue: JobQueue;
  readonly worker: QueueFunction;
  /** Makes the event, and gives what has the function answer it; a reply that is no success fails. */
  readonly prepare: (request: Request) => () => Promise<unknown>;
  readonly prepareDelivery: (delivery: Delivery) => () => Promise<unknown>;
  readonly send: (request: Request) => Promise<unknown>;
  readonly newCaller: (permissions: readonly Permission[]) => Promise<Caller>;
}

const noSecrets: SecretStore = {
  put: () => Promise.resolve(),
  get: () => Promise.resolve(null),
  delete: () => Promise.resolve(),
  list: () => Promise.resolve([]),
};

/** A deployment with processes of its own: nothing is in memory yet. */
export function deployment(
  client: DynamoDBDocumentClient,
  tableName: string,
  {
    clock = new BenchClock(),
    deltas,
    sessions = instantSessions,
    keyStores = noKeyStores,
    cloud = noDbtCloud,
    secrets = noSecrets,
  }: DeploymentOptions = {},
): Deployment {
  const store = dynamoStore({ client, tableName, clock });
  const segments = fileSegments(join(tmpdir(), tableName));
  const queue = new JobQueue();
  const ids = ulids(clock);
  const issuers = oidcIssuers({ onLoopback: false, clock });
  const tokens = accessTokens({ onLoopback: false, clock, log: processLog });
  const common = { store, clock, ids, log: processLog, messages: queue, tokens, issuers, ...fixedParts };
  const { index } = indexOf({ ...store, ...deltas }, clock);
  const functions = httpFunctions({ ...common, secrets, remote: instantGateway, cloud, index });
  const worker = jobWorker(
    {
      ...common,
      secrets,
      cloud,
      ldap: ldapDirectory({ onLoopback: true }),
      snapshots: sqliteSnapshots(),
      sessions,
      keyStores,
      index,
      facts: tableFacts({ client, tableName }),
      maintenance: maintenanceOf({ client, tableName }, store, clock, segments),
      timers: intervalTimers,
      statementTimeoutMs: 60_000,
    },
    () => Promise.resolve(),
  );
  const answer = (sent: Pick<Request, "method" | "path" | "query"> & Omit<Delivery, "path">) => {
    const { method, path, query, headers, body } = sent;
    const match = matchRoute(method, path);
    const event = httpEvent(
      { method, path, query: queryString(query), headers, bytes: Buffer.from(body) },
      match,
    );
    return async () => {
      const reply = await functions[match.group](event, lambdaContext(match.group));
      if ((reply.statusCode ?? 200) >= 300) throw new Error(`${method} ${path}: ${reply.body}`);
      return reply.body === undefined || reply.body === "" ? null : (JSON.parse(reply.body) as unknown);
    };
  };
  const prepare = ({ key, body, ...request }: Request) => {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    return answer({ ...request, headers, body: body === undefined ? "" : JSON.stringify(body) });
  };
  return {
    clock,
    store,
    queue,
    worker,
    prepare,
    prepareDelivery: (delivery) => answer({ ...delivery, method: "POST" }),
    send: (request) => prepare(request)(),
    async newCaller(permissions) {
      const id = ids.next("user");
      const key = `rv_${ids.next("apiKey").slice(4)}_${randomBytes(32).toString("base64url")}`;
      const createdAt = clock.now().toISOString();
      const user = {
        name: "Ann",
        email: "ann@example.com",
        kind: "person",
        groups: [],
        attributes: {},
        externalUsernames: {},
      } as const;
      const named = {
        ...fixedParts.keys.identify(key),
        userId: id,
        name: "bench",
        expiresAt: null,
        createdAt,
      };
      await store.commit([
        {
          write: "put",
          kind: "user",
          record: { ...user, id, permissions, disabled: false, createdAt, version: 1 },
        },
        { write: "put", kind: "api-key", record: named },
      ]);
      return { id, key };
    },
  };
}
