import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** A request as it came over the wire. */
export interface Received {
  readonly method: string;
  /** Path and query, as sent. */
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** What a scripted server answers; `raw` takes the response into its own hands. */
export type Answer =
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** Sent as JSON, or as it is where it is text. */
      readonly body?: unknown;
    }
  | { readonly raw: (response: ServerResponse) => void };

/** A real HTTP server on loopback that answers by a function and keeps what it was sent. */
export interface ScriptedServer {
  readonly url: string;
  readonly received: Received[];
  readonly stop: () => Promise<void>;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function send(response: ServerResponse, answer: Answer): void {
  if ("raw" in answer) {
    answer.raw(response);
    return;
  }
  const { status = 200, headers = {}, body } = answer;
  const type = typeof body === "string" ? "text/plain" : "application/json";
  response.writeHead(status, { "content-type": type, ...headers });
  response.end(body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body));
}

/** Starts one. It must be stopped. */
export async function startScriptedServer(answer: (request: Received) => Answer): Promise<ScriptedServer> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const reply = async (): Promise<void> => {
      const { method = "", url = "", headers } = request;
      const one = { method, url, headers, body: await textOf(request) };
      received.push(one);
      send(response, answer(one));
    };
    void reply();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port was given");
  return {
    url: `http://127.0.0.1:${address.port}`,
    received,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
