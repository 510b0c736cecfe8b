import "./quiet-log.ts";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { afterAll } from "vitest";
import { fileAuditObjects } from "#adapters/audit-objects/file-audit-objects.ts";
import { sqliteSnapshots } from "#adapters/dbt-artifacts/sqlite-snapshots.ts";
import { tableFacts } from "#adapters/dynamodb/stores/table-facts.ts";
import { dynamoStore } from "#adapters/dynamodb/dynamo-store.ts";
import { ldapDirectory } from "#adapters/ldap/ldap-directory.ts";
import { accessTokens } from "#adapters/oidc/access-tokens.ts";
import { oidcIssuers } from "#adapters/oidc/oidc-issuers.ts";
import { fileSecretStore } from "#adapters/secrets/file-secret-store.ts";
import { ulids } from "#adapters/system/system-clock.ts";
import type { RequestBudget } from "#connectors/gateway.ts";
import { fileSegments } from "#adapters/segments/file-segments.ts";
import type { CatalogDeltas } from "#core/ports/catalog-index.ts";
import type { CatalogMaintenance, CatalogSegments, SegmentPointers } from "#core/ports/catalog-segments.ts";
import type { DbtCloud } from "#core/ports/dbt-cloud.ts";
import type { Ids } from "#core/ports/clock.ts";
import type { KeyStores } from "#core/ports/key-store.ts";
import type { LdapDirectory } from "#core/ports/ldap-directory.ts";
import type { RemoteGateway, RemoteSessions } from "#core/ports/remote.ts";
import type { SecretStore } from "#core/ports/secrets.ts";
import type { Store } from "#core/ports/store.ts";
import { auditExports } from "#functions/operations/export-audit.ts";
import { sweep } from "#functions/operations/sweep.ts";
import { deadLetterWorker, jobWorker, type QueueFunction } from "#functions/operations/workers.ts";
import { lambdaContext } from "#local/lambda-context.ts";
import { matchRoute } from "#local/server/match-route.ts";
import { checkReply, type Reply } from "./check-reply.ts";
import {
  fixedParts,
  httpFunctions,
  indexOf,
  maintenanceOf,
  testGateway,
  type HttpParts,
} from "./composition.ts";
import { breakingClient, breakingMessages, breakingSessions, type Breaker } from "./broken-steps.ts";
import { FixedClock } from "./fixed-clock.ts";
import { noDbtCloud } from "./no-dbt-cloud.ts";
import { HandTimers } from "./hand-timers.ts";
import { httpEvent, queryString, replyOf, type Query } from "./http-event.ts";
import { KeptLog } from "./kept-log.ts";
import { Outbox } from "./outbox.ts";
import { aTable, testClient } from "./store.ts";

