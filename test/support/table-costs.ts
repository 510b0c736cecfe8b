import { paginateScan, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { tableShape } from "#contracts/storage.ts";
import type { WireRequest } from "./faults.ts";
import { itemSize, readUnits, writeUnits } from "./item-size.ts";

type Item = Readonly<Record<string, unknown>>;

/** Everything on a table, by key. */
export type Snapshot = ReadonlyMap<string, Item>;

const textOf = (pk: unknown, sk: unknown): string => `${String(pk)} / ${String(sk)}`;

/** Reads a whole table. */
export async function snapshotOf(client: DynamoDBDocumentClient, tableName: string): Promise<Snapshot> {
  const found = new Map<string, Item>();
  for await (const page of paginateScan({ client }, { TableName: tableName, ConsistentRead: true })) {
    for (const item of page.Items ?? []) found.set(textOf(item["pk"], item["sk"]), item);
  }
  return found;
}

/** What requests asked of the table, and what that costs. */
export interface Usage {
  /** How often each operation was sent. */
  readonly requests: Readonly<Record<string, number>>;
  /** Where it was read and written: keys of items as `pk / sk`, ranges with what bounds the sort key. */
  readonly keys: readonly string[];
  readonly indexes: readonly string[];
  readonly consistency: readonly string[];
  readonly readUnits: number;
  readonly writeUnits: number;
}

type Wire = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
const plain = (value: unknown): string => String((value as { readonly S?: string }).S);
const keyOf = (wire: Wire): string => textOf(plain(wire["pk"]), plain(wire["sk"]));

/** One request, as what it reads and what it writes. */
interface Access {
  readonly reads?: readonly string[];
  readonly range?: { readonly text: string; readonly items: readonly Item[] };
  readonly writes?: readonly string[];
  readonly factor?: number;
  readonly index: string;
  readonly consistency?: "strong" | "eventual";
}

const strongWhere = (consistent: unknown): "strong" | "eventual" =>
  consistent === true ? "strong" : "eventual";

function batchGet(body: WireRequest["body"]): Access {
  const [asked] = Object.values(
    body["RequestItems"] as Record<string, { Keys: Wire[]; ConsistentRead?: boolean }>,
  );
  return {
    reads: (asked?.Keys ?? []).map(keyOf),
    index: "table",
    consistency: strongWhere(asked?.ConsistentRead),
  };
}

function batchWrite(body: WireRequest["body"]): Access {
  type Write = { readonly PutRequest?: { Item: Wire }; readonly DeleteRequest?: { Key: Wire } };
  const [writes = []] = Object.values(body["RequestItems"] as Record<string, Write[]>);
  return {
    writes: writes.map(({ PutRequest, DeleteRequest }) =>
      keyOf(PutRequest?.Item ?? DeleteRequest?.Key ?? {}),
    ),
    factor: 1,
    index: "table",
  };
}

function transaction(body: WireRequest["body"]): Access {
  type Write = Readonly<Record<string, { readonly Item?: Wire; readonly Key?: Wire }>>;
  const writes = (body["TransactItems"] as readonly Write[]).flatMap((item) =>
    Object.values(item).map(({ Item, Key }) => keyOf(Item ?? Key ?? {})),
  );
  return { writes, factor: 2, index: "table" };
}

/** The sort keys that a query takes in, and how that is written: `> x`, `< x`, `x … y`, or all. */
function sortRange(expression: string, value: (name: string) => string) {
  const between = /BETWEEN (:\S+) AND (:\S+?)\)?$/.exec(expression);
  if (between !== null) {
    const [low, high] = [value(between[1] ?? ""), value(between[2] ?? "")];
    return { text: `${low} … ${high}`, takes: (sk: string) => sk >= low && sk <= high };
  }
  const compared = / ([<>]) (:\S+?)\)?$/.exec(expression);
  if (compared === null) return { text: "*", takes: () => true };
  const [operator, bound] = [compared[1] ?? "", value(compared[2] ?? "")];
  return {
    text: `${operator} ${bound}`,
    takes: (sk: string) => (operator === ">" ? sk > bound : sk < bound),
  };
}

