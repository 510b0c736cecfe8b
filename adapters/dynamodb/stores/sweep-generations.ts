import { EntityFormatter } from "dynamodb-toolbox/entity/actions/format";
import { retiredGenerationItem, stagedBatchItem, stagedGenerationItem } from "../items/catalog.ts";
import { keys, keyText, shards, type Key } from "../keys.ts";
import { read, readOr } from "../records.ts";
import type { DictionaryLayer } from "#core/sources/data-source.ts";
import { deleteItems, getItems, keyOf, queryItems, type RawItem, type TableRef } from "../requests.ts";

/** Markers of a shard that are read and settled together. */
const markersAtOnce = 100;

/** Generations whose headers are read together; a marker of a batch tells of many. */
const settledAtOnce = 100;

/** A generation of a dictionary's layer as it was staged. */
export interface Staged {
  readonly dataSourceId: string;
  readonly layer: DictionaryLayer;
  readonly generation: string;
  readonly chunks: number;
}

/** Where its chunks lie. */
export const chunkKeys = ({ dataSourceId, layer, generation, chunks }: Staged): readonly Key[] =>
  Array.from({ length: chunks }, (_, index) => keys.chunk(dataSourceId, layer, generation, index));

/** A marker and what it says was staged or retired, and when; one of a batch tells of many. */
interface Marker {
  readonly key: Key;
  readonly since: string;
  readonly staged: readonly Staged[];
}

function markerOf(item: RawItem): Marker {
  if (item["kind"] === "staged-batch") {
    const {
      generation,
      layer = "schema",
      staged,
      stagedAt,
    } = stagedBatchItem.build(EntityFormatter).format(item);
    const all = Object.entries(staged).map(([dataSourceId, chunks]) => ({
      dataSourceId,
      layer,
      generation,
      chunks,
    }));
    return { key: keys.stagedBatch(generation), since: stagedAt, staged: all };
  }
  if (item["kind"] === "retired-generation") {
    const { retiredAt, ...one } = retiredGenerationItem.build(EntityFormatter).format(item);
    const key = keys.retiredGeneration(one.dataSourceId, one.generation);
    return { key, since: retiredAt, staged: [{ layer: "schema", ...one }] };
  }
  const { stagedAt, ...one } = stagedGenerationItem.build(EntityFormatter).format(item);
  const key = keys.stagedGeneration(one.dataSourceId, one.generation);
  return { key, since: stagedAt, staged: [{ layer: "schema", ...one }] };
}

/** Of what was staged, that which no header points at. */
async function lostOf(ref: TableRef, staged: readonly Staged[]): Promise<readonly Staged[]> {
  const dataSourceIds = new Set(staged.map(({ dataSourceId }) => dataSourceId));
  const headers = await getItems(ref, [...dataSourceIds].map(keys.dataSource));
  return staged.filter(({ dataSourceId, layer, generation }) => {
    const header = readOr(read["data-source"], headers.get(keyText(keys.dataSource(dataSourceId))));
    const standing = layer === "dbt" ? header?.dbt : header?.dictionary;
    return standing?.generation !== generation;
  });
}

/** Settles some of what was staged or retired: what came to nothing is removed. Gives how many. */
async function settle(ref: TableRef, staged: readonly Staged[]): Promise<number> {
  const lost = await lostOf(ref, staged);
  await deleteItems(ref, lost.flatMap(chunkKeys));
  return lost.length;
}

/** Settles what the markers of a page tell of, then removes them: a crash leaves them to be found again. */
async function settlePage(ref: TableRef, markers: readonly Marker[]): Promise<number> {
  const staged = markers.flatMap((marker) => marker.staged);
  let removed = 0;
  for (let first = 0; first < staged.length; first += settledAtOnce) {
    removed += await settle(ref, staged.slice(first, first + settledAtOnce));
  }
  await deleteItems(
    ref,
    markers.map(({ key }) => key),
  );
  return removed;
}

/** Page by page, each done with before the next is read: what was done stays done, whatever breaks then. */
async function sweepShard(ref: TableRef, shard: number, before: string): Promise<number> {
  const partition = `STAGED#${shard}`;
  let removed = 0;
  let after: string | undefined = undefined;
  do {
    const page: readonly RawItem[] = await queryItems(ref, { partition, limit: markersAtOnce, after });
    removed += await settlePage(
      ref,
      page.map(markerOf).filter(({ since }) => since < before),
    );
    const last = page.at(-1);
    after = page.length < markersAtOnce || last === undefined ? undefined : keyOf(last).sk;
  } while (after !== undefined);
  return removed;
}

/**
 * Removes what was staged or retired before a time and is not pointed at; gives how many generations went. The shards
 * go on side by side, and one that breaks stops no other: its error is thrown when all are through.
 */
export async function sweepGenerations(ref: TableRef, before: string): Promise<number> {
  const swept = await Promise.allSettled(shards.map((shard) => sweepShard(ref, shard, before)));
  const broken = swept.find((result) => result.status === "rejected");
  if (broken !== undefined) throw broken.reason;
  return swept.reduce((sum, result) => sum + (result.status === "fulfilled" ? result.value : 0), 0);
}
