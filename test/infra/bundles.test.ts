import { existsSync, globSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { bundle, projectRoot } from "#lib/bundling/bundle.ts";

const directory = mkdtempSync(join(tmpdir(), "reeve-bundles-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const entries = globSync("functions/{http,remote,schedules,workers}/*.ts", { cwd: projectRoot })
  .concat("functions/bootstrap/first-administrator.ts")
  .toSorted();

/** Bundles as the deployment does, and tells which files have a part in what is loaded. */
function bundled(entry: string) {
  const output = join(directory, entry.replaceAll("/", "-"));
  const { outputs } = bundle(entry, output);
  const main = Object.entries(outputs).find(([path]) => path.endsWith("index.mjs"));
  const inputs = Object.entries(main?.[1].inputs ?? {})
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => path);
  return { inputs, kib: statSync(join(output, "index.mjs")).size / 1024, output };
}

const driver = /node_modules\/pg(?:-[a-z]+)?\//;

describe.each(entries)("%s", (entry) => {
  const { inputs, kib, output } = bundled(entry);

  it("is small", () => {
    expect(kib).toBeGreaterThan(50);
    expect(kib).toBeLessThanOrEqual(800);
  });

  it("holds the driver only if it asks databases", () => {
    const asks = entry === "functions/remote/postgresql.ts" || entry === "functions/workers/jobs.ts";
    expect(inputs.some((path) => driver.test(path))).toBe(asks);
    expect(inputs.some((path) => path.startsWith("connectors/"))).toBe(asks);
  });

  it("holds no second copy of the SDK, no translations, and none of the SDK's other ways to credentials", () => {
    const unwanted =
      /\/dist-cjs\/|\/locales\/(?!en\.js|index\.js)|credential-provider-(?!env)|nested-clients/;
    expect(inputs.filter((path) => unwanted.test(path))).toEqual([]);
  });

  it("brings its source map along, and does not load it", () => {
    expect(existsSync(join(output, "index.mjs.map"))).toBe(true);
  });
});
