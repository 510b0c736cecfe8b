import { GetCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { tableShape } from "#contracts/storage.ts";
import { itemSize, writeUnits } from "#test/support/item-size.ts";
import { sum } from "./durations.ts";
import { readUnitsOf, touchedBy, type Item, type Key, type Touched } from "./store-requests.ts";

/** What requests cost, in DynamoDB's units. */
export interface Capacity {
  readonly wcu: number;
  readonly rcu: number;
  /** The part of the WCU that went into index entries. */
  readonly indexWcu: number;
  /** The items that were written, as the last write left each. */
  readonly items: readonly Written[];
}

/** An item that was written. */
export interface Written {
  readonly key: Key;
  /** Its size afterwards; 0 where it was removed. */
  readonly bytes: number;
  /** Whether it was written in a transaction, which counts twice. */
  readonly times: 1 | 2;
  /** What its index entries cost when it is new. */
  readonly indexWcu: number;
}

const sizeOf = (item: Item | undefined): number => (item === undefined ? 0 : itemSize(item));

/** The entry of an item in an index: the keys of both, because our indexes copy nothing else. */
function entryOf(item: Item | undefined, { partitionKey, sortKey }: (typeof tableShape.indexes)[number]) {
  const [partition, sort] = [item?.[partitionKey], item?.[sortKey]];
  if (item === undefined || partition === undefined || sort === undefined) return null;
  return { pk: item["pk"], sk: item["sk"], [partitionKey]: partition, [sortKey]: sort };
}

/** What a write costs in the indexes: nothing where their keys stay, two writes where an entry moves. */
function indexUnits(before: Item | undefined, after: Item | undefined): number {
  return sum(
    tableShape.indexes.map((index) => {
      const entries = [entryOf(before, index), entryOf(after, index)];
      const [old, made] = entries.map((entry) => JSON.stringify(entry));
      if (old === made) return 0;
      return sum(entries.map((entry) => (entry === null ? 0 : writeUnits(itemSize(entry)))));
    }),
  );
}

const keyText = ({ pk, sk }: Key): string => `${pk}\n${sk}`;

/**
 * Computes what requests cost by the published rules, from the sizes of the items before and after each,
 * because DynamoDB Local counts half of what transactions cost. It reads every item that is written, so
 * nothing is timed meanwhile, and it wants one request at a time.
 */
export class CapacityMeter {
  private wcu = 0;
  private rcu = 0;
  private indexWcu = 0;
  private items = new Map<string, Written>();
  private readonly reader: DynamoDBDocumentClient;
  private readonly tableName: string;

  /** `reader` is another client of the same table. */
  constructor(client: DynamoDBDocumentClient, reader: DynamoDBDocumentClient, tableName: string) {
    this.reader = reader;
    this.tableName = tableName;
    client.middlewareStack.add(
      (next, { commandName = "" }) =>
        async (given) => {
          const touched = touchedBy(commandName, given.input);
          const before = await this.stored(touched);
          const result = await next(given);
          this.rcu += readUnitsOf(commandName, given.input, result.output);
          this.count(touched, before, await this.stored(touched));
          return result;
        },
      { step: "build", priority: "low", name: "capacity-meter" },
    );
  }

  /** What some work cost. */
  async measure(work: () => Promise<unknown>): Promise<Capacity> {
    this.wcu = 0;
    this.rcu = 0;
    this.indexWcu = 0;
    this.items = new Map();
    await work();
    const { wcu, rcu, indexWcu, items } = this;
    return { wcu, rcu, indexWcu, items: [...items.values()] };
  }

  private async stored(touched: readonly Touched[]): Promise<readonly (Item | undefined)[]> {
    return await Promise.all(
      touched.map(async ({ key }) => {
        const get = new GetCommand({ TableName: this.tableName, Key: { ...key }, ConsistentRead: true });
        return (await this.reader.send(get)).Item;
      }),
    );
  }

  private count(
    touched: readonly Touched[],
    before: readonly (Item | undefined)[],
    after: readonly (Item | undefined)[],
  ): void {
    for (const [index, { key, times, checked }] of touched.entries()) {
      const [old, made] = [before[index], after[index]];
      const entries = indexUnits(old, made);
      // A write is counted by the larger of what was there and what is there now.
      this.wcu += times * writeUnits(Math.max(sizeOf(old), sizeOf(made))) + entries;
      this.indexWcu += entries;
      if (checked) continue;
      const written = { key, bytes: sizeOf(made), times, indexWcu: indexUnits(undefined, made) };
      this.items.set(keyText(key), written);
    }
  }
}

/** What the items that are left would have cost if each had been written once, in the way it was. */
export const leastWcu = ({ items }: Capacity): number =>
  sum(
    items
      .filter(({ bytes }) => bytes > 0)
      .map(({ bytes, times, indexWcu }) => times * writeUnits(bytes) + indexWcu),
  );
