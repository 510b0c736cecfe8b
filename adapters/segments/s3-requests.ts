import { createHash, createHmac } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { SignatureV4 } from "@smithy/signature-v4";
import type { ClientOptions } from "#adapters/aws/client-options.ts";

/*
 * The four requests that segments need, signed by the SDK's own signer. The SDK's client of S3 would make the bundle
 * of the functions that list half as large again as they may be.
 */

/** A request to S3, by path style: names of buckets are not resolved as hosts, which works with every endpoint. */
export interface S3Request {
  readonly method: "GET" | "PUT" | "DELETE";
  readonly bucket: string;
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Blob;
}

/** Sends a request and gives the answer, whatever its status below 500; what S3 cannot answer now is asked again. */
export type S3Send = (request: S3Request) => Promise<Response>;

const tries = 4;
const timeoutMs = 20_000;

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

/** Requests in the function's region, with its role's credentials, unless told otherwise. */
export function s3Requests(options: ClientOptions = {}): S3Send {
  const region = options.region ?? process.env["AWS_REGION"] ?? "us-east-1";
  const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL } = process.env;
  const endpoint = new URL(
    options.endpoint ?? AWS_ENDPOINT_URL_S3 ?? AWS_ENDPOINT_URL ?? `https://s3.${region}.amazonaws.com`,
  );
  const signer = new SignatureV4({
    service: "s3",
    region,
    credentials: options.credentials ?? credentials,
    sha256: Sha256,
    uriEscapePath: false,
  });
  return async (request) => {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await answered(signer, endpoint, request).catch((error: unknown) => {
        if (attempt === tries) throw error;
        return null;
      });
      if (answer !== null && (answer.status < 500 || attempt === tries)) return answer;
      await answer?.body?.cancel();
      await pause(100 * 2 ** attempt * Math.random());
    }
  };
}

async function answered(
  signer: SignatureV4,
  endpoint: URL,
  { method, bucket, key, query = {}, body }: S3Request,
) {
  const path = `/${bucket}${key === undefined ? "" : `/${key}`}`;
  const { headers } = await signer.sign({
    method,
    protocol: endpoint.protocol,
    hostname: endpoint.hostname,
    ...(endpoint.port === "" ? {} : { port: Number(endpoint.port) }),
    path,
    query: { ...query },
    // The body is sent over TLS and checked by the pointer's own hash of it.
    headers: { host: endpoint.host, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" },
  });
  const url = new URL(path, endpoint);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return await fetch(url, {
    method,
    headers,
    signal: AbortSignal.timeout(timeoutMs),
    ...(body === undefined ? {} : { body }),
  });
}
