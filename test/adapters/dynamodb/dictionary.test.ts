import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, it } from "vitest";
import { dynamoStore } from "#adapters/dynamodb/dynamo-store.ts";
import { shardOf } from "#adapters/dynamodb/keys.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Write } from "#core/ports/change.ts";
import type { Store } from "#core/ports/store.ts";
import type { DataSource, SchemaColumn } from "#core/sources/data-source.ts";
import { aColumnEdit, aDataSource } from "#test/support/catalog-records.ts";
import { aColumn, unique } from "#test/support/records.ts";
import { aStore, testClient } from "#test/support/store.ts";

const minute = 60_000;

/** As many columns as there may be, with the longest names and comments of every length of letter. */
const wide = (): readonly SchemaColumn[] =>
  Array.from({ length: 1600 }, (_, index) =>
    aColumn({
      ordinal: index + 1,
      name: `${index}`.padEnd(255, index % 2 === 0 ? "尺" : "x"),
      comment: "📏 Länge ".repeat(index % 5),
    }),
  );

const header = (
  id: string,
  generation: string,
  chunks: number,
  given: Partial<DataSource> = {},
): DataSource =>
  aDataSource({
    id,
    dictionary: { source: "remote", generation, chunks, columnCount: 1, takenAt: "2026-01-01T00:00:00.000Z" },
    ...given,
  });

/** Stages a dictionary and lets the header point at it. */
async function expose(store: Store, id: string, generation: string, columns: readonly SchemaColumn[]) {
  const chunks = await store.stageDictionary(id, generation, columns);
  await store.commit([{ write: "put", kind: "data-source", record: header(id, generation, chunks) }]);
  return chunks;
}

const keysOf = async ({
  client,
  tableName,
}: Awaited<ReturnType<typeof aStore>>): Promise<readonly string[]> =>
  ((await client.send(new ScanCommand({ TableName: tableName, ConsistentRead: true }))).Items ?? []).map(
    (item) => `${String(item["pk"])} ${String(item["sk"])}`,
  );

/** Makes ids whose markers lie in one shard. */
const inShard = (shard: number) => (): string => {
  for (;;) {
    const id = unique("ds_");
    if (shardOf(id) === shard) return id;
  }
};

