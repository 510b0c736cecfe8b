import { ChangeMessageVisibilityCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { maxDeliveries } from "#contracts/messages.ts";
import type { Log } from "#core/ports/log.ts";

/** What of a received message decides when it is shown again. */
export interface ReceivedMessage {
  readonly receiptHandle: string;
  /** How often it was received, this time included. */
  readonly receiveCount: number;
}

const firstWaitSeconds = 5;

/** 5 seconds, then four times as long each time; none where the next stop is the dead letters. */
export const waitSeconds = (receiveCount: number): number =>
  receiveCount >= maxDeliveries ? 0 : firstWaitSeconds * 4 ** (Math.max(1, receiveCount) - 1);

/**
 * Shows a failed message again after a short wait, where the queue's own timeout would keep it hidden for
 * longer than a worker can live. Failing here costs only that time, so it is told and not thrown.
 */
export const showAgain =
  (client: Pick<SQSClient, "send">, { queueUrl }: { readonly queueUrl: string }, log: Log) =>
  async ({ receiptHandle, receiveCount }: ReceivedMessage): Promise<void> => {
    try {
      await client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: queueUrl,
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: waitSeconds(receiveCount),
        }),
      );
    } catch (error) {
      log.warn("a failed message comes again only after the queue's own timeout", { error });
    }
  };
