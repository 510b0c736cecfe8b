import { Duration, Validations } from "aws-cdk-lib";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { Construct } from "constructs";
import { nightlyEnvironment } from "#contracts/environment.ts";
import type { Alarms } from "./alarms.ts";
import type { JobQueue } from "./job-queue.ts";
import type { ReeveTable } from "./reeve-table.ts";
import { ServiceFunction } from "./service-function.ts";

/** Begins each night, once for each connection, a refresh of its data sources' health. */
export class NightlySchedule extends Construct {
  constructor(
    scope: Construct,
    id: string,
    props: { readonly table: ReeveTable; readonly queue: JobQueue; readonly alarms: Alarms },
  ) {
    super(scope, id);
    const { table, queue, alarms } = props;
    const nightly = new ServiceFunction(this, "Begin", {
      entry: "functions/schedules/nightly.ts",
      description: "Begins the night's refresh of each connection",
      schema: nightlyEnvironment,
      environment: { TABLE_NAME: table.tableName, JOBS_QUEUE_URL: queue.url },
      timeout: Duration.minutes(5),
      memorySize: 512,
      alarms,
    });
    table.grant(nightly, "read", "change");
    queue.grantSend(nightly);
    const rule = new Rule(this, "EachNight", {
      description: "Runs at 1, 2, 3 and 4 o'clock UTC; what has begun is not begun again",
      schedule: Schedule.cron({ minute: "0", hour: "1-4" }),
      // The next hour's run does whatever one run could not.
      targets: [new LambdaFunction(nightly.function, { retryAttempts: 0, maxEventAge: Duration.hours(1) })],
    });
    Validations.of(rule).acknowledge({
      id: "Serverless-EventBusDLQ",
      reason:
        "A run that was not delivered is made up for an hour later, and figures bear the date that they are of.",
    });
  }
}
