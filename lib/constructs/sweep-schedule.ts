import { Duration, Validations } from "aws-cdk-lib";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { Construct } from "constructs";
import { sweepEnvironment } from "#contracts/environment.ts";
import { perFiveMinutes, type Alarms } from "./alarms.ts";
import type { JobQueue } from "./job-queue.ts";
import type { ReeveTable } from "./reeve-table.ts";
import { ServiceFunction } from "./service-function.ts";
import type { ServiceSecrets } from "./service-secrets.ts";

/** Repairs each minute what crashes and lost messages left behind. */
export class SweepSchedule extends Construct {
  constructor(
    scope: Construct,
    id: string,
    props: {
      readonly table: ReeveTable;
      readonly queue: JobQueue;
      readonly secrets: ServiceSecrets;
      readonly alarms: Alarms;
    },
  ) {
    super(scope, id);
    const { table, queue, secrets, alarms } = props;
    const sweep = new ServiceFunction(this, "Sweep", {
      entry: "functions/schedules/sweep.ts",
      description: "Repairs what crashes and lost messages left behind",
      schema: sweepEnvironment,
      environment: {
        TABLE_NAME: table.tableName,
        JOBS_QUEUE_URL: queue.url,
        SECRETS_PREFIX: secrets.prefix,
      },
      timeout: Duration.minutes(2),
      memorySize: 512,
      alarms,
    });
    table.grant(sweep, "read", "change", "bulk");
    table.grantIndex(sweep, "gsi1");
    queue.grantSend(sweep);
    secrets.grantList(sweep);
    secrets.grantConnections(sweep, "delete");
    secrets.grantIntegrations(sweep, "delete");
    secrets.grantIdentityProviders(sweep, "delete");
    const rule = new Rule(this, "EachMinute", {
      description: "Runs the sweep",
      schedule: Schedule.rate(Duration.minutes(1)),
      // The next minute's run does whatever one run could not.
      targets: [new LambdaFunction(sweep.function, { retryAttempts: 0, maxEventAge: Duration.minutes(1) })],
    });
    Validations.of(rule).acknowledge({
      id: "Serverless-EventBusDLQ",
      reason: "A run that was not delivered is made up for a minute later; an alarm rings when none are.",
    });
    alarms.add(this, "Silent", {
      section: "alarm-sweep-silent",
      says: "The sweep does not run.",
      metric: sweep.function.metricInvocations(perFiveMinutes),
      threshold: 1,
      periods: 2,
      below: true,
    });
  }
}