function query(body: WireRequest["body"], table: Snapshot): Access {
  const values = body["ExpressionAttributeValues"] as Wire;
  const value = (name: string): string => plain(values[name]);
  const expression = String(body["KeyConditionExpression"]);
  const shape = tableShape.indexes.find(({ name }) => name === body["IndexName"]) ?? tableShape;
  const partition = value(/^\(?\S+ = (:[^\s)]+)/.exec(expression)?.[1] ?? "");
  const { text, takes } = sortRange(expression, value);
  const sortOf = (item: Item): string => String(item[shape.sortKey]);
  const start = (body["ExclusiveStartKey"] as Wire | undefined)?.[shape.sortKey];
  const [from, backwards] = [start === undefined ? null : plain(start), body["ScanIndexForward"] === false];
  const behind = (sk: string): boolean => from === null || (backwards ? sk < from : sk > from);
  const items = [...table.values()]
    .filter((item) => item[shape.partitionKey] === partition && takes(sortOf(item)) && behind(sortOf(item)))
    .toSorted((a, b) => (sortOf(a) < sortOf(b) ? -1 : 1));
  if (backwards) items.reverse();
  const index = shape === tableShape ? "table" : String(body["IndexName"]);
  return {
    range: { text: textOf(partition, text), items: items.slice(0, Number(body["Limit"] ?? Infinity)) },
    index,
    consistency: strongWhere(body["ConsistentRead"]),
  };
}

function accessOf({ operation, body }: WireRequest, table: Snapshot): Access {
  switch (operation) {
    case "BatchGetItem":
      return batchGet(body);
    case "BatchWriteItem":
      return batchWrite(body);
    case "TransactWriteItems":
      return transaction(body);
    case "Query":
      return query(body, table);
    case "PutItem":
      return { writes: [keyOf(body["Item"] as Wire)], factor: 1, index: "table" };
    case "UpdateItem":
      return { writes: [keyOf(body["Key"] as Wire)], factor: 1, index: "table" };
    default:
      throw new Error(`${operation} is no operation of the store`);
  }
}

/** What an index keeps of an item: its own keys and the table's. */
function indexEntry(
  item: Item | undefined,
  { partitionKey, sortKey }: (typeof tableShape.indexes)[number],
): Item | null {
  if (item?.[partitionKey] === undefined || item[sortKey] === undefined) return null;
  const names = [tableShape.partitionKey, tableShape.sortKey, partitionKey, sortKey];
  return Object.fromEntries(names.map((name) => [name, item[name]]));
}

/** Write units of the indexes: an entry that comes or goes is one write, one that moves is two. */
function indexUnits(before: Item | undefined, after: Item | undefined): number {
  return tableShape.indexes
    .flatMap((index) => {
      const [old, young] = [indexEntry(before, index), indexEntry(after, index)];
      return JSON.stringify(old) === JSON.stringify(young) ? [] : [old, young];
    })
    .reduce((sum, entry) => sum + (entry === null ? 0 : writeUnits(itemSize(entry))), 0);
}

const sizeOf = (item: Item | undefined): number => (item === undefined ? 0 : itemSize(item));

function readCost({ reads = [], range, index, consistency = "strong" }: Access, table: Snapshot): number {
  const each = reads.reduce((sum, key) => sum + readUnits(sizeOf(table.get(key)), consistency), 0);
  if (range === undefined) return each;
  const shape = tableShape.indexes.find(({ name }) => name === index);
  const entries = range.items.map((item) => (shape === undefined ? item : (indexEntry(item, shape) ?? {})));
  return (
    each +
    readUnits(
      entries.reduce((sum, item) => sum + itemSize(item), 0),
      consistency,
    )
  );
}

const writeCost = ({ writes = [], factor = 1 }: Access, before: Snapshot, after: Snapshot): number =>
  writes.reduce((sum, key) => {
    const larger = Math.max(sizeOf(before.get(key)), sizeOf(after.get(key)));
    return sum + factor * writeUnits(larger) + indexUnits(before.get(key), after.get(key));
  }, 0);

/**
 * What requests did to a table of which `before` and `after` are known. Units are computed from the items' sizes:
 * DynamoDB Local counts half of what a transaction costs, and no copy in an index.
 */
export function usageOf(sent: readonly WireRequest[], before: Snapshot, after: Snapshot): Usage {
  const all = sent.map((request) => accessOf(request, before));
  const requests: Record<string, number> = {};
  for (const { operation } of sent) requests[operation] = (requests[operation] ?? 0) + 1;
  const sum = (cost: (access: Access) => number): number =>
    all.reduce((total, access) => total + cost(access), 0);
  return {
    requests,
    keys: all.flatMap(({ reads = [], range, writes = [] }) => [
      ...reads,
      ...(range === undefined ? [] : [range.text]),
      ...writes,
    ]),
    indexes: [...new Set(all.map(({ index }) => index))],
    consistency: [...new Set(all.flatMap(({ consistency }) => consistency ?? []))],
    readUnits: sum((access) => readCost(access, before)),
    writeUnits: sum((access) => writeCost(access, before, after)),
  };
}
