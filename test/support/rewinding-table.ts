import { BatchWriteCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { dynamoStore } from "#adapters/dynamodb/dynamo-store.ts";
import { keys } from "#adapters/dynamodb/keys.ts";
import type { SecretStore } from "#core/ports/secrets.ts";
import { caller, type App } from "./app.ts";
import { indexOf } from "./composition.ts";
import { testClient } from "./store.ts";
import { allItems, type StoredItem } from "./table-items.ts";

type Key = { readonly pk: string; readonly sk: string };

/** One write as it was sent: the item's key and, where it was put, the item. */
export interface SentWrite {
  readonly key: Key;
  readonly item: StoredItem | null;
}

/** An app whose table stands still: whatever requests wrote can be undone, but for the audit. */
export interface RewindingTable {
  /** Sends a request that changes nothing. */
  readonly ask: App["call"];
  /** Sends a request whose changes are undone before anything else is sent. */
  readonly change: App["call"];
  /** What was written since the last time that it was asked. */
  readonly written: () => readonly SentWrite[];
  /** Puts back everything that was written, but for audit records. */
  readonly rewind: (writes: readonly SentWrite[]) => Promise<void>;
  /** Items that are not as they were, audit records aside, as keys. */
  readonly changed: () => Promise<readonly string[]>;
}

const textOf = ({ pk, sk }: Key): string => JSON.stringify([pk, sk]);
const keyOf = ({ pk, sk }: StoredItem): Key => ({ pk: String(pk), sk: String(sk) });
const isAudit = (item: StoredItem): boolean => item["kind"] === "audit";

/** Audit records stay; everything else is looked at. */
export const isAuditWrite = ({ item }: SentWrite): boolean => item !== null && isAudit(item);

/** What of a write command's input names an item. */
interface WriteInput {
  readonly Item?: StoredItem;
  readonly Key?: StoredItem;
}

/** Every item that a command writes, whatever the command. */
function writesOf(input: Readonly<Record<string, unknown>>): readonly WriteInput[] {
  const transacted = (input["TransactItems"] ?? []) as readonly Readonly<Record<string, WriteInput>>[];
  const batched = Object.values(
    (input["RequestItems"] ?? {}) as Readonly<
      Record<string, readonly Readonly<Record<string, WriteInput>>[]>
    >,
  ).flat();
  const nested = [...transacted, ...batched].flatMap((each) =>
    Object.entries(each).flatMap(([verb, write]) => (verb === "ConditionCheck" ? [] : [write])),
  );
  return [...nested, input as WriteInput].filter(({ Item, Key }) => (Item ?? Key) !== undefined);
}

/** A client that keeps what is written through it. */
function keepingClient(keep: (write: SentWrite) => void): DynamoDBDocumentClient {
  const client = testClient();
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        if (/Write|Put|Update|Delete/.test(String(commandName))) {
          for (const { Item, Key } of writesOf(args.input as Readonly<Record<string, unknown>>)) {
            keep({ key: keyOf(Item ?? Key ?? {}), item: Item ?? null });
          }
        }
        return next(args);
      },
    { step: "initialize", name: "kept-writes" },
  );
  return client;
}

const batchLimit = 25;

/** Where lies what processes keep of the table: they look whether it is newer, and never whether it is older. */
const keptPartitions = new Set([keys.directory(), keys.tagTree(), keys.delta("")].map(({ pk }) => pk));
const isKept = ({ pk }: Key): boolean => keptPartitions.has(pk);

/** Takes the table as it is now for what it is put back to. */
export async function rewindingTable(app: App): Promise<RewindingTable & { readonly close: () => void }> {
  const before = new Map((await allItems(app)).map((item) => [textOf(keyOf(item)), item]));
  let sent: SentWrite[] = [];
  const client = keepingClient((write) => sent.push(write));
  const { tableName, clock, segments } = app;
  // Credentials are not put back: so nothing may delete them.
  const secrets: SecretStore = { ...app.secrets, delete: () => Promise.resolve() };
  const fresh = (): App["call"] => {
    const store = dynamoStore({ client, tableName, clock });
    return caller({ ...app.parts, secrets, store, ...indexOf(store, clock, segments) });
  };
  // One process never sees the table otherwise than it was; the other is a new one after each change of what processes keep.
  const steady = fresh();
  let changing = fresh();
  return {
    ask: steady,
    change: (...given) => changing(...given),
    written: () => {
      const writes = sent;
      sent = [];
      return writes;
    },
    rewind: async (writes) => {
      const touched = new Map(
        writes.filter((write) => !isAuditWrite(write)).map(({ key }) => [textOf(key), key]),
      );
      const requests = [...touched].map(([text, key]) => {
        const Item = before.get(text);
        return Item === undefined ? { DeleteRequest: { Key: key } } : { PutRequest: { Item } };
      });
      for (let from = 0; from < requests.length; from += batchLimit) {
        const RequestItems = { [tableName]: requests.slice(from, from + batchLimit) };
        await app.client.send(new BatchWriteCommand({ RequestItems }));
      }
      if ([...touched.values()].some(isKept)) changing = fresh();
    },
    changed: async () => {
      const after = new Map((await allItems(app)).map((item) => [textOf(keyOf(item)), item]));
      const keys = [...new Set([...before.keys(), ...after.keys()])];
      return keys.filter((key) => {
        const [was, is] = [before.get(key), after.get(key)];
        if (is !== undefined && isAudit(is)) return false;
        return JSON.stringify(was) !== JSON.stringify(is);
      });
    },
    close: () => client.destroy(),
  };
}
