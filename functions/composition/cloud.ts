import type * as z from "zod";
import { keyHasher } from "#adapters/crypto/key-hasher.ts";
import { sealedCursors } from "#adapters/crypto/sealed-cursors.ts";
import { sealedValues } from "#adapters/crypto/sealed-values.ts";
import { documentClient } from "#adapters/dynamodb/client.ts";
import { dynamoStore } from "#adapters/dynamodb/dynamo-store.ts";
import { logger, processLog } from "#adapters/observability/observability.ts";
import { lambdaGateway } from "#adapters/remote/lambda-gateway.ts";
import { CatalogReplica } from "#adapters/replica/catalog-replica.ts";
import { accessTokens } from "#adapters/oidc/access-tokens.ts";
import { oidcIssuers } from "#adapters/oidc/oidc-issuers.ts";
import { rootSecret } from "#adapters/secrets/root-secret.ts";
import { systemClock, ulids } from "#adapters/system/system-clock.ts";
import type {
  accessEnvironment,
  auditEnvironment,
  bootstrapEnvironment,
  userPoolEnvironment,
  catalogEnvironment,
  connectionsEnvironment,
  deadLettersEnvironment,
  identityEnvironment,
  jobsEnvironment,
  peopleEnvironment,
  sweepEnvironment,
} from "#contracts/environment.ts";
import type { JobMessages } from "#core/ports/job-messages.ts";
import type {
  BackgroundParts,
  CommonParts,
  IndexParts,
  IssuerParts,
  QueueParts,
  RemoteParts,
  SecretParts,
} from "#functions/operations/parts.ts";
import { secretStore } from "./cloud-secrets.ts";
import { bucketSegments } from "./cloud-segments.ts";

/*
 * What every function gets in the cloud, the workers' drivers apart (cloud-worker.ts): nothing here may
 * reach a connector, or its driver would be in the bundles of the functions that answer HTTP.
 */
type Environment<S extends z.ZodType> = z.output<S>;
type Table = { readonly TABLE_NAME: string };

/** A store that can also tell a replica what changed. */
const storeOf = ({ TABLE_NAME }: Table) =>
  dynamoStore({ client: documentClient(), tableName: TABLE_NAME, clock: systemClock });

const base = { clock: systemClock, ids: ulids(systemClock), log: processLog };

const cursorsOf = (secrets: SecretParts["secrets"]) => sealedCursors(rootSecret(secrets));

/** The request's id as the logger has it, so that the far side logs under the same. */
function correlationId(): string | undefined {
  const id = logger.getCorrelationId();
  return typeof id === "string" ? id : undefined;
}

/** Loads at the first call, and once: what most requests do without is no part of a cold start. */
function lazily<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => (loaded ??= load());
}

function remoteOf({ REMOTE_FUNCTION_PREFIX }: { readonly REMOTE_FUNCTION_PREFIX: string }) {
  const invoke = lazily(async () => {
    const { invokeFunction, lambdaRequests } = await import("#adapters/remote/invoke-function.ts");
    return invokeFunction(lambdaRequests(), { prefix: REMOTE_FUNCTION_PREFIX });
  });
  return lambdaGateway(async (technology, call) => await (await invoke())(technology, call), correlationId);
}

function messagesOf({ JOBS_QUEUE_URL }: { readonly JOBS_QUEUE_URL: string }): JobMessages {
  const messages = lazily(async () => {
    const [{ sqsClient }, { sqsJobMessages }] = await Promise.all([
      import("#adapters/sqs/client.ts"),
      import("#adapters/sqs/sqs-job-messages.ts"),
    ]);
    return sqsJobMessages(sqsClient(), { queueUrl: JOBS_QUEUE_URL });
  });
  return { send: async (message) => await (await messages()).send(message) };
}

/** What every function that knows its callers has. */
const callerParts = (environment: Environment<typeof auditEnvironment>): CommonParts => ({
  ...base,
  keys: keyHasher,
  tokens: accessTokens({ onLoopback: false, ...base }),
  store: storeOf(environment),
  cursors: cursorsOf(secretStore(environment)),
  seals: sealedValues(rootSecret(secretStore(environment))),
});

/** For what lists or counts data sources: the store that the index reads from is the same. */
function indexedParts(
  environment: Environment<typeof accessEnvironment>,
): CommonParts & QueueParts & IndexParts {
  const store = storeOf(environment);
  return {
    ...callerParts(environment),
    store,
    messages: messagesOf(environment),
    index: new CatalogReplica({
      deltas: store,
      clock: systemClock,
      stored: { pointers: store, segments: bucketSegments(environment), log: processLog },
    }),
  };
}

/** For people and settings. */
export const peopleParts = (
  environment: Environment<typeof peopleEnvironment>,
): CommonParts & QueueParts & IndexParts => indexedParts(environment);

/** For policies. */
export const accessParts = (
  environment: Environment<typeof accessEnvironment>,
): CommonParts & QueueParts & IndexParts => indexedParts(environment);

/** For identity providers. */
export const identityParts = (
  environment: Environment<typeof identityEnvironment>,
): CommonParts & QueueParts & SecretParts & IssuerParts => ({
  ...callerParts(environment),
  messages: messagesOf(environment),
  secrets: secretStore(environment),
  issuers: oidcIssuers({ onLoopback: false, clock: systemClock }),
});

/** For the audit. */
export const auditParts = (environment: Environment<typeof auditEnvironment>): CommonParts =>
  callerParts(environment);

/** For connections: writes credentials, reads none but the root secret. */
export function connectionsParts(
  environment: Environment<typeof connectionsEnvironment>,
): CommonParts & QueueParts & SecretParts & RemoteParts {
  return {
    ...callerParts(environment),
    secrets: secretStore(environment),
    messages: messagesOf(environment),
    remote: remoteOf(environment),
  };
}

/** For data sources, dictionaries and tags. */
export function catalogParts(
  environment: Environment<typeof catalogEnvironment>,
): CommonParts & QueueParts & RemoteParts & IndexParts {
  return { ...indexedParts(environment), remote: remoteOf(environment) };
}

/** For jobs as people see and steer them. */
export const jobsParts = (environment: Environment<typeof jobsEnvironment>): CommonParts & QueueParts => ({
  ...callerParts(environment),
  messages: messagesOf(environment),
});

/** For what works on jobs and asks no remote: dead letters, and the beginning of the night. */
export const queueParts = (
  environment: Environment<typeof deadLettersEnvironment>,
): BackgroundParts & QueueParts => ({
  ...base,
  store: storeOf(environment),
  messages: messagesOf(environment),
});

/** For the sweep. */
export const sweepParts = (
  environment: Environment<typeof sweepEnvironment>,
): BackgroundParts & QueueParts & SecretParts => ({
  ...queueParts(environment),
  secrets: secretStore(environment),
});

/** For making the first administrator. */
export const bootstrapParts = (
  environment: Environment<typeof bootstrapEnvironment>,
): BackgroundParts & SecretParts => ({
  ...base,
  store: storeOf(environment),
  secrets: secretStore(environment),
});

/** For making the provider of the deployment's own user pool. */
export const userPoolParts = (environment: Environment<typeof userPoolEnvironment>): BackgroundParts => ({
  ...base,
  store: storeOf(environment),
});
