import { execFile } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as z from "zod";
import { fileSegments } from "#adapters/segments/file-segments.ts";
import { Replica } from "#adapters/replica/replica.ts";
import { writeSegment } from "#adapters/replica/segment-files.ts";
import { median } from "../measuring/durations.ts";
import { say, type Bench, type Report } from "../measuring/figure.ts";
import { BenchClock } from "../stage/bench-clock.ts";
import { deltasFor } from "../stage/catalog-deltas.ts";

const run = promisify(execFile);
const sizes = [1000, 10_000, 100_000];
const coldLoads = 5;
const script = new URL("../stage/open-segment.ts", import.meta.url).pathname;
const opened = z.object({ ms: z.number(), mebibytes: z.number() });
const most = { id: "usr_most", key: "" };
const few = { id: "usr_few", key: "" };

/** Builds the index of so many data sources, stores it as a segment, and opens that in processes of their own. */
async function segmentOf(report: Report, dataSources: number, directory: string): Promise<void> {
  say(`the segment of ${dataSources} data sources`);
  const changes = deltasFor(dataSources, new BenchClock(), { most, few }).flatMap((delta) => delta.changes);
  const timed = async <T>(work: () => T | Promise<T>): Promise<readonly [T, number]> => {
    const began = performance.now();
    const result = await work();
    return [result, performance.now() - began];
  };
  const replica = Replica.empty();
  const [, buildMs] = await timed(() => replica.apply(changes));
  const id = `seg_${dataSources}`;
  const segments = fileSegments(directory);
  const [sha256, writeMs] = await timed(() => writeSegment(segments, id, replica));
  replica.close();
  const loads: z.infer<typeof opened>[] = [];
  for (let n = 0; n < coldLoads; n += 1) {
    const { stdout } = await run(process.execPath, [script, directory, id, sha256]);
    loads.push(opened.parse(JSON.parse(stdout)));
  }
  const { size } = await stat(join(directory, `${id}.segment`));
  const context = { dataSources, columns: 50 };
  const told = (figure: string, value: number, unit: string): void =>
    report({ figure, value, unit, budget: null, context });
  told("segment.build", buildMs / 1000, "s");
  told("segment.write", writeMs / 1000, "s");
  told("segment.size", size / 1024 ** 2, "MiB gzipped");
  told("segment.cold-load.p50", median(loads.map(({ ms }) => ms)), "ms");
  told("segment.cold-load.memory", median(loads.map(({ mebibytes }) => mebibytes)), "MiB");
}

/** What it takes to make, keep and load the index. */
export const segments: Bench = async (report) => {
  const directory = await mkdtemp(join(tmpdir(), "reeve-bench-segments-"));
  try {
    for (const dataSources of sizes) await segmentOf(report, dataSources, directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};
