import { Duration, Validations } from "aws-cdk-lib";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { Construct } from "constructs";
import { directoriesEnvironment } from "#contracts/environment.ts";
import type { Alarms } from "./alarms.ts";
import type { JobQueue } from "./job-queue.ts";
import type { ReeveTable } from "./reeve-table.ts";
import { ServiceFunction } from "./service-function.ts";

/** Queues the syncs of directories whose time has come, each quarter of an hour. */
export class DirectorySchedule extends Construct {
  constructor(
    scope: Construct,
    id: string,
    props: { readonly table: ReeveTable; readonly queue: JobQueue; readonly alarms: Alarms },
  ) {
    super(scope, id);
    const { table, queue, alarms } = props;
    const looking = new ServiceFunction(this, "Look", {
      entry: "functions/schedules/directories.ts",
      description: "Queues the syncs of directories whose time has come",
      schema: directoriesEnvironment,
      environment: { TABLE_NAME: table.tableName, JOBS_QUEUE_URL: queue.url },
      timeout: Duration.minutes(2),
      memorySize: 512,
      alarms,
    });
    table.grant(looking, "read", "change");
    queue.grantSend(looking);
    const rule = new Rule(this, "EachQuarter", {
      description: "Queues the syncs of directories whose time has come",
      schedule: Schedule.rate(Duration.minutes(15)),
      targets: [
        new LambdaFunction(looking.function, { retryAttempts: 2, maxEventAge: Duration.minutes(15) }),
      ],
    });
    alarms.add(this, "Late", {
      section: "alarm-directories-late",
      says: "A directory has not been read for long, or its sync could not be queued.",
      metric: looking.function.metricErrors({ period: Duration.hours(1), statistic: "Sum" }),
      threshold: 4,
    });
    Validations.of(rule).acknowledge({
      id: "Serverless-EventBusDLQ",
      reason: "A directory that was missed is read at its next time; facts hold for 24 hours.",
    });
  }
}