/** A request; `body` is sent as JSON, `raw` as it is. Without `as` it carries no credentials. */
export interface Request {
  readonly as?: { readonly key: string } | undefined;
  readonly query?: Query;
  readonly body?: unknown;
  readonly raw?: string | Buffer;
  readonly base64?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a worker may be given instead of the app's own. */
export interface WorkerOptions {
  /** What goes wrong at a step of it. */
  readonly breaker?: Breaker;
  /** How long the remote engine may work on one statement. */
  readonly statementTimeoutMs?: number;
  /** How many data sources bulk work or a sync deals with in one transaction. */
  readonly madeAtOnce?: number;
  /** How it reaches remote databases. */
  readonly sessions?: RemoteSessions;
  /** How it reaches what remote databases keep for it. */
  readonly keyStores?: KeyStores;
  /** Its own way to the table; who gives it closes it. */
  readonly client?: DynamoDBDocumentClient;
}

/** Every function of a deployment, in this process, over a table and secrets of its own. */
export interface App {
  readonly clock: FixedClock;
  readonly ids: Ids;
  readonly store: Store & CatalogDeltas & SegmentPointers;
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly secrets: SecretStore;
  readonly gateway: RemoteGateway & RemoteSessions & KeyStores;
  readonly outbox: Outbox;
  /** The heartbeats of workers. */
  readonly timers: HandTimers;
  readonly log: KeptLog;
  readonly parts: HttpParts;
  /** Sends one request to the function that the gateway would choose; the reply is held to its contract. */
  readonly call: (method: string, path: string, request?: Request) => Promise<Reply>;
  /** Exports what is settled of the audit, as the schedule does. */
  readonly exportAudit: () => Promise<void>;
  /** Where it exports to. */
  readonly exportsDirectory: string;
  readonly maintenance: CatalogMaintenance;
  readonly segments: CatalogSegments;
  readonly worker: (options?: WorkerOptions) => QueueFunction;
  readonly deadLetterWorker: QueueFunction;
  readonly breakingDeadLetterWorker: (breaker: Breaker) => QueueFunction;
  /** `deadWorkers` as after a restart of one machine, when no worker is alive. */
  readonly sweep: (deadWorkers?: boolean) => Promise<void>;
  /** Delivers messages until none waits. */
  readonly drain: () => Promise<void>;
}

/**
 * The machine's time, at the fifth minute of its hour: near to it, because DynamoDB Local really removes what has
 * expired and files bear real dates, and away from the full hour, at which the sweep does more.
 */
const testStart = (): string => `${new Date().toISOString().slice(0, 13)}:05:00.000Z`;

/** What an app is made of that a test wants otherwise. */
export interface AppOptions {
  readonly request?: RequestBudget;
  /** What asks dbt Cloud; without it nothing of its may be asked. */
  readonly cloud?: (clock: FixedClock) => DbtCloud;
  /** What reads directories; without it such as stand on this machine. */
  readonly ldap?: LdapDirectory;
}

/** An app for one test file, gone when the file is done. */
export async function anApp(options: AppOptions = {}): Promise<App> {
  const directory = await mkdtemp(join(tmpdir(), "reeve-secrets-"));
  const [tableName, client, clock] = [await aTable(), testClient(), new FixedClock(testStart())];
  afterAll(async () => {
    client.destroy();
    await rm(directory, { recursive: true, force: true });
  });
  const secrets = fileSecretStore(directory);
  const [log, timers, outbox] = [new KeptLog(), new HandTimers(), new Outbox(clock)];
  const store = dynamoStore({ client, tableName, clock });
  const gateway = testGateway(secrets, options.request);
  const segments = fileSegments(join(directory, "segments"));
  const tokens = accessTokens({ onLoopback: true, clock, log });
  const issuers = oidcIssuers({ onLoopback: true, clock });
  const common = { store, clock, ids: ulids(clock), log, messages: outbox, tokens, issuers, ...fixedParts };
  const exportsDirectory = join(directory, "exports");
  const cloud = options.cloud?.(clock) ?? noDbtCloud;
  const { index } = indexOf(store, clock, segments);
  const parts: HttpParts = { ...common, secrets, remote: gateway, cloud, index };
  const maintenance = maintenanceOf({ client, tableName }, store, clock, segments);
  const worker = workerMaker(
    {
      ...common,
      timers,
      secrets,
      cloud,
      ldap: options.ldap ?? ldapDirectory({ onLoopback: true }),
      snapshots: sqliteSnapshots(),
      sessions: gateway,
      maintenance,
      index,
      keyStores: gateway,
      facts: tableFacts({ client, tableName }),
    },
    tableName,
  );
  return {
    clock,
    ids: common.ids,
    store,
    client,
    tableName,
    secrets,
    gateway,
    outbox,
    timers,
    log,
    parts,
    call: caller(parts),
    exportAudit: auditExports({ ...common, objects: fileAuditObjects(exportsDirectory) }),
    exportsDirectory,
    worker,
    maintenance,
    segments,
    deadLetterWorker: deadLetterWorker(common),
    breakingDeadLetterWorker: (breaker) => {
      const broken = breakingClient(testClient(), breaker);
      return deadLetterWorker({
        ...common,
        store: dynamoStore({ client: broken, tableName, clock }),
        messages: breakingMessages(outbox, breaker),
      });
    },
    sweep: sweep({ ...common, secrets }),
    drain: () => outbox.drain(worker()),
  };
}

type Common = Parameters<typeof jobWorker>[0];

/** Makes workers; one whose steps break has a client of its own, so that nobody else meets them. */
const workerMaker =
  (common: Omit<Common, "statementTimeoutMs"> & { readonly clock: FixedClock }, tableName: string) =>
  ({
    breaker,
    client,
    statementTimeoutMs = 10_000,
    sessions = common.sessions,
    keyStores = common.keyStores,
    madeAtOnce,
  }: WorkerOptions = {}) => {
    const { clock, messages } = common;
    const storeOver = (own: DynamoDBDocumentClient) => dynamoStore({ client: own, tableName, clock });
    const later = (): Promise<void> => Promise.resolve();
    if (breaker === undefined) {
      const store = client === undefined ? common.store : storeOver(client);
      return jobWorker({ ...common, store, statementTimeoutMs, sessions, keyStores, madeAtOnce }, later);
    }
    const own = breakingClient(testClient(), breaker);
    const breaking = jobWorker(
      {
        ...common,
        store: storeOver(own),
        messages: breakingMessages(messages, breaker),
        sessions: breakingSessions(sessions, breaker),
        keyStores,
        statementTimeoutMs,
        madeAtOnce,
      },
      later,
    );
    const worker: QueueFunction = async (event, context) => {
      try {
        return await breaking(event, context);
      } finally {
        own.destroy();
      }
    };
    return worker;
  };

/** Sends requests to the functions over some parts. */
export function caller(parts: HttpParts): App["call"] {
  const functions = httpFunctions(parts);
  return async (method, path, { as, query, body, raw, base64, headers } = {}) => {
    const match = matchRoute(method, path);
    const text = raw ?? (body === undefined ? "" : JSON.stringify(body));
    const sent = {
      method,
      path,
      query: queryString(query),
      base64,
      bytes: Buffer.from(text),
      headers: {
        ...(as === undefined ? {} : { authorization: `Bearer ${as.key}` }),
        ...(text.length === 0 ? {} : { "content-type": "application/json" }),
        ...headers,
      },
    };
    const result = await functions[match.group](httpEvent(sent, match), lambdaContext(match.group));
    const reply = replyOf(result);
    checkReply(match, reply);
    return reply;
  };
}
