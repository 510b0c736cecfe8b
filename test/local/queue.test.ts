import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import { beforeEach, describe, expect, it } from "vitest";
import { correlationAttribute } from "#contracts/messages.ts";
import { LocalQueue, type QueueOptions } from "#local/queue/local-queue.ts";
import { HandTimers } from "#test/support/hand-timers.ts";
import { KeptLog } from "#test/support/kept-log.ts";

const visibilityMs = 30_000;

/** A worker that keeps what it was given and answers as the test says. */
function aWorker(answer: (event: SQSEvent) => SQSBatchResponse | Promise<SQSBatchResponse>) {
  const events: SQSEvent[] = [];
  const worker = async (event: SQSEvent): Promise<SQSBatchResponse> => {
    events.push(event);
    return await answer(event);
  };
  const bodies = (): string[][] => events.map(({ Records }) => Records.map(({ body }) => body));
  const receiveCounts = (): string[] =>
    events.flatMap(({ Records }) => Records.map(({ attributes }) => attributes.ApproximateReceiveCount));
  return { worker, events, bodies, receiveCounts };
}

const done = (): SQSBatchResponse => ({ batchItemFailures: [] });
const allFailed = ({ Records }: SQSEvent): SQSBatchResponse => ({
  batchItemFailures: Records.map(({ messageId }) => ({ itemIdentifier: messageId })),
});

let timers: HandTimers;
let log: KeptLog;

beforeEach(() => {
  timers = new HandTimers();
  log = new KeptLog();
});

const aQueue = (given: Pick<QueueOptions, "worker"> & Partial<QueueOptions>): LocalQueue =>
  new LocalQueue({
    name: "jobs",
    batchSize: 10,
    concurrency: 2,
    visibilityMs,
    maxReceiveCount: 3,
    timers,
    log,
    ...given,
  });

describe("what a worker is given", () => {
  it("is an SQS event: body, attributes, receive count, source", async () => {
    const { worker, events } = aWorker(done);
    const queue = aQueue({ worker });
    queue.send({ body: "one", attributes: { [correlationAttribute]: "request-1" } });
    await timers.advance(0);
    const [record] = events[0]?.Records ?? [];
    expect(record).toMatchObject({
      body: "one",
      attributes: { ApproximateReceiveCount: "1", SentTimestamp: String(timers.now()) },
      messageAttributes: { [correlationAttribute]: { dataType: "String", stringValue: "request-1" } },
      md5OfBody: "f97c5d29941bfb1b2fdab0874906ab82",
      eventSource: "aws:sqs",
      eventSourceARN: queue.arn,
    });
    expect(record?.messageId).not.toBe("");
    expect(record?.receiptHandle).not.toBe("");
  });

  it("is at most a batch at a time, in the order of sending", async () => {
    const { worker, bodies } = aWorker(done);
    const queue = aQueue({ worker, batchSize: 2 });
    for (const body of ["a", "b", "c", "d", "e"]) queue.send({ body });
    await timers.advance(0);
    expect(bodies()).toEqual([["a", "b"], ["c", "d"], ["e"]]);
    expect(queue.size).toBe(0);
  });

  it("is never more than 10 messages, as in SQS", () => {
    expect(() => aQueue({ worker: aWorker(done).worker, batchSize: 11 })).toThrow("1 to 10");
  });

  it("comes only after its delay", async () => {
    const { worker, bodies } = aWorker(done);
    const queue = aQueue({ worker });
    queue.send({ body: "late", delayMs: 5000 });
    queue.send({ body: "now" });
    await timers.advance(4999);
    expect(bodies()).toEqual([["now"]]);
    await timers.advance(1);
    expect(bodies()).toEqual([["now"], ["late"]]);
  });

  it("comes to no more invocations at a time than allowed, and the rest when one is free", async () => {
    const gates: (() => void)[] = [];
    const { worker, bodies } = aWorker(() => new Promise((resolve) => gates.push(() => resolve(done()))));
    const queue = aQueue({ worker, batchSize: 1, concurrency: 2 });
    for (const body of ["a", "b", "c"]) queue.send({ body });
    await timers.advance(1000);
    expect(bodies()).toEqual([["a"], ["b"]]);
    gates[0]?.();
    await timers.advance(0);
    expect(bodies()).toEqual([["a"], ["b"], ["c"]]);
  });
});

