import { dirname, join } from "node:path";
import { AssetHashType, DockerImage, Duration, RemovalPolicy, Validations, type Size } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type * as z from "zod";
import { bundle, projectRoot } from "#lib/bundling/bundle.ts";
import { perFiveMinutes, type Alarms } from "./alarms.ts";
import type { Network } from "./network.ts";

/** A value for each variable that the function's schema names: no fewer, and no others. */
export type EnvironmentOf<S extends z.ZodObject> = Readonly<Record<keyof z.output<S>, string>>;

/** What is different from function to function. */
export interface ServiceFunctionProps<S extends z.ZodObject> {
  /** The file of the entry point, from the project's root. */
  readonly entry: string;
  readonly description: string;
  /** The schema by which the function reads its environment. */
  readonly schema: S;
  readonly environment: EnvironmentOf<S>;
  readonly timeout: Duration;
  readonly memorySize: number;
  readonly alarms: Alarms;
  /** Room for temporary files; 512 MB unless told otherwise. */
  readonly ephemeralStorageSize?: Size;
  readonly functionName?: string;
  readonly network?: Network | null;
}

/**
 * One function: its bundle, a role of its own that may do nothing but write its log until `allow` says
 * more, a log group with retention, tracing, and alarms for errors and throttles.
 */
export class ServiceFunction<S extends z.ZodObject> extends Construct {
  readonly function: LambdaFunction;
  private readonly role: Role;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps<S>) {
    super(scope, id);
    const logGroup = new LogGroup(this, "Log", {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      description: `What ${props.entry} may do`,
    });
    this.allow(["logs:CreateLogStream", "logs:PutLogEvents"], [logGroup.logGroupArn]);
    const network = props.network ?? null;
    if (network !== null) this.allowNetworkInterfaces();
    this.function = new LambdaFunction(this, "Function", {
      description: props.description,
      ...(props.functionName === undefined ? {} : { functionName: props.functionName }),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: "index.handler",
      code: codeOf(props.entry),
      role: this.role,
      environment: { ...props.environment },
      timeout: props.timeout,
      memorySize: props.memorySize,
      ...(props.ephemeralStorageSize === undefined
        ? {}
        : { ephemeralStorageSize: props.ephemeralStorageSize }),
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      tracing: Tracing.ACTIVE,
      ...(network === null ? {} : { ...network, securityGroups: [...network.securityGroups] }),
    });
    this.acknowledgeFindings(network);
    this.addAlarms(props.alarms, props.entry);
  }

  /** Lets the function do exactly this. */
  allow(actions: readonly string[], resources: readonly string[]): void {
    this.role.addToPrincipalPolicy(new PolicyStatement({ actions: [...actions], resources: [...resources] }));
  }

  /** Accepts one finding about the function's role, with the reason that a reviewer needs. */
  acknowledgeRole(finding: string, reason: string): void {
    Validations.of(this.role).acknowledge({ id: finding, reason });
  }

  /** What Lambda needs to put a function into a VPC; these actions know no resource when they are asked for. */
  private allowNetworkInterfaces(): void {
    this.allow(
      [
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
      ],
      ["*"],
    );
  }

  private acknowledgeFindings(network: Network | null): void {
    const interfaces = network === null ? "" : ", nor do those for network interfaces,";
    this.acknowledgeRole(
      "AwsSolutions-IAM5[Resource::*]",
      `Sending traces${interfaces} takes no narrower resource than all: they name none.`,
    );
    Validations.of(this.function).acknowledge(
      {
        id: "Serverless-LambdaDLQ",
        reason:
          "Nothing is lost with an invocation: HTTP callers see the error, queues have their own dead letters, schedules run again.",
      },
      {
        id: "Serverless-LambdaAsyncFailureDestination",
        reason:
          "Asynchronous are the schedules, whose next run does what one failed to do, and the deployment's bootstrap, which answers CloudFormation itself.",
      },
    );
  }

  private addAlarms(alarms: Alarms, entry: string): void {
    alarms.add(this, "Errors", {
      section: "alarm-function-errors",
      says: `${entry} ends with errors that it did not handle.`,
      metric: this.function.metricErrors(perFiveMinutes),
      threshold: 1,
      periods: 2,
    });
    alarms.add(this, "Throttles", {
      section: "alarm-function-throttles",
      says: `${entry} is throttled: the account's concurrency is used up.`,
      metric: this.function.metricThrottles(perFiveMinutes),
      threshold: 1,
      periods: 2,
    });
  }
}

/** The bundle as an asset, known by what is in it, so that an unchanged function is not deployed again. */
const codeOf = (entry: string): Code =>
  Code.fromAsset(join(projectRoot, dirname(entry)), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry("none"),
      // Runs nowhere; it tells one entry's asset from another's of the same folder.
      command: [entry],
      local: {
        tryBundle(outputDirectory) {
          bundle(entry, outputDirectory);
          return true;
        },
      },
    },
  });

/** The longest that an HTTP function may take: the gateway gives up after 30 seconds. */
export const httpTimeout = Duration.seconds(29);
