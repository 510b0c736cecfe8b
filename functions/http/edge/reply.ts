import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type { RouteContract } from "#contracts/http/route.ts";
import { problemMediaType } from "#contracts/problems.ts";
import { ForBrowser, Later } from "#core/call/call.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { problemOf } from "#core/errors/problem-of.ts";
import type { Cookie } from "#core/identity/cookies.ts";

const headers = (requestId: string) => ({
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "x-request-id": requestId,
});

const field = (result: unknown, name: string): unknown =>
  typeof result === "object" && result !== null ? Reflect.get(result, name) : undefined;

/** A cookie as a browser takes it (RFC 6265 §4.1); no script ever reads one. */
const cookieText = ({ name, value, path, sameSite, secure, maxAgeSeconds }: Cookie): string =>
  [
    `${name}=${value}`,
    `Path=${path}`,
    `Max-Age=${maxAgeSeconds}`,
    "HttpOnly",
    `SameSite=${sameSite}`,
    ...(secure ? ["Secure"] : []),
  ].join("; ");

function browserReply(
  status: number,
  requestId: string,
  { cookies, location }: ForBrowser,
): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: status,
    headers: { ...headers(requestId), ...(location === null ? {} : { location }) },
    cookies: cookies.map(cookieText),
    body: "",
  };
}

/** A success: its JSON, an `ETag` where it has a version, a `Location` where it is new. */
export function successReply(
  contract: RouteContract,
  path: string,
  requestId: string,
  answer: unknown,
): APIGatewayProxyStructuredResultV2 {
  if (answer instanceof ForBrowser) return browserReply(contract.status, requestId, answer);
  const isLater = answer instanceof Later;
  const result: unknown = isLater ? answer.meanwhile : answer;
  const status = isLater && contract.later !== undefined ? contract.later.status : contract.status;
  return bodyReply(status, path, requestId, result === undefined ? "" : JSON.stringify(result), result);
}

/** A reply that was kept for an idempotency key. */
export const keptSuccessReply = (
  status: number,
  path: string,
  requestId: string,
  body: string,
): APIGatewayProxyStructuredResultV2 => bodyReply(status, path, requestId, body, JSON.parse(body));

function bodyReply(
  status: number,
  path: string,
  requestId: string,
  body: string,
  result: unknown,
): APIGatewayProxyStructuredResultV2 {
  const version = field(result, "version");
  const location = status === 201 ? locationOf(path, result) : null;
  return {
    statusCode: status,
    headers: {
      ...headers(requestId),
      ...(body === "" ? {} : { "content-type": "application/json" }),
      ...(typeof version === "number" ? { etag: `"${version}"` } : {}),
      ...(location === null ? {} : { location }),
    },
    body,
  };
}

/** Where a result is found: its fields fill the path or, where that takes none, it is below it by its id. */
function locationOf(path: string, result: unknown): string | null {
  if (path.includes("{")) {
    return path.replaceAll(/\{([^}]+)\}/g, (_, name: string) =>
      encodeURIComponent(String(field(result, name))),
    );
  }
  const id = field(result, "id");
  return typeof id === "string" ? `${path}/${encodeURIComponent(id)}` : null;
}

/** An error as problem+json (RFC 9457). */
export function problemReply(error: unknown, requestId: string): APIGatewayProxyStructuredResultV2 {
  const problem = problemOf(error, requestId);
  const allow = error instanceof DomainError ? error.allow : undefined;
  return {
    statusCode: problem.status,
    headers: {
      ...headers(requestId),
      "content-type": problemMediaType,
      ...(allow === undefined ? {} : { allow: allow.join(", ") }),
      ...(problem.status === 401 ? { "www-authenticate": "Bearer" } : {}),
    },
    body: JSON.stringify(problem),
  };
}
