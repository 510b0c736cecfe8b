import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { logger } from "#adapters/observability/observability.ts";
import { correlationAttribute, jobMessage } from "#contracts/messages.ts";
import { healthJobHandler } from "#core/health/run-health-job.ts";
import { tableCheckHandler } from "#core/invariants/table-check.ts";
import { failDeadLettered } from "#core/jobs/dead-letter.ts";
import { runJob } from "#core/jobs/run-job.ts";
import type { CommonParts, QueueParts, WorkerParts } from "./parts.ts";

/** A function behind a queue. */
export type QueueFunction = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

/** Asks the queue to show a message again in a while, where its own timeout would be long. */
export type RetryLater = (record: SQSRecord) => Promise<void>;

type Parts = Omit<CommonParts, "keys" | "cursors"> & QueueParts;

/** Handles each record by itself: one that fails comes again, the others are done. */
const perRecord =
  (handle: (jobId: string, record: SQSRecord) => Promise<void>): QueueFunction =>
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
        await handle(jobId, record);
        logger.info("handled a message");
      },
      new BatchProcessor(EventType.SQS),
      { context, throwOnFullBatchFailure: false },
    );

/** Runs the jobs that messages name. */
export function jobWorker(parts: Parts & WorkerParts, retryLater: RetryLater): QueueFunction {
  const deps = {
    ...parts,
    handlers: { "health-check": healthJobHandler(parts), "table-check": tableCheckHandler(parts) },
  };
  return perRecord(async (jobId, record) => {
    try {
      await runJob(deps, jobId);
    } catch (error) {
      await retryLater(record);
      throw error;
    }
  });
}

/** Leaves the jobs of dead letters failed, where people see them and can send them again. */
export const deadLetterWorker = (parts: Parts): QueueFunction =>
  perRecord((jobId) => failDeadLettered(parts, jobId));
