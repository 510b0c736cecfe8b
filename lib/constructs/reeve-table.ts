import { RemovalPolicy, Stack } from "aws-cdk-lib";
import { AttributeType, BillingMode, ProjectionType, Table } from "aws-cdk-lib/aws-dynamodb";
import { Metric } from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import type * as z from "zod";
import { tableShape } from "#contracts/storage.ts";
import { perFiveMinutes, type Alarms } from "./alarms.ts";
import type { ServiceFunction } from "./service-function.ts";

/** What a function may do with the table. No request scans it, and nothing changes its shape. */
const actions = {
  read: ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"],
  /** What transactions consist of. */
  change: ["dynamodb:ConditionCheckItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
  bulk: ["dynamodb:BatchWriteItem"],
  /** For administration, which reads everything. */
  scan: ["dynamodb:Scan"],
} as const;

/** A kind of access to the table. */
export type TableAccess = keyof typeof actions;

const string = (name: string) => ({ name, type: AttributeType.STRING });

/**
 * The one table, made from the shape that the local runner and the tests use. It survives the stack. With
 * context `tableName` the stack uses a table that exists already, which is how a backup is restored.
 */
export class ReeveTable extends Construct {
  readonly tableName: string;
  private readonly tableArn: string;

  constructor(scope: Construct, id: string, alarms: Alarms) {
    super(scope, id);
    const restored: unknown = this.node.tryGetContext("tableName");
    const { tableName, tableArn } =
      typeof restored === "string" && restored !== ""
        ? Table.fromTableName(this, "Restored", restored)
        : this.create();
    this.tableName = tableName;
    this.tableArn = tableArn;
    alarms.add(this, "Throttles", {
      section: "alarm-table-throttles",
      says: "DynamoDB throttles requests to the table.",
      metric: new Metric({
        ...perFiveMinutes,
        namespace: "AWS/DynamoDB",
        metricName: "ThrottledRequests",
        dimensionsMap: { TableName: this.tableName },
      }),
      threshold: 10,
      periods: 2,
    });
  }

  /** Lets a function use the table. */
  grant<S extends z.ZodObject>(to: ServiceFunction<S>, ...access: readonly TableAccess[]): void {
    to.allow(
      access.flatMap((kind) => actions[kind]),
      [this.tableArn],
    );
  }

  /** Lets a function ask an index. */
  grantIndex<S extends z.ZodObject>(
    to: ServiceFunction<S>,
    index: (typeof tableShape.indexes)[number]["name"],
  ): void {
    to.allow(
      ["dynamodb:Query"],
      [
        Stack.of(this).formatArn({
          service: "dynamodb",
          resource: "table",
          resourceName: `${this.tableName}/index/${index}`,
        }),
      ],
    );
  }

  private create(): Table {
    const table = new Table(this, "Table", {
      partitionKey: string(tableShape.partitionKey),
      sortKey: string(tableShape.sortKey),
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: tableShape.timeToLive,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    for (const { name, partitionKey, sortKey } of tableShape.indexes) {
      table.addGlobalSecondaryIndex({
        indexName: name,
        partitionKey: string(partitionKey),
        sortKey: string(sortKey),
        projectionType: ProjectionType.KEYS_ONLY,
      });
    }
    return table;
  }
}
