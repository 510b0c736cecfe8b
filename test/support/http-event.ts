import { randomUUID } from "node:crypto";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type { Match } from "#local/server/match-route.ts";
import type { Reply } from "./check-reply.ts";

/** What a test sends. */
export interface Sent {
  readonly method: string;
  /** Percent-encoded, without a query. */
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The body's bytes as they are sent. */
  readonly bytes: Buffer;
  /** Whether the gateway hands the body over as base64, as it does with types that it takes for binary. */
  readonly base64?: boolean | undefined;
}

/** Query fields; a list is a repeated field. */
export type Query = Readonly<Record<string, string | number | readonly string[]>>;

/** Query fields as they are sent. */
export function queryString(query: Query = {}): string {
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat()) fields.append(name, String(one));
  }
  return fields.toString();
}

/** The gateway takes cookies out of the headers. */
function eventHeaders(given: Sent["headers"]): Pick<APIGatewayProxyEventV2, "headers" | "cookies"> {
  const { cookie, ...headers } = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return { headers, ...(cookie === undefined ? {} : { cookies: cookie.split("; ") }) };
}

/** The event that API Gateway makes of a request: HTTP API, payload version 2.0. */
export function httpEvent(sent: Sent, match: Match): APIGatewayProxyEventV2 {
  const { method, path, bytes, base64 = false } = sent;
  const now = new Date();
  return {
    version: "2.0",
    routeKey: match.routeKey,
    rawPath: path,
    rawQueryString: sent.query,
    ...eventHeaders(sent.headers),
    requestContext: {
      accountId: "000000000000",
      apiId: "test",
      domainName: "reeve.test",
      domainPrefix: "reeve",
      http: { method, path, protocol: "HTTP/1.1", sourceIp: "192.0.2.1", userAgent: "test" },
      requestId: randomUUID(),
      routeKey: match.routeKey,
      stage: "$default",
      time: now.toISOString(),
      timeEpoch: now.getTime(),
    },
    ...(Object.keys(match.pathParameters).length === 0
      ? {}
      : { pathParameters: { ...match.pathParameters } }),
    ...(bytes.length === 0 ? {} : { body: bytes.toString(base64 ? "base64" : "utf8") }),
    isBase64Encoded: base64,
  };
}

/** A function's result as the gateway passes it on. */
export function replyOf({
  statusCode,
  headers,
  cookies = [],
  body = "",
}: APIGatewayProxyStructuredResultV2): Reply {
  return {
    status: statusCode ?? 200,
    headers: Object.fromEntries(
      Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]),
    ),
    body: body === "" ? undefined : JSON.parse(body),
    text: body,
    cookies,
  };
}
