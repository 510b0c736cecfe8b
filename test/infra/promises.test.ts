import { globSync } from "node:fs";
import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { maxDeliveries } from "#contracts/messages.ts";
import { routes } from "#contracts/http/routes.ts";
import { tableShape } from "#contracts/storage.ts";
import { maxAttempts } from "#core/jobs/run-job.ts";
import { projectRoot } from "#lib/bundling/bundle.ts";
import { mismatch, synthesized, synthesizedInVpc } from "./template.ts";

const { template, of } = synthesized();

const functionOf = (entry: string) => {
  const found = Object.entries(of("AWS::Lambda::Function")).filter(([id]) => id.startsWith(entry));
  const [one] = found;
  if (one === undefined || found.length > 1) throw new Error(`${found.length} functions are ${entry}`);
  return { id: one[0], properties: one[1].Properties };
};

describe("the table", () => {
  it("has the shape that tests and the local runner use", () => {
    const key = (partition: string, sort: string) => [
      { AttributeName: partition, KeyType: "HASH" },
      { AttributeName: sort, KeyType: "RANGE" },
    ];
    expect(
      mismatch(() =>
        template.hasResourceProperties("AWS::DynamoDB::Table", {
          BillingMode: "PAY_PER_REQUEST",
          KeySchema: key(tableShape.partitionKey, tableShape.sortKey),
          TimeToLiveSpecification: { AttributeName: tableShape.timeToLive, Enabled: true },
          GlobalSecondaryIndexes: tableShape.indexes.map(({ name, partitionKey, sortKey }) => ({
            IndexName: name,
            KeySchema: key(partitionKey, sortKey),
            Projection: { ProjectionType: "KEYS_ONLY" },
          })),
        }),
      ),
    ).toBeNull();
  });

  it("can be restored to any second, cannot be deleted by accident, and survives the stack", () => {
    expect(
      mismatch(() =>
        template.hasResource("AWS::DynamoDB::Table", {
          DeletionPolicy: "Retain",
          UpdateReplacePolicy: "Retain",
          Properties: {
            DeletionProtectionEnabled: true,
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          },
        }),
      ),
    ).toBeNull();
  });

  it("is another one, made elsewhere, with context tableName", () => {
    const restored = synthesized({ tableName: "restored" });
    expect(restored.of("AWS::DynamoDB::Table")).toEqual({});
    expect(
      mismatch(() =>
        restored.template.hasResourceProperties("AWS::Lambda::Function", {
          Environment: { Variables: Match.objectLike({ TABLE_NAME: "restored" }) },
        }),
      ),
    ).toBeNull();
  });
});

