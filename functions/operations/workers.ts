import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { logger } from "#adapters/observability/observability.ts";
import { correlationAttribute, jobMessage } from "#contracts/messages.ts";
import { domainRemovalHandler } from "#core/health/remove-domains.ts";
import { rebuildHandler } from "#core/catalog/rebuild.ts";
import { dbtRemovalHandler } from "#core/dbt/sync/leave/run-removal.ts";
import { dbtSyncHandler } from "#core/dbt/sync/run/run-sync.ts";
import { healthJobHandler } from "#core/health/run-health-job.ts";
import { tableCheckHandler } from "#core/invariants/table-check.ts";
import { refreshJobHandler } from "#core/health/run-refresh-job.ts";
import { identitySyncHandler } from "#core/identity/ldap/run-sync.ts";
import { failDeadLettered } from "#core/jobs/dead-letter.ts";
import { runJob } from "#core/jobs/run-job.ts";
import { removalHandler } from "#core/people/removal/run-removal.ts";
import { connectionCreationHandler } from "#core/connections/run-creation.ts";
import { bulkJobHandler } from "#core/sources/bulk/run-bulk.ts";
import { dataSourceCreationHandler } from "#core/sources/creation/run-creation.ts";
import type { BackgroundParts, DbtCloudParts, QueueParts, SecretParts, WorkerParts } from "./parts.ts";

/** A function behind a queue. */
export type QueueFunction = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

/** Asks the queue to show a message again in a while, where its own timeout would be long. */
export type RetryLater = (record: SQSRecord) => Promise<void>;

type Parts = BackgroundParts & QueueParts;

/** Handles each record by itself: one that fails comes again, the others are done. */
const perRecord =
  (handle: (jobId: string, record: SQSRecord, context: Context) => Promise<void>): QueueFunction =>
  (event, context) =>
    processPartialResponse(
      event,
      async (record: SQSRecord) => {
        const { jobId } = jobMessage.parse(JSON.parse(record.body));
        const correlationId = record.messageAttributes[correlationAttribute]?.stringValue;
        logger.resetKeys();
        logger.appendKeys({
          jobId,
          ...(correlationId === undefined ? {} : { correlation_id: correlationId }),
        });
        await handle(jobId, record, context);
        logger.info("handled a message");
      },
      new BatchProcessor(EventType.SQS),
      { context, throwOnFullBatchFailure: false },
    );

/** Before its time is over a worker leaves off by so much: what it has begun has to come to its next checkpoint. */
const reserveMs = 180_000;

/** When a job that can go on later leaves off; null where a worker has all the time there is. */
function leaveOffAt(now: Date, context: Context): Date | null {
  const remaining = context.getRemainingTimeInMillis();
  return Number.isFinite(remaining) ? new Date(now.getTime() + remaining - reserveMs) : null;
}

/** Runs the jobs that messages name. */
export function jobWorker(
  parts: Parts & WorkerParts & SecretParts & DbtCloudParts,
  retryLater: RetryLater,
): QueueFunction {
  const handlers = {
    "bulk-registration": bulkJobHandler(parts),
    "connection-creation": connectionCreationHandler(parts),
    "data-source-creation": dataSourceCreationHandler(parts),
    "dbt-removal": dbtRemovalHandler(parts),
    "dbt-sync": dbtSyncHandler(parts),
    "domain-removal": domainRemovalHandler(parts),
    "health-check": healthJobHandler(parts),
    "health-refresh": refreshJobHandler(parts),
    "identity-sync": identitySyncHandler(parts),
    "principal-removal": removalHandler(parts),
    rebuild: rebuildHandler(parts),
    "table-check": tableCheckHandler(parts),
  };
  const deps = { ...parts, handlers };
  return perRecord(async (jobId, record, context) => {
    try {
      await runJob(deps, jobId, leaveOffAt(parts.clock.now(), context));
    } catch (error) {
      await retryLater(record);
      throw error;
    }
  });
}

/** Leaves the jobs of dead letters failed, where people see them and can send them again. */
export const deadLetterWorker = (parts: Parts): QueueFunction =>
  perRecord((jobId) => failDeadLettered(parts, jobId));
