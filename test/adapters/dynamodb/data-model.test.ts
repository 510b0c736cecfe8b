import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, describe, expect, it } from "vitest";
import { tableShape } from "#contracts/storage.ts";
import type { CatalogDeltas } from "#core/ports/catalog-index.ts";
import type { SegmentPointers } from "#core/ports/catalog-segments.ts";
import type { Write } from "#core/ports/change.ts";
import type { Store } from "#core/ports/store.ts";
import { faultsOf } from "#test/support/faults.ts";
import { itemSize } from "#test/support/item-size.ts";
import { aStore } from "#test/support/store.ts";
import { snapshotOf, usageOf, type Snapshot } from "#test/support/table-costs.ts";
import { typicalCatalog } from "#test/support/typical-catalog.ts";
import { askingAccess } from "./access-asking.ts";
import { bulkAccess } from "./access-bulk.ts";
import { changes } from "./access-changes.ts";
import { creationAccess } from "./access-creations.ts";
import { curationChanges } from "./access-curation-changes.ts";
import { dbtAccess } from "./access-dbt.ts";
import { dbtSyncAccess } from "./access-dbt-sync.ts";
import { dictionaryChanges } from "./access-dictionaries.ts";
import { exportAccess } from "./access-exports.ts";
import { jobChanges } from "./access-jobs.ts";
import { groupAccess } from "./access-groups.ts";
import { peopleAccess } from "./access-people.ts";
import { policyAccess } from "./access-policies.ts";
import { memberAccess } from "./access-members.ts";
import { reads } from "./access-reads.ts";
import { segmentAccess } from "./access-segments.ts";
import { userAccess } from "./access-users.ts";

const text = readFileSync(join(import.meta.dirname, "../../../docs/data-model.md"), "utf8");

/** The rows of the table that stands under a heading, each by its columns' names. */
function rowsUnder(heading: string): readonly Readonly<Record<string, string>>[] {
  const part = text.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const lines = part.split("\n").filter((line) => line.startsWith("|"));
  const cells = lines.map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
  const [names = [], , ...rows] = cells;
  return rows.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index] ?? ""])));
}

/** The code in a cell, `like this`. */
const codes = (cell = ""): readonly string[] =>
  [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? "");

/** A key as the document writes it, `DS#{id} / HEALTH`: what stands in braces may be anything. */
function matches(pattern: string, key: string): boolean {
  const source = pattern
    .split(/\{[^}]*\}/)
    .map((part) => part.replaceAll(/[\\^$.|?*+()[\]{}]/g, String.raw`\$&`))
    .join("[^/]+");
  return new RegExp(`^${source}$`).test(key);
}

/** `1 Query + 2 BatchGetItem` as numbers by name. */
const requestsOf = (cell = ""): Readonly<Record<string, number>> =>
  Object.fromEntries(
    cell
      .split(" + ")
      .map((part) => part.split(" "))
      .map(([count, name]) => [name ?? "", Number(count)]),
  );

const byText = (a = "", b = ""): number => (a < b ? -1 : Number(a > b));

const patterns = rowsUnder("Access patterns");
const items = rowsUnder("Items");
const trials = {
  ...reads,
  ...changes,
  ...dictionaryChanges,
  ...jobChanges,
  ...segmentAccess,
  ...bulkAccess,
  ...creationAccess,
  ...curationChanges,
  ...dbtAccess,
  ...dbtSyncAccess,
  ...peopleAccess,
  ...userAccess,
  ...policyAccess,
  ...groupAccess,
  ...memberAccess,
  ...askingAccess,
  ...exportAccess,
};

/** What the trials did, for what is asked of all of them together. */
const written: Snapshot[] = [];
const kindsOfWrite = new Set<string>();

/** A store that notes which of its methods are called, and with which writes. */
function watched(
  store: Store & CatalogDeltas & SegmentPointers,
  called: Set<string>,
): Store & CatalogDeltas & SegmentPointers {
  return new Proxy(store, {
    get: (target, name: keyof Store) => {
      called.add(name);
      if (name !== "commit") return target[name];
      return (writes: readonly Write[], ...rest: []) => {
        for (const { write } of writes) kindsOfWrite.add(write);
        return target.commit(writes, ...rest);
      };
    },
  });
}

/** Does what a row is about on a table of its own. */
async function attempt(name: string) {
  const trial = trials[name];
  if (trial === undefined) throw new Error(`nothing proves the row ${name}`);
  const { store: sound, client: observer, tableName, clock } = await aStore();
  const act = await trial({ ...typicalCatalog(clock), store: sound, clock });
  const { store, client } = await aStore({ tableName, clock });
  const { sent } = await faultsOf(client);
  const before = await snapshotOf(observer, tableName);
  const called = new Set<string>();
  await act(watched(store, called));
  const after = await snapshotOf(observer, tableName);
  written.push(before, after);
  return { called: [...called], usage: usageOf(sent, before, after) };
}

