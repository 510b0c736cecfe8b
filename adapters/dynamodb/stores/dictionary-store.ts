import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { EntityFormatter } from "dynamodb-toolbox/entity/actions/format";
import { EntityParser } from "dynamodb-toolbox/entity/actions/parse";
import { PutItemCommand } from "dynamodb-toolbox/entity/actions/put";
import type { Clock } from "#core/ports/clock.ts";
import type { DictionaryStore, DictionaryView } from "#core/ports/store.ts";
import type { DictionaryLayer } from "#core/sources/data-source.ts";
import { chunkItem, dbtChunkItem, stagedBatchItem, stagedGenerationItem } from "../items/catalog.ts";
import { keys } from "../keys.ts";
import { read } from "../records.ts";
import { deleteItems, putItems, queryItems, sent } from "../requests.ts";
import type { PartitionQuery, RawItem, TableRef } from "../requests.ts";
import { liveDataSource, type PickDataSource } from "./data-source-store.ts";
import { chunksOfColumns, chunksOfFacts, columnsOfChunk, factsOfChunks } from "./dictionary-chunks.ts";
import { chunkKeys, sweepGenerations, type Staged } from "./sweep-generations.ts";

/** How long a creation may take between staging its dictionary and committing its header. */
const stagedForMs = 3_600_000;

/** How often a dictionary that changes under its reader is read. */
const readTries = 3;

/** The text of a layer's chunk. */
const textOf: Readonly<Record<DictionaryLayer, (item: RawItem) => string>> = {
  schema: (item) => chunkItem.build(EntityFormatter).format(item).columns,
  dbt: (item) => dbtChunkItem.build(EntityFormatter).format(item).columns,
};

const sortKeyOf = (item: RawItem): string => String(item["sk"]);

/**
 * Chunks, header and edits as one view; a generation that the header does not name is passed over. Undefined when
 * the header has moved on to chunks that were written after the read had passed their place.
 */
function dictionaryOf(items: readonly RawItem[], pick: PickDataSource): DictionaryView | null | undefined {
  const dataSource = pick(items.find((item) => sortKeyOf(item) === "DS"));
  if (dataSource === null) return null;
  const textsOf = (layer: DictionaryLayer, generation: string): readonly string[] =>
    items.filter((item) => sortKeyOf(item).startsWith(`DICT#${layer}#${generation}#`)).map(textOf[layer]);
  const { dictionary, dbt } = dataSource;
  const texts = textsOf("schema", dictionary.generation);
  const dbtTexts = dbt === null ? [] : textsOf("dbt", dbt.generation);
  if (texts.length < dictionary.chunks || dbtTexts.length < (dbt?.chunks ?? 0)) return undefined;
  const parts = texts.map(columnsOfChunk);
  const edits = items
    .filter((item) => sortKeyOf(item).startsWith("EDIT#"))
    .map(read["column-edit"])
    .map((edit) => [edit.columnId, edit] as const);
  const threads = items.filter((item) => sortKeyOf(item).startsWith("FORUM#")).map(read["thread-place"]);
  return {
    dataSource,
    columns: parts.flatMap(({ columns }) => columns),
    gone: parts.flatMap(({ gone }) => gone),
    dbt: factsOfChunks(dbtTexts),
    edits: new Map(edits),
    threads,
  };
}

/** Reads again what changed under the reader; chunks that stay away are lost, and that must not look like no columns. */
export async function readDictionary(
  ref: TableRef,
  pick: PickDataSource,
  dataSourceId: string,
): Promise<DictionaryView | null> {
  for (let attempt = 1; attempt <= readTries; attempt += 1) {
    const range = { between: ["DICT#", "FORUM#~"] } satisfies PartitionQuery["range"];
    const view = dictionaryOf(await queryItems(ref, { partition: `DS#${dataSourceId}`, range }), pick);
    if (view !== undefined) return view;
  }
  throw new Error(`the dictionary of ${dataSourceId} is not whole`);
}

/** Removes a generation, its marker last, so that a crash leaves it to be found again. */
async function removeGeneration(ref: TableRef, staged: Staged): Promise<void> {
  await deleteItems(ref, chunkKeys(staged));
  await deleteItems(ref, [keys.stagedGeneration(staged.dataSourceId, staged.generation)]);
}

/** A data source's layer, a text for each chunk. */
interface Layered {
  readonly dataSourceId: string;
  readonly texts: readonly string[];
}

/** A generation's chunks as items. */
function chunksAsItems(
  layer: DictionaryLayer,
  generation: string,
  { dataSourceId, texts }: Layered,
): readonly RawItem[] {
  const chunks = texts.map((columns, index) => ({ dataSourceId, generation, index, columns }));
  if (layer === "dbt") return chunks.map((chunk) => dbtChunkItem.build(EntityParser).parse(chunk).item);
  return chunks.map((chunk) => chunkItem.build(EntityParser).parse(chunk).item);
}

/** Stages a layer of several dictionaries: one marker first, then chunks in batches. */
async function stageTogether(
  ref: TableRef,
  clock: Clock,
  layer: DictionaryLayer,
  generation: string,
  dictionaries: readonly Layered[],
): Promise<readonly number[]> {
  const staged = Object.fromEntries(
    dictionaries.map(({ dataSourceId, texts }) => [dataSourceId, texts.length]),
  );
  const { ToolboxItem: _, ...command } = stagedBatchItem
    .build(PutItemCommand)
    .item({ generation, layer, staged, stagedAt: clock.now().toISOString() })
    .options({ tableName: ref.tableName })
    .params();
  await sent(ref, () => ref.client.send(new PutCommand(command)));
  await putItems(
    ref,
    dictionaries.flatMap((one) => chunksAsItems(layer, generation, one)),
  );
  return dictionaries.map(({ texts }) => texts.length);
}

/** The dictionaries of data sources, layer by layer. */
export const dictionaryStore = (ref: TableRef, clock: Clock): DictionaryStore => ({
  async stageDictionary(dataSourceId, generation, columns, gone = []) {
    const texts = chunksOfColumns(columns, gone);
    const items = chunksAsItems("schema", generation, { dataSourceId, texts });
    const marker = { dataSourceId, generation, chunks: items.length, stagedAt: clock.now().toISOString() };
    const { ToolboxItem: _, ...command } = stagedGenerationItem
      .build(PutItemCommand)
      .item(marker)
      .options({ tableName: ref.tableName })
      .params();
    await sent(ref, () => ref.client.send(new PutCommand(command)));
    await putItems(ref, items);
    return items.length;
  },
  stageDictionaries: (generation, dictionaries) =>
    stageTogether(
      ref,
      clock,
      "schema",
      generation,
      dictionaries.map(({ dataSourceId, columns }) => ({
        dataSourceId,
        texts: chunksOfColumns(columns, []),
      })),
    ),
  stageDbtFacts: (generation, facts) =>
    stageTogether(
      ref,
      clock,
      "dbt",
      generation,
      facts.map((one) => ({ dataSourceId: one.dataSourceId, texts: chunksOfFacts(one.facts) })),
    ),
  dropGeneration: (dataSourceId, layer, { generation, chunks }) =>
    removeGeneration(ref, { dataSourceId, layer, generation, chunks }),
  sweepGenerations: (at) => sweepGenerations(ref, new Date(at.getTime() - stagedForMs).toISOString()),
  dictionary: (dataSourceId) => readDictionary(ref, liveDataSource, dataSourceId),
});
