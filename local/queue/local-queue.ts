import type { SQSBatchResponse, SQSRecord } from "aws-lambda";
import type { Log } from "#core/ports/log.ts";
import type { QueueFunction } from "#functions/operations/workers.ts";
import { lambdaContext } from "../lambda-context.ts";
import { newMessage, receive, sqsRecord, type Message, type Sending } from "./message.ts";
import type { QueueTimers } from "./queue-timers.ts";

/** How a queue treats its messages, and who works on them. */
export interface QueueOptions {
  readonly name: string;
  readonly worker: QueueFunction;
  /** Messages handed to one invocation, at most 10 as in SQS. */
  readonly batchSize: number;
  /** Invocations at a time. */
  readonly concurrency: number;
  /** How long a delivered message stays out of sight unless it is done before. */
  readonly visibilityMs: number;
  /** A message that was delivered this often and is due again moves to the dead letters. */
  readonly maxReceiveCount: number;
  /** Where such messages go; without it they are delivered for ever. */
  readonly deadLetters?: Pick<LocalQueue, "send">;
  readonly timers: QueueTimers;
  readonly log: Log;
}

/**
 * A queue in this process with the contract that SQS and its Lambda trigger keep towards a function:
 * at-least-once delivery in batches, partial batch failures, a visibility timeout after which a message
 * comes again, receive counts, and dead letters. It holds nothing that must survive: the table says which
 * jobs there are, and the sweep sends word of them again.
 */
export class LocalQueue {
  readonly arn: string;
  private readonly messages = new Map<string, Message>();
  private readonly running = new Set<Promise<void>>();
  private readonly options: QueueOptions;
  private cancelWakeUp: () => void = () => {};
  private stopped = false;

  constructor(options: QueueOptions) {
    if (options.batchSize < 1 || options.batchSize > 10) throw new Error("a batch holds 1 to 10 messages");
    this.options = options;
    this.arn = `arn:aws:sqs:local:000000000000:${options.name}`;
  }

  /** Takes a message; it is delivered from the next turn of the event loop on. */
  send(sending: Sending): void {
    const message = newMessage(sending, this.options.timers.now());
    this.messages.set(message.id, message);
    this.wakeUpAt(this.options.timers.now());
  }

  /** Shows a delivered message again after `ms`, instead of after the visibility timeout. */
  changeVisibility(receiptHandle: string, ms: number): void {
    const message = this.byReceipt(receiptHandle);
    if (message === undefined) return;
    message.visibleAt = this.options.timers.now() + ms;
    this.deliver();
  }

  /** How many messages wait or are in flight. */
  get size(): number {
    return this.messages.size;
  }

  /** Delivers nothing more, and waits for what is in flight. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.cancelWakeUp();
    while (this.running.size > 0) await Promise.all(this.running);
  }

  /** Hands due messages to free workers, and comes back when the next one is due. */
  private deliver(): void {
    const { timers, concurrency } = this.options;
    while (!this.stopped && this.running.size < concurrency) {
      const batch = this.receiveBatch(timers.now());
      if (batch.length === 0) break;
      const invocation = this.invoke(batch).finally(() => {
        this.running.delete(invocation);
        this.deliver();
      });
      this.running.add(invocation);
    }
    this.wakeUpAt(Math.min(...[...this.messages.values()].map(({ visibleAt }) => visibleAt)));
  }

  private wakeUpAt(time: number): void {
    this.cancelWakeUp();
    if (this.stopped || !Number.isFinite(time) || this.running.size >= this.options.concurrency) return;
    const { timers } = this.options;
    this.cancelWakeUp = timers.after(Math.max(0, time - timers.now()), () => this.deliver());
  }

  private receiveBatch(now: number): readonly SQSRecord[] {
    const batch: SQSRecord[] = [];
    for (const message of this.messages.values()) {
      if (batch.length === this.options.batchSize) break;
      if (message.visibleAt > now || this.buried(message)) continue;
      receive(message, now, this.options.visibilityMs);
      batch.push(sqsRecord(message, this.arn));
    }
    return batch;
  }

  /** Moves a message to the dead letters instead of delivering it once too often. */
  private buried(message: Message): boolean {
    const { deadLetters, maxReceiveCount, name, log } = this.options;
    if (deadLetters === undefined || message.receiveCount < maxReceiveCount) return false;
    this.messages.delete(message.id);
    deadLetters.send({ body: message.body, attributes: message.attributes });
    log.warn("a message became a dead letter", { queue: name, receives: message.receiveCount });
    return true;
  }

  private async invoke(batch: readonly SQSRecord[]): Promise<void> {
    const { worker, name, log } = this.options;
    try {
      const response = await worker({ Records: [...batch] }, lambdaContext(name, Infinity));
      const failed = failedIds(response, batch);
      for (const record of batch) if (!failed.has(record.messageId)) this.remove(record);
    } catch (error) {
      // As Lambda has it: a function that throws leaves its whole batch to the visibility timeout.
      log.error("a worker failed", { queue: name, error });
    }
  }

  /** Only the latest delivery can delete: a worker that was thought lost takes nothing from its successor. */
  private remove({ messageId, receiptHandle }: SQSRecord): void {
    if (this.messages.get(messageId)?.receiptHandle === receiptHandle) this.messages.delete(messageId);
  }

  private byReceipt(receiptHandle: string): Message | undefined {
    return [...this.messages.values()].find((message) => message.receiptHandle === receiptHandle);
  }
}

/** The messages that failed. As Lambda has it, an answer that names none of the batch's fails all of them. */
function failedIds(
  response: SQSBatchResponse | undefined | null,
  batch: readonly SQSRecord[],
): ReadonlySet<string> {
  const known = new Set(batch.map(({ messageId }) => messageId));
  const failed = (response?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
  return failed.every((id) => known.has(id)) ? new Set(failed) : known;
}
