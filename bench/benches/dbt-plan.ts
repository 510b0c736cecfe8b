import { execFile } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import * as z from "zod";
import { median } from "../measuring/durations.ts";
import { say, type Report } from "../measuring/figure.ts";
import { manifestOf } from "../stage/dbt-project.ts";

const run = promisify(execFile);
const script = new URL("../stage/plan-snapshot.ts", import.meta.url).pathname;
const columns = 20;
const times = 3;
const told = z.object({
  seconds: z.number(),
  peakMebibytes: z.number(),
  heldMebibytes: z.number(),
  wholeProcessMebibytes: z.number(),
  changes: z.int(),
  deletes: z.int(),
  size: z.int(),
});

async function planned(report: Report, models: number, manifest: string): Promise<void> {
  const all: z.output<typeof told>[] = [];
  for (let n = 0; n < times; n += 1) {
    const { stdout } = await run(process.execPath, ["--expose-gc", script, manifest]);
    all.push(told.parse(JSON.parse(stdout)));
  }
  const hundredth = models / 100;
  if (
    all.some(
      ({ size, changes, deletes }) => size !== models || changes !== 2 * hundredth || deletes !== hundredth,
    )
  ) {
    throw new Error("the plan is another one");
  }
  const of = (what: Exclude<keyof z.output<typeof told>, "size">): number =>
    median(all.map((one) => one[what]));
  const context = { models, columns, times };
  report({ figure: "dbt-plan.time", value: of("seconds"), unit: "s", budget: null, context });
  report({
    figure: "dbt-plan.memory",
    value: of("peakMebibytes"),
    unit: "MiB of the whole process while it plans",
    budget: null,
    context: {
      ...context,
      bindingsAndPlanMebibytes: Number(of("heldMebibytes").toFixed(1)),
      withSnapshotMebibytes: Math.round(of("wholeProcessMebibytes")),
    },
  });
}

/** What it takes to plan a sync over a snapshot that is there: each size in processes of its own. */
export async function plans(report: Report): Promise<void> {
  for (const models of [1000, 10_000, 50_000]) {
    say(`plans over ${models} models of ${columns} columns`);
    const directory = await mkdtemp(join(tmpdir(), "reeve-bench-plan-"));
    try {
      const manifest = join(directory, "manifest.json");
      const text = Readable.from(manifestOf({ models, columns, docs: false }));
      await pipeline(text, createWriteStream(manifest));
      await planned(report, models, manifest);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }
}
