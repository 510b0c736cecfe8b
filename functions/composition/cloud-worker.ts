import type { SQSRecord } from "aws-lambda";
import type * as z from "zod";
import { sqliteSnapshots } from "#adapters/dbt-artifacts/sqlite-snapshots.ts";
import { documentClient } from "#adapters/dynamodb/client.ts";
import { tableFacts } from "#adapters/dynamodb/stores/table-facts.ts";
import { ldapDirectory } from "#adapters/ldap/ldap-directory.ts";
import { processLog } from "#adapters/observability/observability.ts";
import { sqsClient } from "#adapters/sqs/client.ts";
import { showAgain } from "#adapters/sqs/show-again.ts";
import { intervalTimers } from "#adapters/timers/interval-timers.ts";
import { inProcessGateway } from "#connectors/gateway.ts";
import type { workerEnvironment } from "#contracts/environment.ts";
import { statementTimeoutSeconds } from "#contracts/limits.ts";
import type { RetryLater } from "#functions/operations/workers.ts";
import type {
  BackgroundParts,
  DbtCloudParts,
  QueueParts,
  SecretParts,
  WorkerParts,
} from "#functions/operations/parts.ts";
import { queueParts } from "./cloud.ts";
import { cloudOf } from "./cloud-dbt.ts";
import { secretStore } from "./cloud-secrets.ts";
import { catalogMaintenance, catalogMembers } from "./cloud-segments.ts";

type Worker = z.output<typeof workerEnvironment>;

/** For the workers of jobs: with connectors and the credentials of connections. */
export const workerParts = (
  environment: Worker,
): BackgroundParts & QueueParts & SecretParts & DbtCloudParts & WorkerParts => {
  const secrets = secretStore(environment);
  const gateway = inProcessGateway(secrets);
  return {
    ...queueParts(environment),
    secrets,
    cloud: cloudOf(environment),
    ldap: ldapDirectory({ onLoopback: false }),
    snapshots: sqliteSnapshots(),
    sessions: gateway,
    keyStores: gateway,
    // Its client is made when it is asked: next to no job reads the whole table.
    facts: {
      facts: () => tableFacts({ client: documentClient(), tableName: environment.TABLE_NAME }).facts(),
    },
    maintenance: catalogMaintenance(environment),
    index: catalogMembers(environment),
    timers: intervalTimers,
    statementTimeoutMs: statementTimeoutSeconds * 1000,
  };
};

/** Shows a job's message again soon after an attempt that failed. */
export function retryLater({ JOBS_QUEUE_URL }: Worker): RetryLater {
  const again = showAgain(sqsClient(), { queueUrl: JOBS_QUEUE_URL }, processLog);
  return ({ receiptHandle, attributes }: SQSRecord) =>
    again({ receiptHandle, receiveCount: Number(attributes.ApproximateReceiveCount) || 1 });
}