describe("a dictionary", () => {
  it("of 1,600 columns with long names lies in chunks of 300 KB, and is read back in one view", async () => {
    const { store, client, tableName } = await aStore();
    const [id, columns] = [unique("ds_"), wide()];
    const chunks = await expose(store, id, "gen_1", columns);
    const view = await store.dictionary(id);
    expect(view?.columns).toEqual(columns);
    const found = await client.send(
      new ScanCommand({
        TableName: tableName,
        FilterExpression: "kind = :k",
        ExpressionAttributeValues: { ":k": "dictionary-chunk" },
      }),
    );
    const sizes = (found.Items ?? []).map((item) => Buffer.byteLength(String(item["columns"])));
    expect(sizes).toHaveLength(chunks);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(300_000);
    // As few chunks as they can be: two neighbours never fit into one.
    expect(chunks).toBe(Math.ceil(sizes.reduce((sum, size) => sum + size, 0) / 300_000));
  });

  it("is one layer with what people stated of its columns, each edit by itself", async () => {
    const { store } = await aStore();
    const [id, columns] = [unique("ds_"), [aColumn({ ordinal: 1 }), aColumn({ ordinal: 2 })]];
    await expose(store, id, "gen_1", columns);
    const edits = columns.map((column) => aColumnEdit({ dataSourceId: id, columnId: column.id }));
    for (const record of edits) await store.commit([{ write: "put", kind: "column-edit", record }]);
    const view = await store.dictionary(id);
    expect(view?.dataSource).toEqual(header(id, "gen_1", 1));
    expect(view?.edits).toEqual(new Map(edits.map((edit) => [edit.columnId, edit])));
  });

  it("of 1,600 columns that all were edited is read by one query", async () => {
    const { store } = await aStore();
    const [id, columns] = [unique("ds_"), wide()];
    await expose(store, id, "gen_1", columns);
    const edits = columns.map(({ id: columnId }): Write => ({
      write: "put",
      kind: "column-edit",
      record: aColumnEdit({ dataSourceId: id, columnId }),
    }));
    for (let from = 0; from < edits.length; from += 100) await store.commit(edits.slice(from, from + 100));
    const view = await store.dictionary(id);
    expect(view?.columns).toHaveLength(1600);
    expect(view?.edits.size).toBe(1600);
  });

  it("remembers columns that went, in their order, beside those that are there", async () => {
    const { store } = await aStore();
    const [id, columns] = [unique("ds_"), wide()];
    const gone = columns.map(({ name }, index) => ({ id: `gone_${index}`, name, removedAt: "2026-01-02" }));
    const chunks = await store.stageDictionary(id, "gen_1", columns, gone);
    await store.commit([{ write: "put", kind: "data-source", record: header(id, "gen_1", chunks) }]);
    const view = await store.dictionary(id);
    expect(view?.columns).toEqual(columns);
    expect(view?.gone).toEqual(gone);
  });

  it("keeps every edit when the schema layer is refreshed", async () => {
    const { store } = await aStore();
    const [id, column] = [unique("ds_"), aColumn()];
    await expose(store, id, "gen_1", [column]);
    const edit = aColumnEdit({ dataSourceId: id, columnId: column.id });
    await store.commit([{ write: "put", kind: "column-edit", record: edit }]);
    const renamed = { ...column, name: "renamed" };
    await expose(store, id, "gen_2", [renamed, aColumn({ ordinal: 2 })]);
    const view = await store.dictionary(id);
    expect(view?.columns[0]).toEqual(renamed);
    expect(view?.edits.get(column.id)).toEqual(edit);
  });

  it("is that of its header's generation alone: what else is staged is passed over", async () => {
    const { store } = await aStore();
    const [id, columns] = [unique("ds_"), [aColumn({ name: "mine" })]];
    for (const other of ["gen_0", "gen_10", "gen_1a", "gen_2"])
      await store.stageDictionary(id, other, [aColumn()]);
    await expose(store, id, "gen_1", columns);
    expect((await store.dictionary(id))?.columns).toEqual(columns);
  });

  it("may be without any column, and a column's comment may be longer than a chunk's bound leaves room", async () => {
    const { store } = await aStore();
    const [empty, full] = [unique("ds_"), unique("ds_")];
    await expose(store, empty, "gen_1", []);
    expect((await store.dictionary(empty))?.columns).toEqual([]);
    const columns = [aColumn({ comment: "x".repeat(310_000) }), aColumn({ comment: "y".repeat(290_000) })];
    expect(await expose(store, full, "gen_1", columns)).toBe(2);
    expect((await store.dictionary(full))?.columns).toEqual(columns);
  });

  it("of a data source that is deleted, or that never was, is null", async () => {
    const { store } = await aStore();
    const id = unique("ds_");
    const chunks = await expose(store, id, "gen_1", [aColumn()]);
    const deleted = header(id, "gen_1", chunks, { deletedAt: "2026-01-02T00:00:00.000Z", version: 2 });
    await store.commit([{ write: "put", kind: "data-source", record: deleted }]);
    expect(await store.dictionary(id)).toBeNull();
    expect(await store.dictionary(unique("ds_"))).toBeNull();
  });

  it("staged for a data source that did not come to be is not there", async () => {
    const { store } = await aStore();
    const id = unique("ds_");
    await store.stageDictionary(id, "gen_1", [aColumn()]);
    expect(await store.dictionary(id)).toBeNull();
  });
});

