import { GetCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { tableShape } from "#contracts/storage.ts";
import { itemSize, writeUnits } from "#test/support/item-size.ts";
import { sum } from "./durations.ts";
import { readUnitsOf, touchedBy, writtenItems, type Item, type Key, type Touched } from "./store-requests.ts";

/** What requests wrote, and how it was spread. */
export interface Spread {
  readonly requests: number;
  readonly wcu: number;
  readonly rcu: number;
  /** The part of the WCU that went into index entries. */
  readonly indexWcu: number;
  /** What the items that were left would have cost if each had been written once, in the way it was. */
  readonly leastWcu: number;
  /** What their sizes alone come to: a unit for each KB, without indexes, and not doubled by transactions. */
  readonly sizeWcu: number;
  /** The most that one partition took within a second of the assumed time, by kind of partition. */
  readonly busiest: ReadonlyMap<string, number>;
}

interface Kept {
  readonly bytes: number;
  readonly times: 1 | 2;
  readonly indexWcu: number;
}

const keyIn = ({ pk, sk }: Item): Key => ({ pk: String(pk), sk: String(sk) });
const keyText = ({ pk, sk }: Key): string => `${pk}\n${sk}`;

/** `DELTAS#3` and `DS#ds_…` as kinds of partitions: what stands between the names is left out. */
const kindOf = (partition: string): string => {
  const [first = "", second] = partition.split("#");
  return first === "GUARD" || first === "AUDIT" ? `${first}#${second ?? ""}` : first;
};

/** The partitions of indexes that an item is in. */
const indexPartitions = (item: Item): readonly string[] =>
  tableShape.indexes.flatMap(({ name, partitionKey }) =>
    typeof item[partitionKey] === "string" ? [`${name} ${item[partitionKey]}`] : [],
  );

/**
 * Computes from the requests themselves what they cost by the published rules, and where. Time is assumed: each
 * request takes so many milliseconds and comes after the one before it, so that the spread is what it would be
 * at the speed of DynamoDB and not at that of this machine. Only what an update leaves is read again.
 */
export class PartitionMeter {
  private requests = 0;
  private wcu = 0;
  private rcu = 0;
  private indexWcu = 0;
  private readonly kept = new Map<string, Kept>();
  private readonly seconds = new Map<string, number>();
  private readonly reader: DynamoDBDocumentClient;
  private readonly tableName: string;
  private readonly requestMs: number;

  /** `reader` is another client of the same table. */
  constructor(
    client: DynamoDBDocumentClient,
    reader: DynamoDBDocumentClient,
    { tableName, requestMs }: { readonly tableName: string; readonly requestMs: number },
  ) {
    this.reader = reader;
    this.tableName = tableName;
    this.requestMs = requestMs;
    client.middlewareStack.add(
      (next, { commandName = "" }) =>
        async (given) => {
          const result = await next(given);
          this.requests += 1;
          this.rcu += readUnitsOf(commandName, given.input, result.output);
          await this.count(commandName, given.input);
          return result;
        },
      { step: "build", priority: "low", name: "partition-meter" },
    );
  }

  /** What was asked for so far. */
  spread(): Spread {
    const left = [...this.kept.values()].filter(({ bytes }) => bytes > 0);
    const busiest = new Map<string, number>();
    for (const [text, units] of this.seconds) {
      const kind = kindOf(text.split("\n")[0] ?? "");
      busiest.set(kind, Math.max(busiest.get(kind) ?? 0, units));
    }
    return {
      requests: this.requests,
      wcu: this.wcu,
      rcu: this.rcu,
      indexWcu: this.indexWcu,
      leastWcu: sum(left.map(({ bytes, times, indexWcu }) => times * writeUnits(bytes) + indexWcu)),
      sizeWcu: sum(left.map(({ bytes }) => writeUnits(bytes))),
      busiest,
    };
  }

  private async count(commandName: string, input: object): Promise<void> {
    const put = new Map(writtenItems(commandName, input).map((item) => [keyText(keyIn(item)), item]));
    for (const touched of touchedBy(commandName, input)) {
      this.take(touched, put.get(keyText(touched.key)) ?? (await this.stored(touched.key)));
    }
  }

  private take({ key, times, checked }: Touched, after: Item | undefined): void {
    const before = this.kept.get(keyText(key));
    const bytes = after === undefined ? 0 : itemSize(after);
    // A write is counted by the larger of what was there and what is there now.
    this.spend(key.pk, times * writeUnits(Math.max(before?.bytes ?? 0, bytes)));
    if (checked) return;
    const entries = after === undefined ? [] : indexPartitions(after);
    if (before?.indexWcu !== entries.length) {
      this.indexWcu += entries.length;
      for (const partition of entries) this.spend(partition, 1);
    }
    this.kept.set(keyText(key), { bytes, times, indexWcu: entries.length });
  }

  private spend(partition: string, units: number): void {
    this.wcu += units;
    const second = `${partition}\n${Math.floor((this.requests * this.requestMs) / 1000)}`;
    this.seconds.set(second, (this.seconds.get(second) ?? 0) + units);
  }

  private async stored({ pk, sk }: Key): Promise<Item | undefined> {
    const get = new GetCommand({ TableName: this.tableName, Key: { pk, sk }, ConsistentRead: true });
    return (await this.reader.send(get)).Item;
  }
}
