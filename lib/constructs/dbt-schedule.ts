import { Duration, Validations } from "aws-cdk-lib";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { Construct } from "constructs";
import { dbtRunsEnvironment } from "#contracts/environment.ts";
import type { Alarms } from "./alarms.ts";
import type { JobQueue } from "./job-queue.ts";
import type { ReeveTable } from "./reeve-table.ts";
import { ServiceFunction } from "./service-function.ts";
import type { ServiceSecrets } from "./service-secrets.ts";

/** Asks dbt Cloud each quarter of an hour for runs that no webhook told of. */
export class DbtSchedule extends Construct {
  constructor(
    scope: Construct,
    id: string,
    props: {
      readonly table: ReeveTable;
      readonly queue: JobQueue;
      readonly secrets: ServiceSecrets;
      /** As `dbtHostsOf` gave them. */
      readonly dbtHosts: string;
      readonly alarms: Alarms;
    },
  ) {
    super(scope, id);
    const { table, queue, secrets, dbtHosts, alarms } = props;
    const asking = new ServiceFunction(this, "Ask", {
      entry: "functions/schedules/dbt.ts",
      description: "Asks dbt Cloud for runs that no webhook told of",
      schema: dbtRunsEnvironment,
      environment: {
        TABLE_NAME: table.tableName,
        JOBS_QUEUE_URL: queue.url,
        SECRETS_PREFIX: secrets.prefix,
        REEVE_DBT_HOSTS: dbtHosts,
      },
      timeout: Duration.minutes(10),
      memorySize: 512,
      alarms,
    });
    table.grant(asking, "read", "change");
    queue.grantSend(asking);
    secrets.grantIntegrations(asking, "read");
    const rule = new Rule(this, "EachQuarter", {
      description: "Asks dbt Cloud for the newest run of each environment",
      schedule: Schedule.rate(Duration.minutes(15)),
      targets: [new LambdaFunction(asking.function, { retryAttempts: 0, maxEventAge: Duration.minutes(15) })],
    });
    Validations.of(rule).acknowledge({
      id: "Serverless-EventBusDLQ",
      reason: "The next run, a quarter of an hour later, finds what one run could not ask for.",
    });
  }
}
