import type { IncomingMessage } from "node:http";
import { createGunzip } from "node:zlib";
import { OidcIssuerError } from "#core/ports/oidc-issuers.ts";
import { type Asked, codeOf, exchange, NoReply } from "../network/exchange.ts";
import { addressRefused, type Resolve } from "../network/public-addresses.ts";
import { siteOf } from "./sites.ts";

/** How issuers are reached. */
export interface Reach {
  /** Whether this machine itself may be asked, by plain http too. */
  readonly onLoopback: boolean;
  readonly resolve: Resolve;
  readonly bounds: ReachBounds;
}

/** In milliseconds and bytes, of one request. */
export interface ReachBounds {
  readonly connectMs: number;
  /** Until all of the reply is here. */
  readonly replyMs: number;
  readonly bytes: number;
}

/** A request of an issuer's endpoint. */
export interface JsonRequest {
  readonly url: string;
  readonly form?: Readonly<Record<string, string>>;
  readonly authorization?: string;
}

/** A reply: its status, and the JSON that it holds. */
export interface JsonReply {
  readonly status: number;
  readonly body: unknown;
}

const words: Readonly<Record<string, string>> = {
  [addressRefused]: "lies at an address that is not public",
};

function askedOf({ url, form, authorization }: JsonRequest, { onLoopback }: Reach): Asked {
  const site = siteOf(url, onLoopback);
  return {
    site,
    method: form === undefined ? "GET" : "POST",
    path: `${site.base.pathname}${site.base.search}`,
    headers: {
      accept: "application/json",
      ...(authorization === undefined ? {} : { authorization }),
      ...(form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
    },
    body: form === undefined ? undefined : new URLSearchParams(form).toString(),
  };
}

/**
 * Asks for JSON, over a connection of its own to an address that was looked at. Follows no redirect. Throws an
 * `OidcIssuerError` where nobody answers in time, too much comes, or what comes is no JSON.
 */
export async function askJson(request: JsonRequest, reach: Reach): Promise<JsonReply> {
  const asked = askedOf(request, reach);
  const { host } = asked.site.base;
  const { bounds, resolve } = reach;
  const signal = AbortSignal.timeout(bounds.replyMs);
  try {
    const response = await exchange(asked, bounds, resolve, signal);
    const status = response.statusCode ?? 0;
    if (status >= 300 && status < 400) {
      response.destroy();
      throw new OidcIssuerError(`${host} redirects, which is not followed`);
    }
    return { status, body: jsonOf(await textOf(response, bounds.bytes, host, signal), host) };
  } catch (error) {
    if (error instanceof OidcIssuerError) throw error;
    if (signal.aborted) throw new OidcIssuerError(`${host} did not answer in time`, { cause: error });
    const code = error instanceof NoReply ? error.code : codeOf(error);
    throw new OidcIssuerError(`${host} ${words[code] ?? `could not be reached (${code})`}`, { cause: error });
  }
}

async function textOf(
  response: IncomingMessage,
  most: number,
  host: string,
  signal: AbortSignal,
): Promise<string> {
  const body = response.headers["content-encoding"] === "gzip" ? response.pipe(createGunzip()) : response;
  const stop = (): void => void body.destroy(new Error("took too long"));
  signal.addEventListener("abort", stop, { once: true });
  const chunks: Uint8Array[] = [];
  let read = 0;
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      read += chunk.byteLength;
      if (read > most) throw new OidcIssuerError(`${host} answers more than ${most} bytes`);
      chunks.push(chunk);
    }
  } finally {
    signal.removeEventListener("abort", stop);
    response.destroy();
  }
  return Buffer.concat(chunks).toString("utf8");
}

function jsonOf(text: string, host: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new OidcIssuerError(`${host} answers something else than JSON`, { cause });
  }
}
