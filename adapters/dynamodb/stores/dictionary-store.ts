import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { EntityFormatter } from "dynamodb-toolbox/entity/actions/format";
import { EntityParser } from "dynamodb-toolbox/entity/actions/parse";
import { PutItemCommand } from "dynamodb-toolbox/entity/actions/put";
import type { Clock } from "#core/ports/clock.ts";
import type { DictionaryStore, DictionaryView } from "#core/ports/store.ts";
import type { SchemaColumn } from "#core/sources/data-source.ts";
import { chunkItem, stagedGenerationItem } from "../items/catalog.ts";
import { keys, keyText, shards, type Key } from "../keys.ts";
import { read, readOr } from "../records.ts";
import { deleteItems, getItems, putItems, queryItems, sent } from "../requests.ts";
import type { PartitionQuery, RawItem, TableRef } from "../requests.ts";
import { liveDataSource } from "./data-source-store.ts";
import { chunksOfColumns } from "./dictionary-chunks.ts";

/** How long a creation may take between staging its dictionary and committing its header. */
const stagedForMs = 3_600_000;

/** How often a dictionary that changes under its reader is read. */
const readTries = 3;

const sortKeyOf = (item: RawItem): string => String(item["sk"]);

/**
 * Chunks, header and edits as one view; a generation that the header does not name is passed over. Undefined when
 * the header has moved on to chunks that were written after the read had passed their place.
 */
function dictionaryOf(items: readonly RawItem[]): DictionaryView | null | undefined {
  const dataSource = liveDataSource(items.find((item) => sortKeyOf(item) === "DS"));
  if (dataSource === null) return null;
  const { generation, chunks } = dataSource.dictionary;
  const formatter = chunkItem.build(EntityFormatter);
  const texts = items
    .filter((item) => sortKeyOf(item).startsWith(`DICT#schema#${generation}#`))
    .map((item) => formatter.format(item).columns);
  if (texts.length < chunks) return undefined;
  const columns = texts.flatMap((text) => JSON.parse(text) as SchemaColumn[]);
  const edits = items
    .filter((item) => sortKeyOf(item).startsWith("EDIT#"))
    .map(read["column-edit"])
    .map((edit) => [edit.columnId, edit] as const);
  return { dataSource, columns, edits: new Map(edits) };
}

/** Reads again what changed under the reader; chunks that stay away are lost, and that must not look like no columns. */
async function readDictionary(ref: TableRef, dataSourceId: string): Promise<DictionaryView | null> {
  for (let attempt = 1; attempt <= readTries; attempt += 1) {
    const range = { between: ["DICT#", "EDIT#~"] } satisfies PartitionQuery["range"];
    const view = dictionaryOf(await queryItems(ref, { partition: `DS#${dataSourceId}`, range }));
    if (view !== undefined) return view;
  }
  throw new Error(`the dictionary of ${dataSourceId} is not whole`);
}

interface Staged {
  readonly dataSourceId: string;
  readonly generation: string;
  readonly chunks: number;
}

/** Removes a generation, its marker last, so that a crash leaves it to be found again. */
async function removeGeneration(ref: TableRef, { dataSourceId, generation, chunks }: Staged): Promise<void> {
  const chunkKeys = Array.from({ length: chunks }, (_, index): Key =>
    keys.chunk(dataSourceId, generation, index),
  );
  await deleteItems(ref, chunkKeys);
  await deleteItems(ref, [keys.stagedGeneration(dataSourceId, generation)]);
}

/** Removes what was staged long ago and came to nothing; forgets what a header points at. */
async function sweepShard(ref: TableRef, shard: number, before: string): Promise<number> {
  const formatter = stagedGenerationItem.build(EntityFormatter);
  const markers = (await queryItems(ref, { partition: `STAGED#${shard}` }))
    .map((item) => formatter.format(item))
    .filter(({ stagedAt }) => stagedAt < before);
  const headers = await getItems(
    ref,
    markers.map(({ dataSourceId }) => keys.dataSource(dataSourceId)),
  );
  const stands = ({ dataSourceId, generation }: Staged): boolean => {
    const header = readOr(read["data-source"], headers.get(keyText(keys.dataSource(dataSourceId))));
    return header?.dictionary.generation === generation;
  };
  const settled = markers.filter(stands);
  await deleteItems(
    ref,
    settled.map(({ dataSourceId, generation }) => keys.stagedGeneration(dataSourceId, generation)),
  );
  const lost = markers.filter((marker) => !stands(marker));
  for (const marker of lost) await removeGeneration(ref, marker);
  return lost.length;
}

/** The dictionaries of data sources, layer by layer. */
export const dictionaryStore = (ref: TableRef, clock: Clock): DictionaryStore => ({
  async stageDictionary(dataSourceId, generation, columns) {
    const chunks = chunksOfColumns(columns);
    const marker = { dataSourceId, generation, chunks: chunks.length, stagedAt: clock.now().toISOString() };
    const { ToolboxItem: _, ...command } = stagedGenerationItem
      .build(PutItemCommand)
      .item(marker)
      .options({ tableName: ref.tableName })
      .params();
    await sent(ref, () => ref.client.send(new PutCommand(command)));
    const parser = chunkItem.build(EntityParser);
    await putItems(
      ref,
      chunks.map((text, index) => parser.parse({ dataSourceId, generation, index, columns: text }).item),
    );
    return chunks.length;
  },
  dropGeneration: (dataSourceId, { generation, chunks }) =>
    removeGeneration(ref, { dataSourceId, generation, chunks }),
  async sweepGenerations(at) {
    const before = new Date(at.getTime() - stagedForMs).toISOString();
    const removed = await Promise.all(shards.map((shard) => sweepShard(ref, shard, before)));
    return removed.reduce((sum, count) => sum + count, 0);
  },
  dictionary: (dataSourceId) => readDictionary(ref, dataSourceId),
});
