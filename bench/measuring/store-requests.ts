import { itemSize, readUnits } from "#test/support/item-size.ts";
import { sum } from "./durations.ts";

/** An item as the document client gives it. */
export type Item = Readonly<Record<string, unknown>>;

/** A primary key of the table. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** One item that a request touches; one that is only checked costs as if it were written. */
export interface Touched {
  readonly key: Key;
  readonly times: 1 | 2;
  readonly checked: boolean;
}

/** A key as it goes over the wire, alone or within its item. */
interface WireKey {
  readonly pk?: { readonly S?: string };
  readonly sk?: { readonly S?: string };
}
interface WireWrite {
  readonly Item?: WireKey;
  readonly Key?: WireKey;
}
interface WireInput extends WireWrite {
  readonly TransactItems?: readonly Readonly<Record<string, WireWrite>>[];
  readonly RequestItems?: Readonly<
    Record<string, { readonly Keys: readonly WireKey[] } | readonly Readonly<Record<string, WireWrite>>[]>
  >;
  readonly ConsistentRead?: boolean;
}
/** An answer, as the document client gives it. */
interface Output {
  readonly Items?: readonly Item[];
  readonly Responses?: Readonly<Record<string, readonly Item[]>>;
}

function keyOf({ Item, Key }: WireWrite): Key {
  const { pk, sk } = Item ?? Key ?? {};
  if (pk?.S === undefined || sk?.S === undefined) throw new Error("a write without a key");
  return { pk: pk.S, sk: sk.S };
}

const writesOf = (each: Readonly<Record<string, WireWrite>>, times: Touched["times"]): readonly Touched[] =>
  Object.entries(each).map(([action, write]) => ({
    key: keyOf(write),
    times,
    checked: action === "ConditionCheck",
  }));

/** The items that a request writes, or checks as part of a transaction. */
export function touchedBy(commandName: string, given: object): readonly Touched[] {
  const input: WireInput = given;
  switch (commandName) {
    case "TransactWriteItemsCommand":
      return (input.TransactItems ?? []).flatMap((each) => writesOf(each, 2));
    case "BatchWriteItemCommand":
      return Object.values(input.RequestItems ?? {}).flatMap((writes) =>
        "Keys" in writes ? [] : writes.flatMap((each) => writesOf(each, 1)),
      );
    case "PutItemCommand":
    case "UpdateItemCommand":
    case "DeleteItemCommand":
      return [{ key: keyOf(input), times: 1, checked: false }];
    default:
      return [];
  }
}

/** Each item by itself, rounded up; one that is not there costs the least. */
function batchGetUnits({ RequestItems = {} }: WireInput, { Responses = {} }: Output): number {
  const asked = sum(Object.values(RequestItems).map((read) => ("Keys" in read ? read.Keys.length : 0)));
  const found = Object.values(Responses).flat();
  return sum(found.map((item) => readUnits(itemSize(item), "strong"))) + asked - found.length;
}

/** What a request reads: all items of a query together, those of a batch one by one. */
export function readUnitsOf(commandName: string, given: object, answer: object): number {
  const input: WireInput = given;
  const output: Output = answer;
  switch (commandName) {
    case "BatchGetItemCommand":
      return batchGetUnits(input, output);
    case "QueryCommand":
      return readUnits(
        sum((output.Items ?? []).map(itemSize)),
        input.ConsistentRead === true ? "strong" : "eventual",
      );
    default:
      return 0;
  }
}

/** A value as it goes over the wire. */
interface WireValue {
  readonly S?: string;
  readonly N?: string;
  readonly BOOL?: boolean;
  readonly NULL?: boolean;
  readonly B?: Uint8Array;
  readonly L?: readonly WireValue[];
  readonly M?: Readonly<Record<string, WireValue>>;
}

/** A wire value as the document client gives it. */
function plainValue({ S, N, BOOL, B, L, M }: WireValue): unknown {
  if (N !== undefined) return Number(N);
  if (L !== undefined) return L.map(plainValue);
  if (M !== undefined) return plainItem(M);
  return S ?? BOOL ?? B ?? null;
}

const plainItem = (item: Readonly<Record<string, WireValue>>): Item =>
  Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plainValue(value)]));

/** The items that a request puts as a whole. */
export function writtenItems(commandName: string, given: object): readonly Item[] {
  const input: WireInput = given;
  const writes =
    commandName === "PutItemCommand"
      ? [input]
      : [
          ...(input.TransactItems ?? []).map(({ Put }) => Put),
          ...Object.values(input.RequestItems ?? {}).flatMap((all) =>
            "Keys" in all ? [] : all.map(({ PutRequest }) => PutRequest),
          ),
        ];
  return writes.flatMap((write) =>
    write?.Item === undefined ? [] : [plainItem(write.Item as Readonly<Record<string, WireValue>>)],
  );
}
