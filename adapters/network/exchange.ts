import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { guardedLookup, type Resolve } from "./public-addresses.ts";

/** Where somebody is asked. */
export interface Site {
  readonly base: URL;
  /** The deployment vouches for it: it may lie at a private address. */
  readonly listed: boolean;
}

/** One request. */
export interface Asked {
  readonly site: Site;
  readonly method: "GET" | "POST" | "DELETE";
  /** Path and query, encoded. */
  readonly path: string;
  /** What it says of itself; encoding, agent and length are added. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** How long an exchange may take; in milliseconds. */
export interface Deadlines {
  /** Until there is a connection, TLS included. */
  readonly connectMs: number;
  /** Until the reply's head is here, from the beginning. */
  readonly replyMs: number;
}

/** Nobody answered. */
export class NoReply extends Error {
  /** Of the system or of TLS, or in words: nothing that either side said. */
  readonly code: string;
  /** Whether the request may have arrived, and so may have done its work. */
  readonly sent: boolean;

  constructor(code: string, sent: boolean) {
    super(code);
    this.name = "NoReply";
    this.code = code;
    this.sent = sent;
  }
}

/** The code of an error, never its message: that may repeat what the other side sent, or what was sent to it. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "no code";

const headersOf = ({ headers, body }: Asked): Record<string, string | number> => ({
  ...headers,
  "accept-encoding": "gzip",
  "user-agent": "reeve",
  ...(body === undefined ? {} : { "content-length": Buffer.byteLength(body) }),
});

/** A path and its query. */
function splitPath(path: string): readonly [string, string] {
  const at = path.indexOf("?");
  return at < 0 ? [path, ""] : [path.slice(0, at), path.slice(at)];
}

/**
 * Sends a request over a connection of its own and gives the reply's head, with its body still to be read. Follows
 * nothing: a redirect is a reply. Fails with `NoReply`; once the signal is aborted, the connection is closed.
 */
export function exchange(
  asked: Asked,
  { connectMs, replyMs }: Deadlines,
  resolve: Resolve,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { base, listed } = asked.site;
  const secure = base.protocol === "https:";
  const url = new URL(base);
  // The path is never resolved against the base: one that begins with `//` would name another host than the site's.
  [url.pathname, url.search] = splitPath(asked.path);
  return new Promise((done, fail) => {
    let sent = false;
    const request = (secure ? httpsRequest : httpRequest)(url, {
      method: asked.method,
      headers: headersOf(asked),
      // A connection that slept with its function is dead when it wakes up: each exchange has its own.
      agent: false,
      lookup: guardedLookup(resolve, listed),
      signal,
    });
    const giveUp = (code: string): void => {
      clearTimeout(connecting);
      clearTimeout(replying);
      request.destroy();
      fail(new NoReply(code, sent));
    };
    const connecting = setTimeout(() => giveUp("no connection in time"), connectMs);
    const replying = setTimeout(() => giveUp("no reply in time"), replyMs);
    request.on("socket", (socket) => {
      socket.once(secure ? "secureConnect" : "connect", () => {
        sent = true;
        clearTimeout(connecting);
      });
    });
    request.on("response", (response) => {
      clearTimeout(connecting);
      clearTimeout(replying);
      done(response);
    });
    request.on("error", (error) => giveUp(codeOf(error)));
    request.end(asked.body);
  });
}
