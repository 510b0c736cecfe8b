import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
// oxlint-disable-next-line import/no-named-as-default -- its types declare the default export alone
import middy from "@middy/core";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import { logger, metrics, processLog } from "#adapters/observability/observability.ts";
import type { RouteContract } from "#contracts/http/route.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { operationsByRouteKey, type EdgeDeps, type Operations } from "./operation.ts";
import { problem } from "./problem.ts";
import { publishMetrics } from "./publish-metrics.ts";

/** A Lambda function behind the HTTP API. */
export type HttpFunction = (
  event: APIGatewayProxyEventV2,
  context: Context,
) => Promise<APIGatewayProxyStructuredResultV2>;

/** The gateway sends a function the routes of its group alone. */
function notOfGroup(): never {
  throw new DomainError("not-found");
}

/**
 * The function of one group of routes. Without `deps` none of them may need authentication. What no route takes comes
 * to one function alone: knowing every route of the API, as it must, would cost each other one at every cold start.
 */
export function httpFunction<G extends Readonly<Record<string, RouteContract>>>(
  group: G,
  operations: Operations<G>,
  deps: EdgeDeps | null,
  otherwise: (event: APIGatewayProxyEventV2) => never = notOfGroup,
): HttpFunction {
  const byRouteKey = operationsByRouteKey(group, operations, deps);
  return middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(publishMetrics(metrics))
    .use(problem(processLog))
    .handler(async (event) => {
      logger.setCorrelationId(event.requestContext.requestId);
      const run = byRouteKey.get(event.routeKey);
      return run === undefined ? otherwise(event) : await run(event);
    });
}
