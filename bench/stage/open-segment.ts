import { fileSegments } from "#adapters/segments/file-segments.ts";
import { openSegment } from "#adapters/replica/segment-files.ts";

/*
 * A process that has nothing in memory yet opens a segment, as a cold start does, and tells what that took. Its
 * arguments are the directory, the segment's id and its hash.
 */
const [directory = "", id = "", sha256 = ""] = process.argv.slice(2);
const before = process.memoryUsage().rss;
const began = performance.now();
const replica = await openSegment(fileSegments(directory), { id, watermark: null, sha256 });
if (replica === null) throw new Error("the segment cannot be opened");
const ms = performance.now() - began;
process.stdout.write(JSON.stringify({ ms, mebibytes: (process.memoryUsage().rss - before) / 1024 ** 2 }));
replica.close();
