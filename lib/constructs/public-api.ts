import { RemovalPolicy, Validations } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  HttpApi,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
} from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { RouteContract } from "#contracts/http/route.ts";
import { routeGroups, type RouteGroup } from "#contracts/http/routes.ts";
import { perFiveMinutes, type Alarms } from "./alarms.ts";

/** Requests that the whole API takes before it answers 429. */
const throttle = { rateLimit: 500, burstLimit: 1000 };

/** What is written of every request; `requestId` is the id in replies, logs, audit records and jobs. */
const accessLog = AccessLogFormat.custom(
  JSON.stringify({
    time: "$context.requestTime",
    requestId: "$context.requestId",
    routeKey: "$context.routeKey",
    path: "$context.path",
    status: "$context.status",
    latencyMs: "$context.responseLatency",
    integrationLatencyMs: "$context.integrationLatency",
    integrationError: "$context.integrationErrorMessage",
    responseBytes: "$context.responseLength",
    sourceIp: "$context.identity.sourceIp",
    userAgent: "$context.identity.userAgent",
  }),
);

/**
 * The HTTP API: one explicit route per contract, each to the function of its group. What no route takes
 * goes to the system function, so that 404 and 405 are ours as well.
 */
export class PublicApi extends Construct {
  readonly url: string;

  constructor(
    scope: Construct,
    id: string,
    props: {
      readonly functions: Readonly<Record<RouteGroup, LambdaFunction>>;
      readonly alarms: Alarms;
    },
  ) {
    super(scope, id);
    const integrations = integrationsOf(props.functions);
    const api = new HttpApi(this, "Api", { description: "Reeve's HTTP API", createDefaultStage: false });
    Validations.of(api).acknowledge({
      id: "AwsSolutions-APIG4",
      reason:
        "The functions authenticate, first of all: so every error is ours and a revoked key is out at once.",
    });
    addRoutes(api, integrations);
    this.addStage(api);
    this.url = api.apiEndpoint;
    props.alarms.add(this, "ServerErrors", {
      section: "alarm-server-errors",
      says: "The API answers with 5xx.",
      metric: api.metricServerError({ ...perFiveMinutes, dimensionsMap: { ApiId: api.apiId } }),
      threshold: 5,
    });
  }

  private addStage(api: HttpApi): void {
    const logGroup = new LogGroup(this, "AccessLog", {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new HttpStage(this, "Stage", {
      httpApi: api,
      stageName: "$default",
      autoDeploy: true,
      throttle,
      accessLogSettings: { destination: new LogGroupLogDestination(logGroup), format: accessLog },
    });
  }
}

/** One permission per function for the whole API: one per route would outgrow a function's policy. */
const integrationsOf = (
  functions: Readonly<Record<RouteGroup, LambdaFunction>>,
): Readonly<Record<RouteGroup, HttpLambdaIntegration>> => {
  const integration = (group: RouteGroup) =>
    new HttpLambdaIntegration(group, functions[group], { scopePermissionToRoute: false });
  return {
    access: integration("access"),
    audit: integration("audit"),
    catalog: integration("catalog"),
    connections: integration("connections"),
    dbt: integration("dbt"),
    identity: integration("identity"),
    jobs: integration("jobs"),
    people: integration("people"),
    system: integration("system"),
    webhooks: integration("webhooks"),
  };
};

function addRoutes(api: HttpApi, integrations: Readonly<Record<RouteGroup, HttpLambdaIntegration>>): void {
  for (const group of Object.keys(routeGroups) as RouteGroup[]) {
    for (const { method, path } of Object.values<RouteContract>(routeGroups[group])) {
      api.addRoutes({ path, methods: [HttpMethod[method]], integration: integrations[group] });
    }
  }
  new HttpRoute(api, "NoSuchRoute", {
    httpApi: api,
    routeKey: HttpRouteKey.DEFAULT,
    integration: integrations.system,
  });
}
