import type { MiddlewareObj } from "@middy/core";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { problems } from "#contracts/problems.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Log } from "#core/ports/log.ts";
import { problemReply } from "./reply.ts";

/** The one place where an error becomes a reply: problem+json, logged where it is ours. */
export const problem = (
  log: Log,
): MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> => ({
  onError: (request) => {
    const { error, event } = request;
    const status = error instanceof DomainError ? problems[error.code].status : 500;
    if (status >= 500) log.error("a request failed", { error });
    request.response = problemReply(error, event.requestContext.requestId);
  },
});
