import { createHash, randomUUID } from "node:crypto";
import type { SQSRecord } from "aws-lambda";

/** A message while it is in a queue. */
export interface Message {
  readonly id: string;
  readonly body: string;
  /** Text attributes by name. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly sentAt: number;
  /** When it may be delivered, or delivered again. */
  visibleAt: number;
  receiveCount: number;
  firstReceivedAt: number | null;
  /** Names the latest delivery; an earlier one can no longer delete the message. */
  receiptHandle: string | null;
}

/** What a sender states. */
export interface Sending {
  readonly body: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly delayMs?: number;
}

export const newMessage = ({ body, attributes = {}, delayMs = 0 }: Sending, now: number): Message => ({
  id: randomUUID(),
  body,
  attributes,
  sentAt: now,
  visibleAt: now + delayMs,
  receiveCount: 0,
  firstReceivedAt: null,
  receiptHandle: null,
});

/** Marks a delivery: one more receive, a new receipt, and out of sight until the timeout. */
export function receive(message: Message, now: number, visibilityMs: number): void {
  message.receiveCount += 1;
  message.firstReceivedAt ??= now;
  message.receiptHandle = randomUUID();
  message.visibleAt = now + visibilityMs;
}

/** A delivered message as a function sees it. */
export const sqsRecord = (message: Message, queueArn: string): SQSRecord => ({
  messageId: message.id,
  receiptHandle: message.receiptHandle ?? "",
  body: message.body,
  attributes: {
    ApproximateReceiveCount: String(message.receiveCount),
    SentTimestamp: String(message.sentAt),
    SenderId: "local",
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt ?? message.sentAt),
  },
  messageAttributes: Object.fromEntries(
    Object.entries(message.attributes).map(([name, stringValue]) => [
      name,
      { dataType: "String", stringValue, stringListValues: [], binaryListValues: [] },
    ]),
  ),
  md5OfBody: createHash("md5").update(message.body).digest("hex"),
  eventSource: "aws:sqs",
  eventSourceARN: queueArn,
  awsRegion: "local",
});