describe("a generation", () => {
  it("that is dropped leaves nothing behind, and dropping it again is no error", async () => {
    const given = await aStore();
    const { store } = given;
    const id = unique("ds_");
    const chunks = await store.stageDictionary(id, "gen_1", wide());
    const generation = { generation: "gen_1", chunks, columnCount: 1600, takenAt: "" };
    expect((await keysOf(given)).length).toBeGreaterThan(2);
    await store.dropGeneration(id, "schema", generation);
    expect(await keysOf(given)).toEqual([]);
    await store.dropGeneration(id, "schema", generation);
  });

  it("that no header points at is swept an hour after it was staged, and not before", async () => {
    const given = await aStore();
    const { store, clock } = given;
    for (let count = 0; count < 12; count += 1)
      await store.stageDictionary(unique("ds_"), "gen_1", [aColumn()]);
    clock.advance(60 * minute);
    expect(await store.sweepGenerations(clock.now())).toBe(0);
    clock.advance(1);
    expect(await store.sweepGenerations(clock.now())).toBe(12);
    expect(await keysOf(given)).toEqual([]);
    expect(await store.sweepGenerations(clock.now())).toBe(0);
  });

  it("is swept with its page: what breaks later undoes nothing, stops no other shard and leaves no chunk behind", async () => {
    const given = await aStore();
    const { store, clock, tableName } = given;
    const [crowded, other] = [inShard(0), inShard(1)];
    const ids = Array.from({ length: 230 }, () => crowded());
    const staged = [...ids, other()];
    await Promise.all(staged.map((id) => store.stageDictionary(id, "gen_1", [aColumn()])));
    clock.advance(61 * minute);
    const marker = ids.toSorted().at(150) ?? "";
    const client = testClient();
    client.middlewareStack.add((next) => (args) => {
      const wanted = JSON.stringify(args.input);
      if (wanted.includes("DeleteRequest") && wanted.includes(marker)) throw new Error("broken");
      return next(args);
    });
    const breaking = dynamoStore({ client, tableName, clock });
    await expect(breaking.sweepGenerations(clock.now())).rejects.toBeInstanceOf(DomainError);
    client.destroy();
    const left = await keysOf(given);
    expect(left.filter((key) => key.startsWith("STAGED#0 "))).toHaveLength(130);
    expect(left.filter((key) => key.startsWith("STAGED#1 "))).toEqual([]);
    const marked = new Set(
      left.filter((key) => key.startsWith("STAGED#")).map((key) => key.split("#").at(-1)),
    );
    const chunks = left.filter((key) => key.startsWith("DS#")).map((key) => key.slice(3).split(" ")[0]);
    expect(chunks.every((id) => marked.has(id))).toBe(true);
    expect(await store.sweepGenerations(clock.now())).toBe(130);
    expect(await keysOf(given)).toEqual([]);
  });

  it("that a header points at is never swept, also when its data source is deleted", async () => {
    const { store, clock } = await aStore();
    const [live, dead] = [unique("ds_"), unique("ds_")];
    for (const id of [live, dead]) await expose(store, id, "gen_1", [aColumn()]);
    await store.commit([
      {
        write: "put",
        kind: "data-source",
        record: header(dead, "gen_1", 1, { deletedAt: "2026-01-02T00:00:00.000Z" }),
      },
    ]);
    clock.advance(61 * minute);
    expect(await store.sweepGenerations(clock.now())).toBe(0);
    expect((await store.dictionary(live))?.columns).toHaveLength(1);
    await store.commit([{ write: "put", kind: "data-source", record: header(dead, "gen_1", 1) }]);
    expect((await store.dictionary(dead))?.columns).toHaveLength(1);
  });

  it("that was replaced is swept, and the one that stands stays", async () => {
    const given = await aStore();
    const { store, clock } = given;
    const id = unique("ds_");
    await expose(store, id, "gen_1", [aColumn()]);
    await expose(store, id, "gen_2", [aColumn({ name: "newer" })]);
    clock.advance(61 * minute);
    expect(await store.sweepGenerations(clock.now())).toBe(1);
    expect((await store.dictionary(id))?.columns[0]?.name).toBe("newer");
    expect(await keysOf(given)).toEqual([`DS#${id} DICT#schema#gen_2#0000`, `DS#${id} DS`]);
  });

  it("that an attempt to commit was refused for is gone at once, and the name it wanted is another's", async () => {
    const given = await aStore();
    const { store } = given;
    const [id, taken] = [unique("ds_"), new DomainError("data-source-name-taken")];
    const guard = { guard: "data-source-name", name: "orders" } as const;
    await store.commit([{ write: "claim", guard, owner: "ds_other", otherwise: taken }]);
    const chunks = await store.stageDictionary(id, "gen_1", [aColumn()]);
    const record = header(id, "gen_1", chunks);
    await expect(
      store.commit([
        { write: "claim", guard, owner: id, otherwise: taken },
        { write: "create", kind: "data-source", record },
      ]),
    ).rejects.toBe(taken);
    await store.dropGeneration(id, "schema", record.dictionary);
    expect(await keysOf(given)).toEqual(["GUARD#data-source-name#orders GUARD"]);
  });
});
