import { TransactionConflictException } from "@aws-sdk/client-dynamodb";
import { BatchGetCommand, QueryCommand as SendQuery, BatchWriteCommand } from "@aws-sdk/lib-dynamodb";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { QueryCommand } from "dynamodb-toolbox/table/actions/query";
import { DomainError } from "#core/errors/domain-error.ts";
import { table } from "./items/table.ts";
import { keyText, type Key } from "./keys.ts";
import { storageError } from "./storage-error.ts";

/** Where the items are. */
export interface TableRef {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  /** Waits before the try that follows `attempt`. */
  readonly backOff?: ((attempt: number) => Promise<void>) | undefined;
}

/** An item as it is stored. */
export type RawItem = Readonly<Record<string, unknown>>;

const batchGetLimit = 100;
const batchWriteLimit = 25;
const batchTries = 8;

const chunksOf = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );

/** What is contended is tried this often. */
export const conflictTries = 10;

/** Waits a little, longer each time, and never in step with others. */
const jitter = (attempt: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(1000, 10 * 2 ** attempt)));

/** Waits before the try that follows `attempt`. */
export const pause = ({ backOff = jitter }: TableRef, attempt: number): Promise<void> => backOff(attempt);

/**
 * Sends one request, translating what the store says. A single write that met a transaction on its item was
 * not taken, and is sent again; the SDK itself does that for throttling alone.
 */
export async function sent<T>(ref: TableRef, send: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof TransactionConflictException)) throw storageError(error);
      if (attempt === conflictTries) throw new DomainError("contention", undefined, { cause: error });
      await pause(ref, attempt);
    }
  }
}

/** The key of an item as it is stored. */
export const keyOf = (item: RawItem): Key => ({ pk: String(item["pk"]), sk: String(item["sk"]) });

async function getBatch(ref: TableRef, wanted: readonly Key[]): Promise<readonly RawItem[]> {
  const { client, tableName } = ref;
  const found: RawItem[] = [];
  let left: readonly Key[] = wanted;
  for (let attempt = 0; left.length > 0; attempt += 1) {
    if (attempt > 0) await pause(ref, attempt);
    if (attempt === batchTries) throw storageError(new Error("a batch of reads was not answered in full"));
    const request = { Keys: left.map((key) => ({ ...key })), ConsistentRead: true };
    const answer = await sent(ref, () =>
      client.send(new BatchGetCommand({ RequestItems: { [tableName]: request } })),
    );
    found.push(...(answer.Responses?.[tableName] ?? []));
    left = (answer.UnprocessedKeys?.[tableName]?.Keys ?? []).map(keyOf);
  }
  return found;
}

/** Each key once. */
const distinctKeys = (all: readonly Key[]): readonly Key[] => [
  ...new Map(all.map((key) => [keyText(key), key])).values(),
];

/** Reads items by key, strongly consistent, each key once; what is not there is absent. */
export async function getItems(ref: TableRef, wanted: readonly Key[]): Promise<ReadonlyMap<string, RawItem>> {
  const batches = await Promise.all(
    chunksOf(distinctKeys(wanted), batchGetLimit).map((keys) => getBatch(ref, keys)),
  );
  return new Map(batches.flat().map((item) => [keyText(keyOf(item)), item]));
}

/** Reads one item by key, strongly consistent, or null. */
export const getItem = async (ref: TableRef, key: Key): Promise<RawItem | null> =>
  (await getItems(ref, [key])).get(keyText(key)) ?? null;

type QueryRange = { readonly between: [string, string] } | { readonly gt: string } | { readonly lt: string };

/** One partition, or a range of it. */
export interface PartitionQuery {
  readonly partition: string;
  readonly range?: QueryRange;
  readonly reverse?: boolean;
  readonly limit?: number;
  /** The sort key to go on behind, in the order that is asked for; nothing needs to be there. */
  readonly after?: string | undefined;
  /** An index, whose answers lag behind; without one the answer is strongly consistent. */
  readonly index?: "gsi1" | "gsi2";
}

