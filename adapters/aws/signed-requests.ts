import { createHash, createHmac } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { SignatureV4 } from "@smithy/signature-v4";
import type { ClientOptions } from "./client-options.ts";

/*
 * Requests to AWS of which Reeve needs few, signed by the SDK's own signer. The SDK's clients of S3 and of Lambda would
 * make the bundles of the functions that list larger than they may be.
 */

/** A request to a service. */
export interface SignedRequest {
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text is signed with the rest; anything else goes unsigned, which S3 alone takes. */
  readonly body?: string | Blob;
  /** Ends it, however often it was tried. */
  readonly signal?: AbortSignal;
}

/** Sends a request and gives the answer, whatever its status; what cannot be answered just now is asked again. */
export type SignedSend = (request: SignedRequest) => Promise<Response>;

/** A service, as its requests are signed and repeated. */
export interface SignedService {
  readonly name: "s3" | "lambda";
  /** How often a request is sent at most. */
  readonly tries: number;
  /** How long one try may take, its answer included. */
  readonly timeoutMs: number;
}

type Source = string | ArrayBuffer | ArrayBufferView;

const bytesOf = (source: Source): string | Uint8Array => {
  if (typeof source === "string") return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
};

/** SHA-256, and HMAC where there is a key, as the signer asks for it. */
class Sha256 {
  private readonly hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(secret?: Source) {
    this.hash = secret === undefined ? createHash("sha256") : createHmac("sha256", bytesOf(secret));
  }

  update(chunk: Source): void {
    this.hash.update(bytesOf(chunk));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(this.hash.digest()));
  }

  reset(): void {
    throw new Error("a digest is made once");
  }
}

function credentials() {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  return Promise.resolve({
    accessKeyId: AWS_ACCESS_KEY_ID ?? "",
    secretAccessKey: AWS_SECRET_ACCESS_KEY ?? "",
    ...(AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN }),
  });
}

/** Throttled, or a fault of the service's. */
const isPassing = (status: number): boolean => status === 429 || status >= 500;

/** Requests in the function's region, with its role's credentials, unless told otherwise. */
export function signedRequests(
  { name, tries, timeoutMs }: SignedService,
  options: ClientOptions = {},
): SignedSend {
  const region = options.region ?? process.env["AWS_REGION"] ?? "us-east-1";
  const endpoint = new URL(
    options.endpoint ??
      process.env[`AWS_ENDPOINT_URL_${name.toUpperCase()}`] ??
      process.env["AWS_ENDPOINT_URL"] ??
      `https://${name}.${region}.amazonaws.com`,
  );
  const signer = new SignatureV4({
    service: name,
    region,
    credentials: options.credentials ?? credentials,
    sha256: Sha256,
    // S3 takes paths as they are (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html).
    uriEscapePath: name !== "s3",
  });
  return async (request) => {
    for (let attempt = 1; ; attempt += 1) {
      const isLast = attempt === tries;
      const answer = await answered(signer, endpoint, timeoutMs, request).catch((error: unknown) => {
        if (isLast || request.signal?.aborted === true) throw error;
        return null;
      });
      if (answer !== null && (isLast || !isPassing(answer.status))) return answer;
      await answer?.body?.cancel();
      await pause(100 * 2 ** attempt * Math.random());
    }
  };
}

async function answered(
  signer: SignatureV4,
  endpoint: URL,
  timeoutMs: number,
  { method, path, query = {}, headers: given = {}, body, signal }: SignedRequest,
) {
  const isText = typeof body === "string";
  const { headers } = await signer.sign({
    method,
    protocol: endpoint.protocol,
    hostname: endpoint.hostname,
    ...(endpoint.port === "" ? {} : { port: Number(endpoint.port) }),
    path,
    query: { ...query },
    headers: {
      host: endpoint.host,
      ...(isText ? {} : { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" }),
      ...given,
    },
    ...(isText ? { body } : {}),
  });
  const url = new URL(path, endpoint);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const inTime = AbortSignal.timeout(timeoutMs);
  const ending = signal === undefined ? inTime : AbortSignal.any([signal, inTime]);
  return await fetch(url, { method, headers, signal: ending, ...(body === undefined ? {} : { body }) });
}
