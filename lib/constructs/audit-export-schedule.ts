import { Duration, Stack, Validations } from "aws-cdk-lib";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import type { CfnBucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { auditExportEnvironment } from "#contracts/environment.ts";
import type { Alarms } from "./alarms.ts";
import { AuditBucket } from "./audit-bucket.ts";
import type { ReeveTable } from "./reeve-table.ts";
import { ServiceFunction } from "./service-function.ts";

/** Exports the audit each hour to a bucket of its own. */
export class AuditExportSchedule extends Construct {
  readonly bucketName: string;

  constructor(
    scope: Construct,
    id: string,
    { table, alarms }: { readonly table: ReeveTable; readonly alarms: Alarms },
  ) {
    super(scope, id);
    const { bucket } = new AuditBucket(this, "Exports");
    this.bucketName = bucket.bucketName;
    const exporting = new ServiceFunction(this, "Export", {
      entry: "functions/schedules/export-audit.ts",
      description: "Exports what was recorded in the audit",
      schema: auditExportEnvironment,
      environment: { TABLE_NAME: table.tableName, AUDIT_BUCKET: bucket.bucketName },
      timeout: Duration.minutes(14),
      memorySize: 512,
      alarms,
    });
    table.grant(exporting, "read", "change");
    table.grantIndex(exporting, "gsi2");
    exporting.allow(["s3:PutObject"], [bucket.arnForObjects("audit/*")]);
    const bucketId = Stack.of(this).getLogicalId(bucket.node.defaultChild as CfnBucket);
    exporting.acknowledgeRole(
      `AwsSolutions-IAM5[Resource::<${bucketId}.Arn>/audit/*]`,
      "Exports bear the time that they are of and a hash; nothing else is below the prefix, and it may only put.",
    );
    const rule = new Rule(this, "EachHour", {
      description: "Exports the audit once the hour before is settled",
      schedule: Schedule.cron({ minute: "25" }),
      targets: [new LambdaFunction(exporting.function, { retryAttempts: 0, maxEventAge: Duration.hours(1) })],
    });
    Validations.of(rule).acknowledge({
      id: "Serverless-EventBusDLQ",
      reason: "The next run, an hour later, exports what one run could not; nothing is left out.",
    });
    this.addAlarms(exporting, alarms);
  }

  private addAlarms({ function: exporting }: ServiceFunction<typeof auditExportEnvironment>, alarms: Alarms) {
    const hour = { period: Duration.hours(1), statistic: "Sum" };
    alarms.add(this, "Silent", {
      section: "alarm-audit-export-behind",
      says: "The audit is not exported.",
      metric: exporting.metricInvocations(hour),
      threshold: 1,
      periods: 2,
      below: true,
    });
    // The alarm of every function looks at five minutes, of which this one is there in one of twelve.
    alarms.add(this, "Behind", {
      section: "alarm-audit-export-behind",
      says: "The export of the audit fails, or stays behind.",
      metric: exporting.metricErrors(hour),
      threshold: 1,
      periods: 2,
    });
  }
}
