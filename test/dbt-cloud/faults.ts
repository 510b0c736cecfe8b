import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { brotliCompressSync, gzipSync } from "node:zlib";

/** What may go wrong with a reply; `gzip` and `br` are no faults, only another way to send it. */
export type Fault =
  | {
      readonly fault: "status";
      readonly status: number;
      readonly retryAfter?: string;
      readonly body?: string;
    }
  /** Takes the request and says nothing. */
  | { readonly fault: "hang" }
  /** Sends a few bytes at a time. */
  | { readonly fault: "drip"; readonly bytes: number; readonly everyMs: number }
  /** Sends so many bytes, then nothing more, and holds the connection. */
  | { readonly fault: "stall"; readonly bytes: number }
  /** Packs the body and sends so many bytes of that as if they were all, as a proxy may whose own source broke off. */
  | { readonly fault: "short-gzip"; readonly bytes: number }
  /** Announces the whole body, or for `chunked` none, and closes the connection after so many bytes. */
  | {
      readonly fault: "truncate";
      readonly bytes: number;
      readonly packed?: "gzip";
      readonly chunked?: boolean;
    }
  /** Neither says how long it is nor sends it in chunks: it ends where the connection does. */
  | { readonly fault: "endless" }
  | { readonly fault: "reset" }
  | { readonly fault: "redirect"; readonly to: string }
  /** A web page, with 200. */
  | { readonly fault: "html" }
  /** These bytes, with 200, as JSON. */
  | { readonly fault: "replaced"; readonly body: string; readonly headers?: Readonly<Record<string, string>> }
  | { readonly fault: "gzip" }
  | { readonly fault: "br" };

/** Which requests a fault meets. */
export interface FaultRule {
  readonly method?: string;
  /** Of path and query. */
  readonly path: RegExp;
  /** How often, by default always. */
  times?: number;
  readonly fault: Fault;
}

/** A reply as it would be sent. */
export interface Whole {
  readonly status: number;
  readonly type: string;
  readonly body: Uint8Array;
}

const head = ({ type, body }: Whole): Record<string, string | number> => ({
  "content-type": type,
  "content-length": body.byteLength,
});

async function drip(
  response: ServerResponse,
  { body }: Whole,
  bytes: number,
  everyMs: number,
): Promise<void> {
  for (let at = 0; at < body.byteLength && !response.destroyed; at += bytes) {
    response.write(body.subarray(at, at + bytes));
    await sleep(everyMs);
  }
  response.end();
}

function truncate(
  response: ServerResponse,
  whole: Whole,
  fault: Extract<Fault, { fault: "truncate" }>,
): void {
  const body = fault.packed === undefined ? whole.body : gzipSync(whole.body);
  response.writeHead(whole.status, {
    "content-type": whole.type,
    ...(fault.packed === undefined ? {} : { "content-encoding": fault.packed }),
    ...(fault.chunked === true ? {} : { "content-length": body.byteLength }),
  });
  response.write(body.subarray(0, fault.bytes), () => response.destroy());
}

function sendPacked(response: ServerResponse, whole: Whole, coding: "gzip" | "br", bytes?: number): void {
  const packed = coding === "gzip" ? gzipSync(whole.body) : brotliCompressSync(whole.body);
  const body = packed.subarray(0, bytes);
  response.writeHead(whole.status, { ...head({ ...whole, body }), "content-encoding": coding });
  response.end(body);
}

function sendStatus(response: ServerResponse, fault: Extract<Fault, { fault: "status" }>): void {
  const { status, retryAfter, body } = fault;
  response.writeHead(status, {
    "content-type": "application/json",
    ...(retryAfter === undefined ? {} : { "retry-after": retryAfter }),
  });
  response.end(body ?? JSON.stringify({ status: { code: status, is_success: false }, data: null }));
}

function endWithConnection(response: ServerResponse, { status, type, body }: Whole): void {
  response.socket?.write(`HTTP/1.1 ${status} OK\r\ncontent-type: ${type}\r\nconnection: close\r\n\r\n`);
  response.socket?.end(body);
}

/** What is answered without a look at the request, which so does nothing. */
const blind: ReadonlySet<Fault["fault"]> = new Set(["status", "redirect", "html", "replaced"]);

/** Whether a request that meets a fault is carried out all the same, as one is whose reply is lost. */
export const isCarriedOut = ({ fault }: Fault): boolean => !blind.has(fault);

const page = "<!doctype html><title>Log in</title>";

/** How each of them is done. */
const ways: {
  readonly [K in Fault["fault"]]: (
    response: ServerResponse,
    whole: Whole,
    fault: Extract<Fault, { fault: K }>,
  ) => unknown;
} = {
  hang: () => {},
  reset: (response) => response.socket?.resetAndDestroy(),
  endless: endWithConnection,
  status: (response, _whole, fault) => sendStatus(response, fault),
  redirect: (response, _whole, { to }) => response.writeHead(302, { location: to }).end(),
  html: (response) => response.writeHead(200, { "content-type": "text/html" }).end(page),
  replaced: (response, _whole, { headers, body }) =>
    response.writeHead(200, { "content-type": "application/json", ...headers }).end(body),
  truncate,
  gzip: (response, whole) => sendPacked(response, whole, "gzip"),
  "short-gzip": (response, whole, { bytes }) => sendPacked(response, whole, "gzip", bytes),
  br: (response, whole) => sendPacked(response, whole, "br"),
  stall: (response, whole, { bytes }) =>
    response.writeHead(whole.status, head(whole)).write(whole.body.subarray(0, bytes)),
  drip: (response, whole, { bytes, everyMs }) => {
    response.writeHead(whole.status, head(whole));
    return drip(response, whole, bytes, everyMs);
  },
};

/** Answers as the fault says instead of as would be right. */
export async function misbehave<K extends Fault["fault"]>(
  response: ServerResponse,
  fault: Extract<Fault, { fault: K }>,
  whole: Whole,
): Promise<void> {
  const way = ways[fault.fault] as (response: ServerResponse, whole: Whole, fault: Fault) => unknown;
  await way(response, whole, fault);
}