/** Which items of a range are told; the others are read all the same. */
export interface ItemFilter {
  readonly FilterExpression: string;
  readonly ExpressionAttributeNames: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues: Readonly<Record<string, unknown>>;
}

/** The request for a range, but for how many items and from where. */
function queryParams({ tableName }: TableRef, { index, partition, range, reverse }: PartitionQuery) {
  const { Limit: _, ...params } = table
    .build(QueryCommand)
    .query({
      partition,
      ...(index === undefined ? {} : { index }),
      ...(range === undefined ? {} : { range }),
    })
    .options({ tableName, consistent: index === undefined, reverse: reverse === true })
    .params();
  return params;
}

/** Items of a partition in order: all of them, or the first `limit`. */
export async function queryItems(ref: TableRef, query: PartitionQuery): Promise<readonly RawItem[]> {
  const params = queryParams(ref, query);
  const most = query.limit ?? Infinity;
  const items: RawItem[] = [];
  let from: Record<string, unknown> | undefined =
    query.after === undefined ? undefined : { pk: query.partition, sk: query.after };
  do {
    const command = new SendQuery({
      ...params,
      ...(query.limit === undefined ? {} : { Limit: most - items.length }),
      ...(from === undefined ? {} : { ExclusiveStartKey: from }),
    });
    const answer = await sent(ref, () => ref.client.send(command));
    items.push(...(answer.Items ?? []));
    from = answer.LastEvaluatedKey;
  } while (from !== undefined && items.length < most);
  return items;
}

/** The items of a range that pass a filter, with how many there are in all. */
export async function filteredItems(
  ref: TableRef,
  query: Pick<PartitionQuery, "partition" | "range">,
  filter: ItemFilter,
): Promise<{ readonly items: readonly RawItem[]; readonly all: number }> {
  const params = queryParams(ref, query);
  const items: RawItem[] = [];
  let all = 0;
  let from: Record<string, unknown> | undefined;
  do {
    const command = new SendQuery({
      ...params,
      FilterExpression: filter.FilterExpression,
      ExpressionAttributeNames: { ...params.ExpressionAttributeNames, ...filter.ExpressionAttributeNames },
      ExpressionAttributeValues: { ...params.ExpressionAttributeValues, ...filter.ExpressionAttributeValues },
      ...(from === undefined ? {} : { ExclusiveStartKey: from }),
    });
    const answer = await sent(ref, () => ref.client.send(command));
    items.push(...(answer.Items ?? []));
    all += answer.ScannedCount ?? 0;
    from = answer.LastEvaluatedKey;
  } while (from !== undefined);
  return { items, all };
}

type BatchWrite =
  | { readonly PutRequest: { readonly Item: Record<string, unknown> } }
  | { readonly DeleteRequest: { readonly Key: Record<string, unknown> } };

async function writeBatch(ref: TableRef, writes: readonly BatchWrite[]): Promise<void> {
  const { client, tableName } = ref;
  let left: Record<string, BatchWrite[]> = { [tableName]: [...writes] };
  for (let attempt = 0; (left[tableName]?.length ?? 0) > 0; attempt += 1) {
    if (attempt > 0) await pause(ref, attempt);
    if (attempt === batchTries) throw storageError(new Error("a batch of writes was not taken in full"));
    const RequestItems = left;
    const answer = await sent(ref, () => client.send(new BatchWriteCommand({ RequestItems })));
    left = (answer.UnprocessedItems ?? {}) as Record<string, BatchWrite[]>;
  }
}

/** Writes items of which none depends on another; taken one by one, not together. */
export async function putItems(ref: TableRef, items: readonly Record<string, unknown>[]): Promise<void> {
  for (const batch of chunksOf(items, batchWriteLimit)) {
    await writeBatch(
      ref,
      batch.map((Item) => ({ PutRequest: { Item } })),
    );
  }
}

/** Removes items by key, one by one, each key once. */
export async function deleteItems(ref: TableRef, removed: readonly Key[]): Promise<void> {
  for (const batch of chunksOf(distinctKeys(removed), batchWriteLimit)) {
    await writeBatch(
      ref,
      batch.map((key) => ({ DeleteRequest: { Key: { ...key } } })),
    );
  }
}
