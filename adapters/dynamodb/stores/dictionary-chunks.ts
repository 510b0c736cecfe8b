import type { DbtColumn, DbtFacts, GoneColumn, SchemaColumn } from "#core/sources/data-source.ts";

/** One entry of a chunk. */
type Entry = SchemaColumn | GoneColumn;

const isGone = (entry: Entry): entry is GoneColumn => "removedAt" in entry;

/** The entries of a chunk, those that are there and those that are gone. */
export function columnsOfChunk(text: string): {
  readonly columns: readonly SchemaColumn[];
  readonly gone: readonly GoneColumn[];
} {
  const entries = JSON.parse(text) as readonly Entry[];
  return {
    columns: entries.filter((entry): entry is SchemaColumn => !isGone(entry)),
    gone: entries.filter(isGone),
  };
}

/** A chunk's columns take at most this many bytes; DynamoDB's limit for an item is 400 KB. */
const maxChunkBytes = 300_000;

/** The columns as JSON texts of at most 300 KB each, in order, those that are gone behind the others. */
export const chunksOfColumns = (
  columns: readonly SchemaColumn[],
  gone: readonly GoneColumn[],
): readonly string[] => chunksOf([...columns, ...gone]);

/** dbt's facts as JSON texts of at most 300 KB each: first what it says of the whole, then of each column. */
export const chunksOfFacts = ({ node, columns }: DbtFacts): readonly string[] => chunksOf([node, ...columns]);

/** dbt's facts from their texts in order, of which the first holds what it says of the whole. */
export function factsOfChunks(texts: readonly string[]): DbtFacts | null {
  const [node, ...columns] = texts.flatMap((text) => JSON.parse(text) as readonly unknown[]);
  return node === undefined ? null : { node: node as DbtFacts["node"], columns: columns as DbtColumn[] };
}

function chunksOf(entries: readonly object[]): readonly string[] {
  const chunks: string[][] = [[]];
  // Each entry brings a comma or the closing bracket with it; the opening one is there already.
  let bytes = 1;
  for (const entry of entries) {
    const text = JSON.stringify(entry);
    const size = Buffer.byteLength(text) + 1;
    if (bytes + size > maxChunkBytes && bytes > 1) {
      chunks.push([]);
      bytes = 1;
    }
    chunks.at(-1)?.push(text);
    bytes += size;
  }
  return chunks.map((texts) => `[${texts.join(",")}]`);
}
