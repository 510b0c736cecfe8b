import { existsSync, globSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { bundle, projectRoot } from "#lib/bundling/bundle.ts";

const directory = mkdtempSync(join(tmpdir(), "reeve-bundles-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const entries = globSync("functions/{http,remote,schedules,workers}/*.ts", { cwd: projectRoot })
  .concat("functions/bootstrap/first-administrator.ts", "functions/bootstrap/user-pool.ts")
  .toSorted();

/** The worker of jobs has every handler and driver in it, and nobody waits for its start; the others answer people. */
const mostKib = (entry: string): number => (entry === "functions/workers/jobs.ts" ? 1024 : 800);

const directories = /node_modules\/ldapts\//;
const driver = /node_modules\/pg(?:-[a-z]+)?\//;

describe.each(entries)("%s", (entry) => {
  const output = join(directory, entry.replaceAll("/", "-"));
  const { whole, atStart } = bundle(entry, output);

  it("is small", () => {
    expect(atStart.bytes).toBeGreaterThan(50 * 1024);
    expect(whole.bytes).toBeLessThanOrEqual(mostKib(entry) * 1024);
  });

  it("loads neither drivers nor what calls other functions before the first event", () => {
    const late = /\/client-lambda\/|\/bowser\//;
    expect(atStart.inputs.filter((path) => late.test(path) || driver.test(path))).toEqual([]);
  });

  it("is all there is in its directory", () => {
    const sizes = readdirSync(output)
      .filter((name) => name.endsWith(".mjs"))
      .map((name) => statSync(join(output, name)).size);
    expect(sizes.reduce((total, size) => total + size)).toBe(whole.bytes);
  });

  it("holds the driver only if it asks databases", () => {
    const asks = entry === "functions/remote/postgresql.ts" || entry === "functions/workers/jobs.ts";
    expect(whole.inputs.some((path) => driver.test(path))).toBe(asks);
    expect(whole.inputs.some((path) => path.startsWith("connectors/"))).toBe(asks);
  });

  it("holds what reads directories only if it syncs them, and loads it with the first one", () => {
    const syncs = entry === "functions/workers/jobs.ts";
    expect(whole.inputs.some((path) => directories.test(path))).toBe(syncs);
    expect(atStart.inputs.filter((path) => directories.test(path))).toEqual([]);
  });

  it("holds no second copy of the SDK, no translations, and none of the SDK's other ways to credentials", () => {
    const unwanted =
      /\/dist-cjs\/|\/locales\/(?!en\.js|index\.js)|credential-provider-(?!env)|nested-clients/;
    expect(whole.inputs.filter((path) => unwanted.test(path))).toEqual([]);
  });

  it("brings its source map along, and does not load it", () => {
    expect(existsSync(join(output, "index.mjs.map"))).toBe(true);
  });
});
