import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

/** The operations of DynamoDB that the store asks for. */
export type Operation =
  | "BatchGetItem"
  | "BatchWriteItem"
  | "PutItem"
  | "Query"
  | "TransactWriteItems"
  | "UpdateItem";

/** One request as it goes over the wire, once for each time that the SDK sends it. */
export interface WireRequest {
  readonly operation: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What the wire carries back. */
interface WireAnswer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: unknown;
}

/** What happens to one request: it may be sent, with another body if one is given, or not. */
export type Fault = (
  send: (body?: object) => Promise<WireAnswer>,
  request: WireRequest,
) => Promise<WireAnswer>;

/** A client's faults and what it sent. */
export interface Faults {
  /** The next requests of this operation each meet one of these faults, in order; then all is well again. */
  next(operation: Operation, ...faults: readonly Fault[]): void;
  /** Every request of this operation meets this fault. */
  always(operation: Operation, fault: Fault): void;
  /** Every request that was sent so far, each of the SDK's own tries by itself. */
  readonly sent: readonly WireRequest[];
}

const answer = (statusCode: number, body: object): WireAnswer => ({
  statusCode,
  headers: { "content-type": "application/x-amz-json-1.0" },
  body: Buffer.from(JSON.stringify(body)),
});

/** Nothing happens: the request is answered. */
export const fine: Fault = (send) => send();

/** Refuses the request, as DynamoDB words it; it does not take place. */
export const refused =
  (type: string, more: object = {}, statusCode = 400): Fault =>
  () =>
    Promise.resolve(
      answer(statusCode, { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: type, ...more }),
    );

/** Too much at once, for the table or for the account. */
export const throttled = refused("ProvisionedThroughputExceededException");
export const throttledByAccount = refused("ThrottlingException");

/** Cancels a transaction of which each item says one of these codes. */
export const cancelled = (...codes: readonly string[]): Fault =>
  refused("TransactionCanceledException", { CancellationReasons: codes.map((Code) => ({ Code })) });

/** Another transaction is on the first item. */
export const conflict: Fault = (send, request) => {
  const items = request.body["TransactItems"] as readonly unknown[];
  return cancelled("TransactionConflict", ...items.slice(1).map(() => "None"))(send, request);
};

const broken = (): Error => Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });

/** The request takes place, and its answer is lost on the way. */
export const lostAnswer: Fault = async (send) => {
  await bodyOf(await send());
  throw broken();
};

/** Something else happens after the request took place and before its answer is read. */
export const meanwhile =
  (happens: () => Promise<void>): Fault =>
  async (send) => {
    const given = await send();
    await happens();
    return given;
  };

async function bodyOf({ body }: WireAnswer): Promise<Record<string, unknown>> {
  const parts: Buffer[] = [];
  for await (const part of body as AsyncIterable<Buffer>) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString("utf8")) as Record<string, unknown>;
}

type RequestItems = Readonly<Record<string, readonly unknown[] | { readonly Keys: readonly unknown[] }>>;

/** Of each table, the part of a batch that `choose` leaves. */
const partOf = (items: RequestItems, choose: (all: readonly unknown[]) => readonly unknown[]): object =>
  Object.fromEntries(
    Object.entries(items).map(([table, asked]) => [
      table,
      "Keys" in asked ? { ...asked, Keys: choose(asked.Keys) } : choose(asked),
    ]),
  );

/** Takes the first `count` of a batch and leaves the rest unprocessed. */
export const onlyFirst =
  (count: number): Fault =>
  async (send, { operation, body }) => {
    const items = body["RequestItems"] as RequestItems;
    const rest = partOf(items, (all) => all.slice(count));
    const left = operation === "BatchGetItem" ? { UnprocessedKeys: rest } : { UnprocessedItems: rest };
    if (count === 0) return answer(200, { Responses: {}, ...left });
    const given = await bodyOf(
      await send({ ...body, RequestItems: partOf(items, (all) => all.slice(0, count)) }),
    );
    return answer(200, { ...given, ...left });
  };

/** The SDK's own retries stay as they are, but do not wait. */
async function withoutWaiting(client: DynamoDBDocumentClient): Promise<void> {
  const strategy: unknown = await client.config.retryStrategy();
  Object.assign(strategy as object, {
    retryBackoffStrategy: { setDelayBase: () => {}, computeNextBackoffDelay: () => 0 },
  });
}

/** What the last middleware before the wire is given; the SDK declares it as unknown. */
interface WireArguments {
  readonly request: {
    readonly headers: Record<string, string>;
    readonly body: string | Uint8Array;
  };
}

/**
 * Puts faults between a client and its server, at the wire: what the SDK signs, retries and parses is the
 * SDK's own. DynamoDB Local throttles nothing, loses no answer and leaves no batch undone by itself.
 */
export async function faultsOf(client: DynamoDBDocumentClient): Promise<Faults> {
  await withoutWaiting(client);
  const queues = new Map<string, Fault[]>();
  const standing = new Map<string, Fault>();
  const sent: WireRequest[] = [];
  client.middlewareStack.add(
    (next) => async (given) => {
      const { request } = given as unknown as WireArguments;
      const operation = String(request.headers["x-amz-target"]).replace(/^.*\./, "");
      const text = typeof request.body === "string" ? request.body : new TextDecoder().decode(request.body);
      const wire = { operation, body: JSON.parse(text) as Record<string, unknown> };
      sent.push(wire);
      const fault = queues.get(operation)?.shift() ?? standing.get(operation);
      if (fault === undefined) return await next(given);
      const send = async (other?: object): Promise<WireAnswer> => {
        if (other !== undefined) {
          const body = Buffer.from(JSON.stringify(other));
          Object.assign(request, {
            body,
            headers: { ...request.headers, "content-length": String(body.length) },
          });
        }
        return (await next(given)).response as WireAnswer;
      };
      return { response: await fault(send, wire), output: { $metadata: {} } };
    },
    { step: "deserialize", priority: "low", name: "faults" },
  );
  return {
    next: (operation, ...faults) => {
      queues.set(operation, [...(queues.get(operation) ?? []), ...faults]);
    },
    always: (operation, fault) => {
      standing.set(operation, fault);
    },
    sent,
  };
}
