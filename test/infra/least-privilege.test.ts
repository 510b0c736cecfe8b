import { Queue } from "aws-cdk-lib/aws-sqs";
import { AwsSolutionsChecks, ServerlessChecks } from "cdk-nag";
import { describe, expect, it } from "vitest";
import { synthesized, synthesizedInVpc } from "./template.ts";

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

const { of } = synthesized();

/** A resource in short: what it is, without what only the deployment knows. */
function resourceName(resource: unknown): string {
  const text = JSON.stringify(resource);
  const secret = /:secret:Reeve\/([^"]+)"/.exec(text)?.[1];
  if (secret !== undefined) return `secret ${secret}`;
  const reached = /"(?:Ref|Fn::GetAtt)":\[?"(\w+?)(?:[0-9A-F]{8})?"/.exec(text)?.[1] ?? text;
  const index = /\/index\/(gsi\d)/.exec(text)?.[1];
  return index === undefined ? reached : `${reached} ${index}`;
}

/** What a role may do, per resource: `resource: actions`, without the log and the traces that all have. */
function rightsOf(role: string): Readonly<Record<string, readonly string[]>> {
  const policies = Object.entries(of("AWS::IAM::Policy")).filter(([id]) => id.startsWith(role));
  const statements = policies.flatMap(
    ([, { Properties }]) => (Properties["PolicyDocument"] as { Statement: Statement[] }).Statement,
  );
  expect(statements.every(({ Effect }) => Effect === "Allow")).toBe(true);
  const rights = statements
    .flatMap(({ Action, Resource }) =>
      [Resource].flat().map((one) => ({ name: resourceName(one), actions: [Action].flat() })),
    )
    .filter(({ actions }) => !actions.some((action) => /^(?:logs|xray):/.test(action)));
  return Object.fromEntries(
    Object.entries(Object.groupBy(rights, ({ name }) => name)).map(([name, given = []]) => [
      name,
      given.flatMap(({ actions }) => actions).toSorted(),
    ]),
  );
}

const read = ["BatchGetItem", "GetItem", "Query"];
const change = ["ConditionCheckItem", "DeleteItem", "PutItem", "UpdateItem"];
const dynamodb = (...actions: readonly string[]) => actions.map((action) => `dynamodb:${action}`).toSorted();
const someChange = dynamodb(...read, ...change);
const everyChange = dynamodb(...read, ...change, "BatchWriteItem");
const send = ["sqs:SendMessage"];
const readSecret = ["secretsmanager:GetSecretValue"];
const writeSegments = ["s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject"];
const consume = [
  "sqs:ChangeMessageVisibility",
  "sqs:DeleteMessage",
  "sqs:GetQueueAttributes",
  "sqs:GetQueueUrl",
  "sqs:ReceiveMessage",
];

/** Of functions that read the catalog's index. */
const indexed = {
  Table: someChange,
  QueueJobs: send,
  SegmentsBucket: ["s3:GetObject", "s3:ListBucket"],
  "secret root-??????": readSecret,
};

describe("each function may do what it does and nothing else", () => {
  it.each([
    ["HttpSystem", {}],
    ["HttpPeople", indexed],
    ["HttpAccess", indexed],
    [
      "HttpAudit",
      {
        Table: someChange,
        "Table gsi1": ["dynamodb:Query"],
        "Table gsi2": ["dynamodb:Query"],
        "secret root-??????": readSecret,
      },
    ],
    [
      "HttpConnections",
      {
        Table: someChange,
        QueueJobs: send,
        "secret root-??????": readSecret,
        "secret connections/*": [
          "secretsmanager:CreateSecret",
          "secretsmanager:DeleteSecret",
          "secretsmanager:PutSecretValue",
        ],
        RemotepostgresqlFunction: ["lambda:InvokeFunction"],
      },
    ],
    [
      "HttpCatalog",
      {
        Table: everyChange,
        QueueJobs: send,
        SegmentsBucket: ["s3:GetObject", "s3:ListBucket"],
        "secret root-??????": readSecret,
        RemotepostgresqlFunction: ["lambda:InvokeFunction"],
      },
    ],
    [
      "HttpDbt",
      {
        Table: someChange,
        QueueJobs: send,
        "secret root-??????": readSecret,
        "secret integrations/*": [
          "secretsmanager:CreateSecret",
          "secretsmanager:DeleteSecret",
          "secretsmanager:GetSecretValue",
          "secretsmanager:PutSecretValue",
        ],
      },
    ],
    [
      "HttpIdentity",
      {
        Table: someChange,
        QueueJobs: send,
        "secret root-??????": readSecret,
        "secret identity/*": [
          "secretsmanager:CreateSecret",
          "secretsmanager:DeleteSecret",
          "secretsmanager:GetSecretValue",
          "secretsmanager:PutSecretValue",
        ],
      },
    ],
    ["HttpWebhooks", { Table: someChange, QueueJobs: send, "secret integrations/*": readSecret }],
    ["HttpJobs", { Table: everyChange, QueueJobs: send, "secret root-??????": readSecret }],
    ["Remotepostgresql", { "secret connections/*": readSecret }],
    [
      "WorkersJobs",
      {
        Table: dynamodb(...read, ...change, "BatchWriteItem", "Scan"),
        QueueJobs: [...consume, ...send].toSorted(),
        SegmentsBucket: writeSegments,
        "secret connections/*": readSecret,
        "secret integrations/*": ["secretsmanager:DeleteSecret", "secretsmanager:GetSecretValue"],
        "secret identity/*": readSecret,
      },
    ],
    ["WorkersDeadLetters", { Table: everyChange, QueueJobs: send, QueueDeadLetters: consume }],
    [
      "Sweep",
      {
        Table: everyChange,
        "Table gsi1": ["dynamodb:Query"],
        QueueJobs: send,
        "secret connections/*": ["secretsmanager:DeleteSecret"],
        "secret integrations/*": ["secretsmanager:DeleteSecret"],
        "secret identity/*": ["secretsmanager:DeleteSecret"],
        '"*"': ["secretsmanager:ListSecrets"],
      },
    ],
    ["NightlyBegin", { Table: someChange, QueueJobs: send }],
    ["DirectoriesLook", { Table: someChange, QueueJobs: send }],
    ["DbtRuns", { Table: someChange, QueueJobs: send, "secret integrations/*": readSecret }],
    [
      "Compaction",
      { Table: dynamodb(...read, ...change, "BatchWriteItem", "Scan"), SegmentsBucket: writeSegments },
    ],
    ["UserPool", { Table: someChange }],
    [
      "AuditExport",
      { Table: someChange, "Table gsi2": ["dynamodb:Query"], AuditExportsBucket: ["s3:PutObject"] },
    ],
    ["FirstAdministrator", { Table: someChange, "secret first-administrator-??????": readSecret }],
  ])("%s", (role, rights) => {
    expect(rightsOf(role)).toEqual(rights);
  });

  it("has a policy that is listed here", () => {
    expect(Object.keys(of("AWS::IAM::Policy"))).toHaveLength(21);
  });
});

describe("roles", () => {
  it("have no policy that AWS writes and changes", () => {
    for (const { Properties } of Object.values(of("AWS::IAM::Role"))) {
      expect(Properties["ManagedPolicyArns"]).toBeUndefined();
    }
  });

  it("reach all resources only where the action knows none, and no action by a pattern", () => {
    const statements = Object.values(of("AWS::IAM::Policy")).flatMap(
      ({ Properties }) => (Properties["PolicyDocument"] as { Statement: Statement[] }).Statement,
    );
    const actions = statements.flatMap(({ Action }) => [Action].flat());
    expect(actions.filter((action) => action.includes("*"))).toEqual([]);
    const everywhere = statements.filter(({ Resource }) => Resource === "*").flatMap(({ Action }) => Action);
    expect([...new Set(everywhere)].toSorted()).toEqual([
      "secretsmanager:ListSecrets",
      "xray:PutTelemetryRecords",
      "xray:PutTraceSegments",
    ]);
  });
});

describe("the checks of AWS Solutions and Serverless find nothing that is not acknowledged", () => {
  it("and find what is not", () => {
    const { app, stack } = synthesized();
    const bare = new Queue(stack, "Bare");
    const { violations } = new AwsSolutionsChecks(app).validateScope(bare);
    expect(violations.map(({ ruleName }) => ruleName)).toContain("AwsSolutions-SQS4");
  });

  it.each([
    ["as it is", () => synthesized()],
    ["with a VPC", synthesizedInVpc],
    ["with exports that are locked", () => synthesized({ auditLockDays: "30" })],
    ["with a restored table", () => synthesized({ tableName: "restored" })],
  ])("%s", (_, made) => {
    const { app, stack } = made();
    for (const pack of [new AwsSolutionsChecks(app), new ServerlessChecks(app)]) {
      expect(pack.validateScope(stack).violations).toEqual([]);
    }
  });
});
