import { ReeveUnreachable } from "./errors.ts";
import { unreachable } from "./network-error.ts";

/** Where the service is, and who asks. */
export interface ClientOptions {
  /** Such as `https://reeve.example.com` or `http://127.0.0.1:4000`; a path in it comes before every route's. */
  readonly baseUrl: string;
  /** Left out, only routes that need no authentication answer. */
  readonly apiKey?: string | undefined;
  /** The global one, if left out. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** How long an answer may take, 30 seconds if left out. */
  readonly timeoutMs?: number | undefined;
  /** Ends every call early; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What holds for one call. */
export interface CallOptions {
  /** Ends the call early; the call then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

/** A request to any path, contract or not. */
export interface RawRequest {
  readonly method: string;
  /** Begins with a slash, is percent-encoded, may end with a query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; left out when undefined. */
  readonly body?: unknown;
}

/** Any reply: its body parsed where it is JSON, text where it is not, undefined where there is none. */
export interface RawReply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** Sends a request and gives whatever was answered; rejects only where no answer came. */
export type Send = (request: RawRequest, options?: CallOptions) => Promise<RawReply>;

const defaultTimeoutMs = 30_000;

/** The base without its closing slashes. Only http and https, and no credentials: those belong into headers. */
function checkedBase(baseUrl: string): string {
  const url = URL.parse(baseUrl);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") {
    throw new TypeError(
      "The base URL must be like https://reeve.example.com, without user name and password.",
    );
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

/** A key that no header can carry is refused here: fetch's own refusal would print it. */
function checkedKey(apiKey: string | undefined): string | undefined {
  if (apiKey === undefined || /^[\x21-\x7e]+$/.test(apiKey)) return apiKey;
  throw new TypeError("The API key must be visible ASCII characters without spaces.");
}

const headersOf = (key: string | undefined, { headers, body }: RawRequest): Headers =>
  new Headers({
    accept: "application/json",
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    ...(body === undefined ? {} : { "content-type": "application/json" }),
    ...headers,
  });

const anyOf = (...signals: readonly (AbortSignal | undefined)[]): AbortSignal =>
  AbortSignal.any(signals.filter((signal) => signal !== undefined));

/** Sends requests to one service. */
export function transport(options: ClientOptions): Send {
  const base = checkedBase(options.baseUrl);
  const key = checkedKey(options.apiKey);
  const fetcher = options.fetch ?? globalThis.fetch;
  const defaultMs = options.timeoutMs ?? defaultTimeoutMs;
  return async (request, { signal: callSignal, timeoutMs = defaultMs } = {}) => {
    const { method, path, body } = request;
    const signal = anyOf(options.signal, callSignal);
    const headers = headersOf(key, request);
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetcher(`${base}${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.any([signal, timeout]),
        // Reeve redirects nobody but browsers that sign in; following one would take the key along.
        redirect: "manual",
      });
      return await received(base, response);
    } catch (error) {
      if (error instanceof ReeveUnreachable) throw error;
      if (signal.aborted) throw signal.reason;
      if (!timeout.aborted) throw unreachable(base, error);
      throw new ReeveUnreachable(`${base} did not answer within ${timeoutMs / 1000} s.`, { cause: error });
    }
  };
}

async function received(base: string, response: Response): Promise<RawReply> {
  const { status, headers } = response;
  if (response.type === "opaqueredirect" || (status >= 300 && status < 400)) {
    const target = headers.get("location");
    throw new ReeveUnreachable(
      `${base} redirects${target === null ? "" : ` to ${target}`}: use the address behind it.`,
    );
  }
  const text = await response.text();
  const json = /^application\/(?:[\w.-]+\+)?json\b/i.test(headers.get("content-type") ?? "");
  return { status, headers, body: text === "" ? undefined : json ? parsed(base, text) : text };
}

function parsed(base: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ReeveUnreachable(`${base} answered with broken JSON: the reply may have been cut off.`, {
      cause,
    });
  }
}
