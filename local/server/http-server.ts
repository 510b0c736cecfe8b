import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type { RouteGroup } from "#contracts/http/routes.ts";
import type { Log } from "#core/ports/log.ts";
import type { HttpFunction } from "#functions/http/edge/http-function.ts";
import { lambdaContext } from "../lambda-context.ts";
import { apiEvent } from "./api-event.ts";
import { matchRoute } from "./match-route.ts";

/** The gateway takes no larger body; what is longer is not even read. */
const gatewayLimit = 10 * 1_048_576;

/** Reads a body, or null where it is longer than the gateway takes. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > gatewayLimit) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Sends a function's reply as it is. */
function send(response: ServerResponse, reply: APIGatewayProxyStructuredResultV2): void {
  const headers = Object.entries(reply.headers ?? {}).map(([name, value]) => [name, String(value)] as const);
  const cookies = reply.cookies ?? [];
  response.writeHead(reply.statusCode ?? 200, {
    ...Object.fromEntries(headers),
    ...(cookies.length === 0 ? {} : { "set-cookie": cookies }),
  });
  response.end(reply.body ?? "");
}

/** The gateway's own errors have its own shape, on one machine as in the cloud. */
const gatewayError = (statusCode: number, message: string): APIGatewayProxyStructuredResultV2 => ({
  statusCode,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ message }),
});

/** The HTTP API on one machine: the same events to the same functions. It binds loopback alone. */
export async function startHttpServer(
  port: number,
  functions: Readonly<Record<RouteGroup, HttpFunction>>,
  log: Log,
): Promise<{ readonly url: string; readonly server: Server }> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // A path alone, however many slashes it begins with: no part of it is a host.
    const target = request.url ?? "/";
    const url = new URL(target.startsWith("/") ? `http://127.0.0.1${target}` : target);
    const body = await bodyOf(request);
    if (body === null) {
      send(response, gatewayError(413, "Request Entity Too Large"));
      request.destroy();
      return;
    }
    const match = matchRoute(request.method ?? "GET", url.pathname);
    const event = apiEvent(request, url, match, body);
    send(response, await functions[match.group](event, lambdaContext(match.group)));
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      log.error("a request could not be answered", { error });
      if (!response.headersSent) send(response, gatewayError(500, "Internal Server Error"));
    });
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const bound = typeof address === "object" && address !== null ? address.port : port;
  return { url: `http://127.0.0.1:${bound}`, server };
}
