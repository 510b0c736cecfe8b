import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { globSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundle, projectRoot } from "#lib/bundling/bundle.ts";
import { median } from "../measuring/durations.ts";
import type { Bench } from "../measuring/figure.ts";
import { say } from "../measuring/figure.ts";

const processes = 21;
const driver = /node_modules\/pg(?:-[a-z]+)?\//;

/** What functions read when they load; no value is ever used. */
const environment = {
  TABLE_NAME: "reeve",
  JOBS_QUEUE_URL: "https://sqs.eu-central-1.amazonaws.com/000000000000/jobs",
  SECRETS_PREFIX: "reeve",
  REMOTE_FUNCTION_PREFIX: "reeve-remote",
  AWS_REGION: "eu-central-1",
  AWS_ACCESS_KEY_ID: "bench",
  AWS_SECRET_ACCESS_KEY: "bench",
  AWS_LAMBDA_FUNCTION_NAME: "bench",
  SEGMENTS_BUCKET: "bench",
  USER_POOL_ISSUER: "https://cognito-idp.eu-central-1.amazonaws.com/pool",
  USER_POOL_CLIENT_ID: "console",
  AUDIT_BUCKET: "bench",
  REEVE_DBT_HOSTS: "",
};

/** Bundles an entry point as the deployment does. */
function bundled(entry: string, directory: string) {
  const output = join(directory, entry.replaceAll("/", "-"));
  const { whole, atStart } = bundle(entry, output);
  return {
    entry,
    file: join(output, "index.mjs"),
    kib: whole.bytes / 1024,
    kibAtStart: atStart.bytes / 1024,
    driverIncluded: whole.inputs.some((path) => driver.test(path)),
  };
}

/** How long a fresh process takes to import a file, its own start apart. */
async function importMs(file: string): Promise<number> {
  const url = JSON.stringify(pathToFileURL(file).href);
  const program = `const from=performance.now();await import(${url});process.stdout.write(String(performance.now()-from));process.exit(0)`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    env: { ...environment, PATH: process.env["PATH"] },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  await once(child, "close");
  const ms = Number(said);
  if (child.exitCode !== 0 || said === "" || Number.isNaN(ms))
    throw new Error(`${file} could not be imported`);
  return ms;
}

/** All files in turn, again and again, so that whatever else the machine does meets all alike. */
async function importTimes(files: readonly string[]): Promise<ReadonlyMap<string, readonly number[]>> {
  const times = new Map(files.map((file) => [file, [] as number[]]));
  for (let round = 0; round <= processes; round += 1) {
    for (const [file, kept] of times) {
      const ms = await importMs(file);
      // The first round fills the disk's cache.
      if (round > 0) kept.push(ms);
    }
  }
  return times;
}

/** Size and import time of every function. */
export const bundles: Bench = async (report) => {
  const directory = await mkdtemp(join(tmpdir(), "reeve-bench-bundles-"));
  try {
    const entries = globSync("functions/{http,remote,workers,schedules}/*.ts", { cwd: projectRoot });
    entries.push("functions/bootstrap/first-administrator.ts", "functions/bootstrap/user-pool.ts");
    const made = entries.toSorted().map((entry) => bundled(entry, directory));
    const empty = join(directory, "empty.mjs");
    await writeFile(empty, "export const handler = () => {};\n");
    say(`importing ${made.length} bundles in ${processes} processes each`);
    const times = await importTimes([empty, ...made.map(({ file }) => file)]);
    const emptyMs = Number(median(times.get(empty) ?? []).toFixed(1));
    for (const { entry, file, kib, kibAtStart, driverIncluded } of made) {
      const http = entry.startsWith("functions/http/");
      const context = { function: entry, driverIncluded };
      report({
        figure: "bundle.size",
        value: kib,
        unit: "KiB minified",
        budget: http ? 800 : null,
        context: { ...context, atStart: Number(kibAtStart.toFixed(1)) },
      });
      report({
        figure: "bundle.import.p50",
        value: median(times.get(file) ?? []),
        unit: "ms",
        budget: http ? 70 : null,
        context: { ...context, processes, emptyModuleMs: emptyMs },
      });
    }
    const withDriver = made.filter(
      ({ entry, driverIncluded }) => entry.startsWith("functions/http/") && driverIncluded,
    );
    report({
      figure: "bundle.http-functions-with-driver",
      value: withDriver.length,
      unit: "functions",
      budget: 0,
      context: { of: made.filter(({ entry }) => entry.startsWith("functions/http/")).length },
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};