describe("what fails", () => {
  it("comes again after the visibility timeout, with its receive count, and the others of its batch do not", async () => {
    const { worker, bodies, receiveCounts } = aWorker(({ Records }) => ({
      batchItemFailures: Records.filter(
        ({ body, attributes }) => body === "bad" && attributes.ApproximateReceiveCount === "1",
      ).map(({ messageId }) => ({ itemIdentifier: messageId })),
    }));
    const queue = aQueue({ worker });
    queue.send({ body: "good" });
    queue.send({ body: "bad" });
    await timers.advance(visibilityMs - 1);
    expect(bodies()).toEqual([["good", "bad"]]);
    await timers.advance(1);
    expect(bodies()).toEqual([["good", "bad"], ["bad"]]);
    expect(receiveCounts()).toEqual(["1", "1", "2"]);
    expect(queue.size).toBe(0);
  });

  it("comes again sooner where its visibility was changed", async () => {
    const { worker, bodies } = aWorker((event) => {
      const first = event.Records[0]?.attributes.ApproximateReceiveCount === "1";
      if (first) queue.changeVisibility(event.Records[0]?.receiptHandle ?? "", 2000);
      return first ? allFailed(event) : done();
    });
    const queue = aQueue({ worker });
    queue.send({ body: "one" });
    await timers.advance(1999);
    expect(bodies()).toHaveLength(1);
    await timers.advance(1);
    expect(bodies()).toHaveLength(2);
    expect(queue.size).toBe(0);
  });

  it.each([
    ["throws", () => Promise.reject(new Error("broken"))],
    ["names a message that is not of its batch", () => ({ batchItemFailures: [{ itemIdentifier: "x" }] })],
    ["names an empty message", () => ({ batchItemFailures: [{ itemIdentifier: "" }] })],
  ])("is the whole batch of a worker that %s", async (_, answer) => {
    const { worker, bodies } = aWorker(answer);
    const queue = aQueue({ worker });
    queue.send({ body: "a" });
    queue.send({ body: "b" });
    await timers.advance(visibilityMs);
    expect(bodies()).toEqual([
      ["a", "b"],
      ["a", "b"],
    ]);
    expect(queue.size).toBe(2);
  });

  it("is a dead letter after three receives, with body and attributes, and its own worker gets it", async () => {
    const buried = aWorker(done);
    const deadLetters = aQueue({ name: "dead-letters", worker: buried.worker });
    const { worker, receiveCounts } = aWorker(allFailed);
    const queue = aQueue({ worker, deadLetters });
    queue.send({ body: "poison", attributes: { [correlationAttribute]: "request-1" } });
    await timers.advance(3 * visibilityMs - 1);
    expect(receiveCounts()).toEqual(["1", "2", "3"]);
    expect(buried.events).toEqual([]);
    await timers.advance(1);
    expect(receiveCounts()).toEqual(["1", "2", "3"]);
    expect(buried.bodies()).toEqual([["poison"]]);
    expect(buried.events[0]?.Records[0]).toMatchObject({
      attributes: { ApproximateReceiveCount: "1" },
      messageAttributes: { [correlationAttribute]: { stringValue: "request-1" } },
      eventSourceARN: deadLetters.arn,
    });
    expect([queue.size, deadLetters.size]).toEqual([0, 0]);
    expect(log.lines.map(({ message }) => message)).toEqual(["a message became a dead letter"]);
  });
});

describe("a worker that takes too long", () => {
  it("loses its message to a second delivery, and deletes nothing when it ends after all", async () => {
    const gates: (() => void)[] = [];
    const { worker, receiveCounts, events } = aWorker(
      (event) =>
        new Promise((resolve) => gates.push(() => resolve(gates.length === 2 ? done() : allFailed(event)))),
    );
    const queue = aQueue({ worker });
    queue.send({ body: "slow" });
    await timers.advance(visibilityMs);
    expect(receiveCounts()).toEqual(["1", "2"]);
    const [first, second] = events.map(({ Records }) => Records[0]?.receiptHandle);
    expect(first).not.toBe(second);
    gates[0]?.();
    await timers.advance(0);
    expect(queue.size).toBe(1);
    gates[1]?.();
    await timers.advance(0);
    expect(queue.size).toBe(0);
  });
});

describe("stopping", () => {
  it("waits for what is in flight, and delivers nothing more", async () => {
    const gates: (() => void)[] = [];
    const { worker, bodies } = aWorker(() => new Promise((resolve) => gates.push(() => resolve(done()))));
    const queue = aQueue({ worker, batchSize: 1, concurrency: 1 });
    queue.send({ body: "in flight" });
    queue.send({ body: "waiting" });
    await timers.advance(0);
    let stopped = false;
    const stopping = queue.stop().finally(() => {
      stopped = true;
    });
    await timers.advance(10 * visibilityMs);
    expect(stopped).toBe(false);
    gates[0]?.();
    await stopping;
    await timers.advance(10 * visibilityMs);
    expect(bodies()).toEqual([["in flight"]]);
  });

  it("is done at once where nothing is in flight, and what is sent later is not delivered", async () => {
    const { worker, bodies } = aWorker(done);
    const queue = aQueue({ worker });
    await queue.stop();
    queue.send({ body: "too late" });
    await timers.advance(10 * visibilityMs);
    expect(bodies()).toEqual([]);
  });
});
