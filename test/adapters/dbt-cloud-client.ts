import type { AskingBounds } from "#adapters/dbt-cloud/ask.ts";
import { dbtCloud } from "#adapters/dbt-cloud/dbt-cloud.ts";
import { parseDbtHosts } from "#adapters/dbt-cloud/hosts.ts";
import type { Resolve } from "#adapters/network/public-addresses.ts";
import { type DbtCloud, type DbtCloudAccess, DbtCloudError, type Patience } from "#core/ports/dbt-cloud.ts";
import type { DbtCloudStandIn } from "#test/dbt-cloud/stand-in.ts";

/** A key that must turn up nowhere but in a header. */
export const secretKey = "dbtu_never-in-a-text";

/** The adapter against a stand-in, with time and chance in a test's hands. */
export interface TestClient {
  readonly cloud: DbtCloud;
  readonly access: DbtCloudAccess;
  /** What was waited for, in milliseconds: waiting moves the clock on and takes no time. */
  readonly waits: number[];
  readonly now: () => Date;
  /** Nobody waits: for so long. */
  readonly patient: (ms: number, signal?: AbortSignal) => Patience;
}

/** A person waits. */
export const impatient = (): Patience => ({ signal: new AbortController().signal, until: null });

export interface ClientGiven {
  readonly bounds?: Partial<AskingBounds>;
  readonly random?: () => number;
  readonly resolve?: Resolve;
  readonly hosts?: string;
  /** Called for each wait, before time moves on. */
  readonly onWait?: (ms: number) => void;
}

export function clientOf(standIn: DbtCloudStandIn, given: ClientGiven = {}): TestClient {
  let time = Date.parse("2026-03-01T10:00:00.000Z");
  const waits: number[] = [];
  const now = (): Date => new Date(time);
  const cloud = dbtCloud({
    listed: parseDbtHosts(given.hosts ?? standIn.url),
    clock: { now },
    random: given.random ?? (() => 0.5),
    wait: async (ms, signal) => {
      given.onWait?.(ms);
      signal.throwIfAborted();
      waits.push(ms);
      time += ms;
    },
    ...(given.resolve === undefined ? {} : { resolve: given.resolve }),
    ...(given.bounds === undefined ? {} : { bounds: given.bounds }),
  });
  return {
    cloud,
    access: { host: standIn.host, accountId: standIn.account.id, apiKey: standIn.account.apiKey },
    waits,
    now,
    patient: (ms, signal = new AbortController().signal) => ({ signal, until: new Date(time + ms) }),
  };
}

/** The error that something fails with; the key is in none of its texts. */
export async function failure(promise: Promise<unknown>): Promise<DbtCloudError> {
  const error = await promise.then(
    () => new Error("it worked"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof DbtCloudError)) throw error;
  const texts = [error.message, error.stack, String(error), JSON.stringify(error), String(error.cause)];
  if (texts.some((text) => text?.includes(secretKey))) throw new Error("the key is in the error");
  return error;
}

/** All bytes of an artifact. */
export async function whole(bytes: AsyncIterable<Uint8Array> | null): Promise<string> {
  if (bytes === null) throw new Error("no artifact");
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

export async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
