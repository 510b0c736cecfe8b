import { Duration, Validations } from "aws-cdk-lib";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type * as z from "zod";
import { maxDeliveries } from "#contracts/messages.ts";
import { perFiveMinutes, type Alarms } from "./alarms.ts";
import type { ServiceFunction } from "./service-function.ts";

/** How long a worker may run: the longest that Lambda allows. Longer work goes on by checkpoints. */
export const workerTimeout = Duration.minutes(15);
/** Burying a message takes a transaction. */
export const deadLetterTimeout = Duration.seconds(60);

/** Lambda may try a batch several times within one visibility timeout when it is throttled; AWS asks for six. */
const visibilityFor = (timeout: Duration): Duration => Duration.seconds(timeout.toSeconds() * 6);

const busyWorkers = 20;

/**
 * The queue that tells workers of admitted jobs, and the dead letters of messages that no worker could
 * answer. The table holds the jobs: what is lost here is sent again by the sweep.
 */
export class JobQueue extends Construct {
  readonly url: string;
  private readonly queue: Queue;
  private readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, alarms: Alarms) {
    super(scope, id);
    const common = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true };
    this.deadLetters = new Queue(this, "DeadLetters", {
      ...common,
      retentionPeriod: Duration.days(14),
      visibilityTimeout: visibilityFor(deadLetterTimeout),
    });
    this.queue = new Queue(this, "Jobs", {
      ...common,
      retentionPeriod: Duration.days(4),
      visibilityTimeout: visibilityFor(workerTimeout),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: maxDeliveries },
    });
    Validations.of(this.deadLetters).acknowledge({
      id: "Serverless-SQSRedrivePolicy",
      reason: "It is the last one: its worker marks the jobs failed, and an alarm rings when messages stay.",
    });
    this.url = this.queue.queueUrl;
    this.addAlarms(alarms);
  }

  /** Lets a function tell the workers of a job. */
  grantSend<S extends z.ZodObject>(to: ServiceFunction<S>): void {
    to.allow(["sqs:SendMessage"], [this.queue.queueArn]);
  }

  /** Makes the function the worker of jobs: one message each, so that one slow job delays no other. */
  consumeJobs<S extends z.ZodObject>(worker: ServiceFunction<S>): void {
    worker.function.addEventSource(
      new SqsEventSource(this.queue, {
        batchSize: 1,
        maxConcurrency: busyWorkers,
        reportBatchItemFailures: true,
      }),
    );
    acknowledgeDestination(worker);
  }

  /** Makes the function the worker of dead letters. */
  consumeDeadLetters<S extends z.ZodObject>(worker: ServiceFunction<S>, alarms: Alarms): void {
    worker.function.addEventSource(
      new SqsEventSource(this.deadLetters, {
        batchSize: 10,
        maxConcurrency: 2,
        reportBatchItemFailures: true,
      }),
    );
    acknowledgeDestination(worker);
    alarms.add(this, "JobsDeadLettered", {
      section: "alarm-jobs-dead-lettered",
      says: "A job failed at every attempt and was left failed.",
      metric: worker.function.metricInvocations(perFiveMinutes),
      threshold: 1,
    });
  }

  private addAlarms(alarms: Alarms): void {
    alarms.add(this, "DeadLettersStuck", {
      section: "alarm-dead-letters-stuck",
      says: "A message has been in the dead letter queue for 15 minutes: its worker cannot mark the job failed.",
      metric: this.deadLetters.metricApproximateAgeOfOldestMessage({
        ...perFiveMinutes,
        statistic: "Maximum",
      }),
      threshold: 900,
    });
    alarms.add(this, "JobsWaiting", {
      section: "alarm-jobs-waiting",
      says: "Messages have been waiting for workers for 15 minutes without a break.",
      // Not their age: that goes on while a worker is at it.
      metric: this.queue.metricApproximateNumberOfMessagesVisible({
        ...perFiveMinutes,
        statistic: "Minimum",
      }),
      threshold: 1,
      periods: 3,
    });
  }
}

function acknowledgeDestination<S extends z.ZodObject>(worker: ServiceFunction<S>): void {
  Validations.of(worker.function).acknowledge({
    id: "Serverless-LambdaEventSourceMappingDestination",
    reason: "A queue takes its failed messages back by itself; destinations of mappings are for streams.",
  });
}
