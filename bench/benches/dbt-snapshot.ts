import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as z from "zod";
import { median } from "../measuring/durations.ts";
import { say, type Bench, type Report } from "../measuring/figure.ts";
import { writeBigProject } from "../stage/big-project.ts";

const run = promisify(execFile);
const sizes = [1000, 10_000, 50_000];
const times = 5;
const script = new URL("../stage/read-artifacts.ts", import.meta.url).pathname;
const told = z.object({
  read: z.number(),
  seconds: z.number(),
  mebibytes: z.number(),
  processor: z.number(),
});
type Told = z.infer<typeof told>;

const reading = async (...args: readonly string[]): Promise<Told> =>
  told.parse(JSON.parse((await run(process.execPath, [script, ...args])).stdout));

/** Each way of reading in turn, so that whatever else the machine does meets all of them. */
async function inTurn(ways: Readonly<Record<string, readonly string[]>>): Promise<Map<string, Told[]>> {
  const all = new Map<string, Told[]>();
  for (let n = 0; n < times; n += 1) {
    for (const [name, args] of Object.entries(ways)) {
      all.set(name, [...(all.get(name) ?? []), await reading(...args)]);
    }
  }
  return all;
}

async function measure(report: Report, models: number, directory: string): Promise<void> {
  say(`artifacts of ${models} models`);
  const { manifest, catalog, runResults, size } = await writeBigProject(directory, models);
  const measured = await inTurn({
    parse: ["parse", manifest],
    manifest: ["snapshot", manifest],
    all: ["snapshot", manifest, catalog, runResults],
  });
  const of = (name: string, what: Exclude<keyof Told, "read">): number =>
    median((measured.get(name) ?? []).map((one) => one[what]));
  const context = { models, manifestMebibytes: Math.round(size / 1024 ** 2) };
  const figure = (name: string, value: number, unit: string, budget: number | null = null): void =>
    report({ figure: `dbt-snapshot.${name}`, value, unit, budget, context });
  const relations = new Set((measured.get("all") ?? []).map(({ read }) => read));
  if (relations.size !== 1 || !relations.has(models)) throw new Error("relations are missing");
  figure("json-parse", of("parse", "seconds"), "s");
  figure("json-parse.processor", of("parse", "processor"), "s of processor time");
  figure("json-parse.memory", of("parse", "mebibytes"), "MiB");
  figure("manifest", of("manifest", "seconds"), "s");
  // A small file is mostly the start of what reads it; the budget is for large ones.
  const ratioBudget = models === Math.max(...sizes) ? 2 : null;
  figure("manifest.ratio", of("manifest", "seconds") / of("parse", "seconds"), "× JSON.parse", ratioBudget);
  figure("manifest.processor", of("manifest", "processor"), "s of processor time");
  figure("manifest.memory", of("manifest", "mebibytes"), "MiB", 256);
  figure("all", of("all", "seconds"), "s");
  figure("all.memory", of("all", "mebibytes"), "MiB", 256);
}

/** What it takes to make a snapshot of a run and look at every relation, beside `JSON.parse` of the manifest alone. */
export const dbtSnapshot: Bench = async (report) => {
  for (const models of sizes) {
    const directory = await mkdtemp(join(tmpdir(), "reeve-bench-dbt-"));
    try {
      await measure(report, models, directory);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }
};