describe("an access pattern in docs/data-model.md is what the store does:", () => {
  it.each(patterns.map((row) => [row["function"] ?? "", row] as const))("%s", async (name, row) => {
    const { called, usage } = await attempt(name);
    expect(called).toEqual([codes(name)[0]]);
    expect(usage.requests).toEqual(requestsOf(row["requests"]));
    expect(usage.indexes.join(", ")).toBe(row["index"]);
    expect(usage.consistency.join(", ")).toBe(row["reads"] === "—" ? "" : row["reads"]);
    const stated = codes(row["keys"]);
    const unstated = usage.keys.filter((key) => !stated.some((pattern) => matches(pattern, key)));
    expect(unstated, "keys that the row does not state").toEqual([]);
    const unused = stated.filter((pattern) => !usage.keys.some((key) => matches(pattern, key)));
    expect(unused, "keys that only the row states").toEqual([]);
    expect({ RCU: usage.readUnits, WCU: usage.writeUnits }).toEqual({
      RCU: Number(row["RCU"]),
      WCU: Number(row["WCU"]),
    });
  });
});

describe("docs/data-model.md", () => {
  it("has a row for every method of the store, and each row is tried", async () => {
    const { store } = await aStore();
    const stated = new Set(patterns.map((row) => codes(row["function"])[0]));
    expect([...stated].toSorted(byText)).toEqual(Object.keys(store).toSorted(byText));
    expect(patterns.map((row) => row["function"]).toSorted(byText)).toEqual(
      Object.keys(trials).toSorted(byText),
    );
  });

  it("names the indexes that the table has", () => {
    const named = new Set(patterns.flatMap((row) => (row["index"] ?? "").split(", ")));
    const known: readonly string[] = ["table", ...tableShape.indexes.map(({ name }) => name)];
    expect([...named].filter((name) => !known.includes(name))).toEqual([]);
  });
});

describe("item sizes", () => {
  it("are counted to the byte as DynamoDB counts them for its limit", async () => {
    const { client, tableName } = await aStore();
    const item = {
      pk: "Größe#📏",
      sk: "尺寸",
      nothing: null,
      yes: true,
      numbers: [0, 1, 12, 123, 1_234_567, 1200, -5, 0.25],
      nested: { list: ["a", [], {}], näme: "ü", empty: "" },
      bytes: Buffer.from([1, 2, 3]),
      filler: "",
    };
    const limit = 400 * 1024;
    const filler = "x".repeat(limit - itemSize(item));
    await client.send(new PutCommand({ TableName: tableName, Item: { ...item, filler } }));
    const larger = client.send(
      new PutCommand({ TableName: tableName, Item: { ...item, filler: `${filler}x` } }),
    );
    await expect(larger).rejects.toMatchObject({ name: "ValidationException" });
  });
});

/** In what an item is not as its kind's row states. */
function unlike(key: string, item: Readonly<Record<string, unknown>>): readonly string[] {
  const kind = String(item["kind"]);
  const row = items.find((each) => codes(each["kind"])[0] === kind);
  if (row === undefined) return [`${kind} is not listed`];
  const textOf = (name: string): string => JSON.stringify(item[name]).replaceAll(/^"|"$/g, "");
  const entries = tableShape.indexes
    .filter(({ partitionKey }) => item[partitionKey] !== undefined)
    .map(({ name, partitionKey, sortKey }) => ({
      where: name,
      entry: `${textOf(partitionKey)} / ${textOf(sortKey)}`,
    }));
  const misplaced = [{ where: "key", entry: key }, ...entries].filter(
    ({ where, entry }) => !codes(row[where]).some((pattern) => matches(pattern, entry)),
  );
  const most = Number(/^≤ (\d+)$/.exec(row["usual bytes"] ?? "")?.[1]);
  return [
    ...misplaced.map(({ where, entry }) => `${kind}: ${where} ${entry}`),
    ...(item["ttl"] !== undefined && row["expires"] === "—" ? [`${kind} expires`] : []),
    ...(itemSize(item) <= most ? [] : [`${kind}: ${itemSize(item)} bytes`]),
  ];
}

// Last, because it is about what all the rows above have left on their tables.
describe("the items in docs/data-model.md", () => {
  afterAll(() => {
    written.length = 0;
  });

  it("are those that the store writes: key, indexes, expiry and usual size", () => {
    const found = written.flatMap((snapshot) => [...snapshot]);
    expect(new Set(found.flatMap(([key, item]) => unlike(key, item)))).toEqual(new Set());
    const kinds = new Set(found.map(([, item]) => String(item["kind"])));
    expect([...kinds].toSorted(byText)).toEqual(items.map((row) => codes(row["kind"])[0]).toSorted(byText));
  });

  it("came about by every kind of write", () => {
    const kinds: Readonly<Record<Write["write"], true>> = {
      audit: true,
      checkpoint: true,
      claim: true,
      create: true,
      "dbt-changed": true,
      delta: true,
      "directory-changed": true,
      enqueue: true,
      fence: true,
      "owner-leaves": true,
      "provider-synced": true,
      put: true,
      release: true,
      remove: true,
      replace: true,
      report: true,
      require: true,
      "require-directory": true,
      "require-connection": true,
      "require-integration": true,
      "require-job": true,
      "require-principal": true,
      "require-tags": true,
      "tag-tree": true,
      "retire-generation": true,
      transition: true,
    };
    expect([...kindsOfWrite].toSorted(byText)).toEqual(Object.keys(kinds).toSorted(byText));
  });
});
