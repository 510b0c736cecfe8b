import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import type { CatalogSegments, SegmentRef } from "#core/ports/catalog-segments.ts";
import { Replica } from "./replica.ts";

async function inTemporaryDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "reeve-segment-"));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

/**
 * The replica of a segment, or null where there is no such segment or its bytes are not what they were. Its file
 * has no name any more when this returns: it is gone with the replica, also after a crash.
 */
export const openSegment = (segments: CatalogSegments, { id, sha256 }: SegmentRef): Promise<Replica | null> =>
  inTemporaryDirectory(async (directory) => {
    const [packed, file] = [join(directory, "segment.gz"), join(directory, "segment.db")];
    if (!(await segments.get(id, packed)) || (await hashOf(packed)) !== sha256) return null;
    await pipeline(createReadStream(packed), createGunzip(), createWriteStream(file));
    return Replica.in(file);
  });

/** Stores a replica as a new segment. */
export const writeSegment = (segments: CatalogSegments, id: string, replica: Replica): Promise<string> =>
  inTemporaryDirectory(async (directory) => {
    const [file, packed] = [join(directory, "segment.db"), join(directory, "segment.gz")];
    replica.database.copyTo(file);
    await pipeline(createReadStream(file), createGzip({ level: 6 }), createWriteStream(packed));
    await segments.put(id, packed);
    return await hashOf(packed);
  });
