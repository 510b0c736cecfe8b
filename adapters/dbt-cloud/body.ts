import type { IncomingMessage } from "node:http";
import { pipeline, type Readable } from "node:stream";
import { createBrotliDecompress, createGunzip } from "node:zlib";
import { DbtCloudError } from "#core/ports/dbt-cloud.ts";
import { codeOf } from "../network/exchange.ts";

/** A reply's body as it was before it was packed for the way; null where it is packed in a way that was not asked for. */
function unpacked(response: IncomingMessage): Readable | null {
  const coding = (response.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  if (coding === "identity" || coding === "") return response;
  const unpack =
    coding === "gzip" || coding === "x-gzip"
      ? createGunzip()
      : coding === "br"
        ? createBrotliDecompress()
        : null;
  // An error of either ends both; it reaches whoever reads.
  if (unpack !== null) pipeline(response, unpack, () => {});
  return unpack;
}

/** Whether a body says where it ends, so that one that broke off can be told from a whole one. */
const saysItsEnd = ({ headers }: IncomingMessage): boolean =>
  headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined;

/** What an error while reading comes to. */
function readingError(error: unknown, what: string): DbtCloudError {
  if (error instanceof DbtCloudError) return error;
  const code = codeOf(error);
  // Z_BUF_ERROR: the packed body ended too early, which a proxy may make of a connection that broke.
  return code.startsWith("Z_") && code !== "Z_BUF_ERROR"
    ? new DbtCloudError("bad-reply", `${what} is packed wrongly (${code})`)
    : new DbtCloudError("unreachable", `${what} broke off (${code})`);
}

/** What bounds the reading of a body. */
export interface ReadingBounds {
  /** What is read, for people: ``manifest.json of run 7``. */
  readonly what: string;
  /** Unpacked. */
  readonly maxBytes: number;
  /** How long the next bytes may be waited for, from now, in milliseconds; asked before each wait. */
  readonly patienceMs: () => number;
  readonly signal: AbortSignal;
}

function checkHead(response: IncomingMessage, { what, maxBytes }: ReadingBounds): void {
  if (!saysItsEnd(response)) {
    throw new DbtCloudError("bad-reply", `${what} does not say where it ends`);
  }
  const packed = response.headers["content-encoding"] !== undefined;
  if (!packed && Number(response.headers["content-length"] ?? 0) > maxBytes) throw tooLarge(what, maxBytes);
}

const tooLarge = (what: string, maxBytes: number): DbtCloudError =>
  new DbtCloudError("too-large", `${what} has more than ${maxBytes} bytes`);

/** The next bytes, or an error once they were waited for too long. */
async function nextOf(
  chunks: AsyncIterator<unknown>,
  response: IncomingMessage,
  { what, patienceMs }: ReadingBounds,
): Promise<IteratorResult<unknown>> {
  const silent = new DbtCloudError("unreachable", `${what} stopped coming`);
  const timer = setTimeout(() => response.destroy(silent), Math.max(0, patienceMs()));
  try {
    return await chunks.next();
  } finally {
    clearTimeout(timer);
  }
}

/**
 * A reply's body, unpacked, as it comes. It ends only where it is whole: one that breaks off, stops coming or is longer
 * than allowed throws. Whoever stops reading early closes the connection.
 */
export async function* bytesOf(response: IncomingMessage, bounds: ReadingBounds): AsyncGenerator<Uint8Array> {
  const { what, maxBytes, signal } = bounds;
  try {
    checkHead(response, bounds);
    const body = unpacked(response);
    if (body === null) throw new DbtCloudError("bad-reply", `${what} is packed in an unknown way`);
    const chunks: AsyncIterator<unknown> = body[Symbol.asyncIterator]();
    let read = 0;
    for (;;) {
      signal.throwIfAborted();
      const next = await nextOf(chunks, response, bounds);
      if (next.done === true) break;
      if (!(next.value instanceof Uint8Array)) continue;
      read += next.value.byteLength;
      if (read > maxBytes) throw tooLarge(what, maxBytes);
      yield next.value;
    }
  } catch (error) {
    // Node destroys a body that ends before its announced length or its last chunk, with an error.
    signal.throwIfAborted();
    throw readingError(error, what);
  } finally {
    response.destroy();
  }
}
