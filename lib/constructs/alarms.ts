import { Duration } from "aws-cdk-lib";
import {
  Alarm,
  ComparisonOperator,
  TreatMissingData,
  type IMetric,
  type MetricOptions,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { Topic, type ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";

/** Sections of docs/runbook.md, by the anchor of their heading: each alarm leads to one. */
export type RunbookSection =
  | "alarm-function-errors"
  | "alarm-function-throttles"
  | "alarm-jobs-dead-lettered"
  | "alarm-dead-letters-stuck"
  | "alarm-jobs-waiting"
  | "alarm-sweep-silent"
  | "alarm-compaction-silent"
  | "alarm-audit-export-behind"
  | "alarm-directories-late"
  | "alarm-server-errors"
  | "alarm-table-throttles";

/** When an alarm rings. */
export interface AlarmProps {
  readonly section: RunbookSection;
  /** What is wrong when it rings, in one sentence. */
  readonly says: string;
  readonly metric: IMetric;
  /** From this value on. */
  readonly threshold: number;
  /** For this many of the last periods; 1 unless told otherwise. */
  readonly periods?: number;
  /** True where the value must not fall below the threshold, and silence is bad news too. */
  readonly below?: boolean;
}

/** Sums over five minutes: the period of every alarm here. */
export const perFiveMinutes: MetricOptions = { period: Duration.minutes(5), statistic: "Sum" };

/** Makes every alarm of a stack, so that each tells the same topic (context `alarmTopicArn`) and leads to its runbook section. */
export class Alarms {
  private readonly topic: ITopic | null;

  constructor(scope: Construct) {
    const arn: unknown = scope.node.tryGetContext("alarmTopicArn");
    this.topic = typeof arn === "string" ? Topic.fromTopicArn(scope, "AlarmTopic", arn) : null;
  }

  add(scope: Construct, id: string, props: AlarmProps): Alarm {
    const { section, says, metric, threshold, periods = 1, below = false } = props;
    const alarm = new Alarm(scope, id, {
      alarmDescription: `${says} What to do: docs/runbook.md#${section}`,
      metric,
      threshold,
      evaluationPeriods: periods,
      comparisonOperator: below
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: below ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    if (this.topic !== null) alarm.addAlarmAction(new SnsAction(this.topic));
    return alarm;
  }
}
