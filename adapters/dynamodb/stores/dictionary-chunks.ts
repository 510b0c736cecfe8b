import type { SchemaColumn } from "#core/sources/data-source.ts";

/** A chunk's columns take at most this many bytes; DynamoDB's limit for an item is 400 KB. */
const maxChunkBytes = 300_000;

/** The columns as JSON texts of at most 300 KB each, in order. */
export function chunksOfColumns(columns: readonly SchemaColumn[]): readonly string[] {
  const chunks: string[][] = [[]];
  // Each column brings a comma or the closing bracket with it; the opening one is there already.
  let bytes = 1;
  for (const column of columns) {
    const text = JSON.stringify(column);
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
