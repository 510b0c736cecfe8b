import type { IncomingMessage } from "node:http";
import { type DbtCloudAccess, DbtCloudError, type Patience } from "#core/ports/dbt-cloud.ts";
import { bytesOf } from "./body.ts";
import { type Asked, type Deadlines, exchange, NoReply, type Site } from "../network/exchange.ts";
import { type ListedHosts, siteOf } from "./hosts.ts";
import { type Attempt, type Pacing, patiently } from "./patience.ts";
import type { Resolve } from "../network/public-addresses.ts";
import { refusal, unanswered } from "./refusals.ts";
import { type Envelope, envelope } from "./replies.ts";

/** What asking rests on. */
export interface Asking {
  readonly listed: ListedHosts;
  readonly resolve: Resolve;
  readonly pacing: Pacing;
  readonly bounds: AskingBounds;
}

/** In milliseconds and bytes. */
export interface AskingBounds {
  readonly connectMs: number;
  /** For a whole reply in JSON, or the head of an artifact, while a person waits. */
  readonly replyMs: number;
  /** The same while nobody does. */
  readonly patientReplyMs: number;
  /** Between two pieces of an artifact. */
  readonly idleMs: number;
  readonly jsonBytes: number;
  readonly artifactBytes: number;
}

/** A request to an account. */
export interface Request {
  readonly access: DbtCloudAccess;
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly accept: string;
  readonly body?: string;
}

function siteFor({ host }: DbtCloudAccess, listed: ListedHosts): Site {
  const site = siteOf(host, listed);
  if (site === null) throw new DbtCloudError("unreachable", `${host} may not be asked`);
  return site;
}

function keyFor({ apiKey }: DbtCloudAccess): string {
  // A header cannot carry anything else, and no key of dbt Cloud's has it.
  if (/^[\x21-\x7e]+$/.test(apiKey)) return apiKey;
  throw new DbtCloudError("key-refused", "the API key holds what no key of dbt Cloud holds");
}

function deadlines({ bounds, pacing }: Asking, { until }: Patience): Deadlines {
  const { connectMs, replyMs, patientReplyMs } = bounds;
  if (until === null) return { connectMs, replyMs };
  const left = Math.max(1, until.getTime() - pacing.clock.now().getTime());
  return { connectMs: Math.min(connectMs, left), replyMs: Math.min(patientReplyMs, left) };
}

/** Makes a request until it is answered: `take` makes an answer of a reply that is a success, or none there is. */
export function ask<T>(
  asking: Asking,
  { access, method, path, accept, body }: Request,
  patience: Patience,
  take: (response: IncomingMessage, deadline: number) => Promise<Attempt<T>>,
): Promise<T> {
  const { listed, pacing, resolve } = asking;
  const site = siteFor(access, listed);
  const headers = {
    authorization: `Token ${keyFor(access)}`,
    accept,
    ...(body === undefined ? {} : { "content-type": "application/json" }),
  };
  const asked: Asked = { site, method, path, headers, body };
  // Subscribing twice would make two.
  const again = method !== "POST";
  const attempt = async (): Promise<Attempt<T>> => {
    const limits = deadlines(asking, patience);
    const deadline = performance.now() + limits.replyMs;
    try {
      const response = await exchange(asked, limits, resolve, patience.signal);
      const refused = refusal(response, access.host, again, pacing.clock.now());
      if (refused === null) return await take(response, deadline);
      response.destroy();
      return refused;
    } catch (error) {
      if (error instanceof NoReply) return unanswered(error, access.host, again);
      throw error;
    }
  };
  return patiently(attempt, patience, pacing);
}

async function textOf(
  asking: Asking,
  response: IncomingMessage,
  deadline: number,
  { host, signal }: { readonly host: string; readonly signal: AbortSignal },
): Promise<string> {
  const chunks: Uint8Array[] = [];
  const bytes = bytesOf(response, {
    what: `the reply of ${host}`,
    maxBytes: asking.bounds.jsonBytes,
    patienceMs: () => deadline - performance.now(),
    signal,
  });
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function readEnvelope(text: string): Envelope | null {
  try {
    const read = envelope.safeParse(JSON.parse(text));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

/** Asks for JSON in dbt Cloud's envelope; null for a 404. */
export function askJson(
  asking: Asking,
  request: Omit<Request, "accept">,
  patience: Patience,
): Promise<Envelope | null> {
  const { host } = request.access;
  return ask<Envelope | null>(
    asking,
    { ...request, accept: "application/json" },
    patience,
    async (response, deadline) => {
      if (response.statusCode === 404) {
        response.destroy();
        return { value: null };
      }
      try {
        const text = await textOf(asking, response, deadline, { host, signal: patience.signal });
        const read = readEnvelope(text);
        if (read !== null) return { value: read };
        const error = new DbtCloudError("bad-reply", `${host} does not answer as dbt Cloud does`);
        return { error, again: "never" };
      } catch (error) {
        if (!(error instanceof DbtCloudError)) throw error;
        const broke = error.reason === "unreachable" && request.method !== "POST";
        return { error, again: broke ? "some-time" : "never" };
      }
    },
  );
}
