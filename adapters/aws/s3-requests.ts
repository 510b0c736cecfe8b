import type { ClientOptions } from "./client-options.ts";
import { signedRequests, type SignedRequest } from "./signed-requests.ts";

/** A request to S3, by path style: names of buckets are not resolved as hosts, which works with every endpoint. */
export interface S3Request extends Pick<SignedRequest, "query" | "headers"> {
  readonly method: "GET" | "PUT" | "DELETE";
  readonly bucket: string;
  readonly key?: string;
  /** Sent over TLS, and checked by a hash of it that is kept elsewhere. */
  readonly body?: Blob;
}

/** Sends a request and gives the answer, whatever its status below 500; what S3 cannot answer now is asked again. */
export type S3Send = (request: S3Request) => Promise<Response>;

/** Requests in the function's region, with its role's credentials, unless told otherwise. */
export function s3Requests(options: ClientOptions = {}): S3Send {
  const send = signedRequests({ name: "s3", tries: 4, timeoutMs: 20_000 }, options);
  return ({ bucket, key, ...request }) =>
    send({ ...request, path: `/${bucket}${key === undefined ? "" : `/${key}`}` });
}
