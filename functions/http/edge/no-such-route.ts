import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { routes } from "#contracts/http/routes.ts";
import { DomainError } from "#core/errors/domain-error.ts";

const shapes = Object.values(routes).map(({ method, path }) => ({
  method,
  pattern: new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, "[^/]+").replaceAll(".", String.raw`\.`)}$`),
}));

/** Answers what no route took: 405 where the path has other methods, else 404. */
export function noSuchRoute(event: APIGatewayProxyEventV2): never {
  const taking = shapes.filter(({ pattern }) => pattern.test(event.rawPath));
  const methods = [...new Set(taking.map(({ method }) => method))];
  if (methods.length === 0) throw new DomainError("not-found", "There is no such path.");
  throw new DomainError("method-not-allowed", `This path takes ${methods.join(", ")}.`, { allow: methods });
}
