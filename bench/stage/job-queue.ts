import type { SQSRecord } from "aws-lambda";
import { correlationAttribute, type JobMessage } from "#contracts/messages.ts";
import type { JobMessages } from "#core/ports/job-messages.ts";
import type { QueueFunction } from "#functions/operations/workers.ts";
import { lambdaContext } from "#local/lambda-context.ts";
import { newMessage, receive, sqsRecord } from "#local/queue/message.ts";

const stalledMs = 60_000;

/** A queue without a wire: a message is with a worker as soon as one is free. */
export class JobQueue implements JobMessages {
  private readonly waiting: SQSRecord[] = [];
  private readonly pollers: ((record: SQSRecord | null) => void)[] = [];

  send({ jobId, correlationId }: Parameters<JobMessages["send"]>[0]): Promise<void> {
    const body: JobMessage = { v: 1, jobId };
    const attributes = { [correlationAttribute]: correlationId };
    const message = newMessage({ body: JSON.stringify(body), attributes }, Date.now());
    receive(message, Date.now(), stalledMs);
    const record = sqsRecord(message, "arn:aws:sqs:local:000000000000:jobs");
    const poller = this.pollers.shift();
    if (poller === undefined) this.waiting.push(record);
    else poller(record);
    return Promise.resolve();
  }

  /** Has `workers` of a kind take one message at a time until `count` are done. */
  async work(worker: QueueFunction, count: number, workers: number): Promise<void> {
    let done = 0;
    const poll = async (): Promise<void> => {
      while (done < count) {
        const record = await this.next();
        if (record === null) return;
        const { batchItemFailures } = await worker({ Records: [record] }, lambdaContext("jobs", Infinity));
        if (batchItemFailures.length > 0) throw new Error("a job failed");
        done += 1;
      }
      for (const poller of this.pollers.splice(0)) poller(null);
    };
    await Promise.all(Array.from({ length: workers }, poll));
  }

  private next(): Promise<SQSRecord | null> {
    const record = this.waiting.shift();
    if (record !== undefined) return Promise.resolve(record);
    return new Promise((resolve, reject) => {
      const stalled = setTimeout(
        () => reject(new Error("no message came: a job was lost on its way")),
        stalledMs,
      );
      this.pollers.push((given) => {
        clearTimeout(stalled);
        resolve(given);
      });
    });
  }
}
