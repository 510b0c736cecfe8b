import type { SQSRecord } from "aws-lambda";
import { correlationAttribute, type JobMessage } from "#contracts/messages.ts";
import type { JobMessages } from "#core/ports/job-messages.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { QueueFunction } from "#functions/operations/workers.ts";
import { lambdaContext } from "#local/lambda-context.ts";
import { newMessage, receive, sqsRecord, type Message } from "#local/queue/message.ts";

/** A message that was received this often and failed each time is a dead letter. */
const maxReceives = 3;

const visibilityMs = 3_600_000;

/** The job that a message names. */
export const jobIdOf = ({ body }: Message): string => (JSON.parse(body) as JobMessage).jobId;

/**
 * The jobs queue in a test's hands: nothing is delivered by itself, and any message can be delivered, twice,
 * late, in another order, or never.
 */
export class Outbox implements JobMessages {
  /** What waits, oldest first. */
  readonly waiting: Message[] = [];
  readonly deadLetters: Message[] = [];
  /** How long a worker may take. */
  workerMs = Infinity;
  private readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  send({ jobId, correlationId }: Parameters<JobMessages["send"]>[0]): Promise<void> {
    const message: JobMessage = { v: 1, jobId };
    const attributes = { [correlationAttribute]: correlationId };
    this.waiting.push(newMessage({ body: JSON.stringify(message), attributes }, this.clock.now().getTime()));
    return Promise.resolve();
  }

  /** The jobs that messages wait for, oldest message first. */
  get jobIds(): readonly string[] {
    return this.waiting.map(jobIdOf);
  }

  /** Takes the oldest message out, or that of a job: it is lost unless it is delivered. */
  take(jobId?: string): Message {
    const index = jobId === undefined ? 0 : this.waiting.findIndex((message) => jobIdOf(message) === jobId);
    const [message] = index < 0 ? [] : this.waiting.splice(index, 1);
    if (message === undefined) throw new Error(`no message waits for ${jobId ?? "any job"}`);
    return message;
  }

  /** Loses every message that waits. */
  lose(): void {
    this.waiting.length = 0;
  }

  /**
   * Hands messages to a worker in one batch. Those that it reports as failed wait again, or become dead letters
   * at their last receive; the others are done. Tells how many failed.
   */
  async deliver(worker: QueueFunction, ...messages: readonly Message[]): Promise<number> {
    const now = this.clock.now().getTime();
    for (const message of messages) receive(message, now, visibilityMs);
    const { batchItemFailures } = await worker(
      { Records: messages.map(recordOf) },
      lambdaContext("jobs", this.workerMs),
    );
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const message of messages.filter(({ id }) => failed.has(id))) {
      (message.receiveCount < maxReceives ? this.waiting : this.deadLetters).push(message);
    }
    return failed.size;
  }

  /** Delivers one message after the other until none waits, those that come meanwhile included. */
  async drain(worker: QueueFunction): Promise<void> {
    while (this.waiting.length > 0) await this.deliver(worker, this.take());
  }
}

const recordOf = (message: Message): SQSRecord => sqsRecord(message, "arn:aws:sqs:local:000000000000:jobs");
