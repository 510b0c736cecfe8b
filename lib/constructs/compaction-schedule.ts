import { Duration, Size, Validations } from "aws-cdk-lib";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { Construct } from "constructs";
import { compactionEnvironment } from "#contracts/environment.ts";
import type { Alarms } from "./alarms.ts";
import type { ReeveTable } from "./reeve-table.ts";
import type { SegmentBucket } from "./segment-bucket.ts";
import { ServiceFunction } from "./service-function.ts";

/** Keeps short what a list has to read: changes become part of a segment each quarter of an hour. */
export class CompactionSchedule extends Construct {
  constructor(
    scope: Construct,
    id: string,
    props: { readonly table: ReeveTable; readonly segments: SegmentBucket; readonly alarms: Alarms },
  ) {
    super(scope, id);
    const { table, segments, alarms } = props;
    const compaction = new ServiceFunction(this, "Compaction", {
      entry: "functions/schedules/compact.ts",
      description: "Makes changes of the catalog part of its index's segment",
      schema: compactionEnvironment,
      environment: { TABLE_NAME: table.tableName, SEGMENTS_BUCKET: segments.bucketName },
      timeout: Duration.minutes(14),
      memorySize: 2048,
      ephemeralStorageSize: Size.gibibytes(2),
      alarms,
    });
    // Where no segment can be read, it reads the whole table instead.
    table.grant(compaction, "read", "change", "bulk", "scan");
    segments.grant(compaction, "write");
    const rule = new Rule(this, "EachQuarter", {
      description: "Runs the compaction",
      schedule: Schedule.rate(Duration.minutes(15)),
      targets: [
        new LambdaFunction(compaction.function, { retryAttempts: 0, maxEventAge: Duration.minutes(15) }),
      ],
    });
    Validations.of(rule).acknowledge({
      id: "Serverless-EventBusDLQ",
      reason: "The next run, a quarter of an hour later, does what one run could not.",
    });
    const hour = { period: Duration.hours(1), statistic: "Sum" };
    alarms.add(this, "Silent", {
      section: "alarm-compaction-silent",
      says: "The catalog's index is not compacted.",
      metric: compaction.function.metricInvocations(hour),
      threshold: 1,
      periods: 2,
      below: true,
    });
  }
}