describe("the jobs queue", () => {
  it("hides a message for six times as long as its worker may run", () => {
    const worker = functionOf("WorkersJobs").properties;
    expect(worker["Timeout"]).toBe(900);
    expect(
      mismatch(() =>
        template.hasResourceProperties("AWS::SQS::Queue", {
          VisibilityTimeout: Number(worker["Timeout"]) * 6,
          RedrivePolicy: Match.objectLike({ maxReceiveCount: maxDeliveries }),
        }),
      ),
    ).toBeNull();
  });

  it("delivers a message as often as a job is tried", () => {
    expect(maxDeliveries).toBe(maxAttempts);
  });

  it("keeps dead letters for two weeks, hidden for six times as long as their worker may run", () => {
    expect(
      mismatch(() =>
        template.hasResourceProperties("AWS::SQS::Queue", {
          MessageRetentionPeriod: 1_209_600,
          VisibilityTimeout: Number(functionOf("WorkersDeadLetters").properties["Timeout"]) * 6,
          RedrivePolicy: Match.absent(),
        }),
      ),
    ).toBeNull();
  });

  it("takes back only the messages that failed", () => {
    expect(
      mismatch(() =>
        template.allResourcesProperties("AWS::Lambda::EventSourceMapping", {
          FunctionResponseTypes: ["ReportBatchItemFailures"],
        }),
      ),
    ).toBeNull();
    expect(mismatch(() => template.resourceCountIs("AWS::Lambda::EventSourceMapping", 2))).toBeNull();
  });

  it("gives a worker one job at a time, and a known number of workers jobs at once", () => {
    expect(
      mismatch(() =>
        template.hasResourceProperties("AWS::Lambda::EventSourceMapping", {
          BatchSize: 1,
          ScalingConfig: { MaximumConcurrency: 20 },
        }),
      ),
    ).toBeNull();
  });

  it("refuses what is not encrypted on its way", () => {
    expect(
      mismatch(() =>
        template.allResourcesProperties("AWS::SQS::QueuePolicy", {
          PolicyDocument: {
            Statement: [
              Match.objectLike({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
            ],
          },
        }),
      ),
    ).toBeNull();
  });
});

describe("the API", () => {
  it("has exactly one route per contract, and one for what no contract has", () => {
    const keys = Object.values(of("AWS::ApiGatewayV2::Route")).map(({ Properties }) =>
      String(Properties["RouteKey"]),
    );
    const wanted = Object.values(routes).map(({ method, path }) => `${method} ${path}`);
    expect(keys.toSorted()).toEqual(["$default", ...wanted].toSorted());
  });

  it("answers what no contract has with the function that knows 404 from 405", () => {
    const route = Object.values(of("AWS::ApiGatewayV2::Route")).find(
      ({ Properties }) => Properties["RouteKey"] === "$default",
    );
    const integrations = Object.entries(of("AWS::ApiGatewayV2::Integration"));
    const target = integrations.find(([id]) => JSON.stringify(route).includes(`"${id}"`));
    expect(JSON.stringify(target)).toContain(functionOf("HttpSystem").id);
  });

  it("is throttled and writes who asked what, with the request's id", () => {
    expect(
      mismatch(() =>
        template.hasResourceProperties("AWS::ApiGatewayV2::Stage", {
          StageName: "$default",
          DefaultRouteSettings: { ThrottlingBurstLimit: 1000, ThrottlingRateLimit: 500 },
          AccessLogSettings: { Format: Match.stringLikeRegexp("context.requestId") },
        }),
      ),
    ).toBeNull();
  });
});

describe("every function", () => {
  it("is deployed", () => {
    const entries = globSync("functions/{http,remote,schedules,workers}/*.ts", { cwd: projectRoot });
    // And those that make the first administrator, and let the user pool's people in.
    expect(Object.keys(of("AWS::Lambda::Function"))).toHaveLength(entries.length + 2);
  });

  it("runs Node 24 on arm64 with traces, JSON logs that end, and a time limit", () => {
    expect(
      mismatch(() =>
        template.allResourcesProperties("AWS::Lambda::Function", {
          Runtime: "nodejs24.x",
          Architectures: ["arm64"],
          TracingConfig: { Mode: "Active" },
          LoggingConfig: Match.objectLike({ LogFormat: "JSON" }),
          Timeout: Match.anyValue(),
          MemorySize: Match.anyValue(),
        }),
      ),
    ).toBeNull();
    expect(
      mismatch(() => template.allResourcesProperties("AWS::Logs::LogGroup", { RetentionInDays: 90 })),
    ).toBeNull();
  });

  it("that answers HTTP gives up before the gateway does", () => {
    const timeouts = Object.entries(of("AWS::Lambda::Function"))
      .filter(([id]) => id.startsWith("Http"))
      .map(([, { Properties }]) => Properties["Timeout"]);
    expect(timeouts).toEqual([29, 29, 29, 29, 29, 29, 29, 29, 29, 29]);
  });

  it("stands in no VPC, and only what reaches databases does when one is named", () => {
    expect(
      mismatch(() => template.allResourcesProperties("AWS::Lambda::Function", { VpcConfig: Match.absent() })),
    ).toBeNull();
    const named = Object.entries(synthesizedInVpc().of("AWS::Lambda::Function"))
      .filter(([, { Properties }]) => Properties["VpcConfig"] !== undefined)
      .map(([id]) => id.replace(/Function[0-9A-F]*$/, ""));
    expect(named.toSorted()).toEqual(["Remotepostgresql", "WorkersJobs"]);
  });
});

describe("schedules", () => {
  it.each([
    ["the sweep each minute", "rate(1 minute)"],
    ["what asks dbt Cloud each quarter of an hour", "rate(15 minutes)"],
    ["the export of the audit each hour, once the one before is settled", "cron(25 * * * ? *)"],
    ["the night's work each night, again each hour for what could not be begun", "cron(0 1-4 * * ? *)"],
  ])("run %s", (_, ScheduleExpression) => {
    expect(
      mismatch(() => template.hasResourceProperties("AWS::Events::Rule", { ScheduleExpression })),
    ).toBeNull();
  });
});

describe("secrets", () => {
  it("of the deployment are generated by it, long and random", () => {
    expect(
      mismatch(() =>
        template.allResourcesProperties("AWS::SecretsManager::Secret", {
          GenerateSecretString: { PasswordLength: 48, GenerateStringKey: "key" },
        }),
      ),
    ).toBeNull();
  });

  it("are named in the outputs and never shown there", () => {
    const outputs = template.findOutputs("*");
    expect(Object.keys(outputs).toSorted()).toEqual([
      "AdministratorSecretName",
      "ApiUrl",
      "AuditBucketName",
      "UserPoolId",
    ]);
    expect(outputs["AdministratorSecretName"]?.["Value"]).toBe("Reeve/first-administrator");
  });
});
