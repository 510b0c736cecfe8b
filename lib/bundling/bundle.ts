import { join, resolve } from "node:path";
import { buildSync, type BuildOptions, type Metafile } from "esbuild";

/** The project's root, which entries are named from. */
export const projectRoot = resolve(import.meta.dirname, "../..");

// Drivers that are not ES modules ask for built-in modules by require().
const requireForDrivers = [
  `import{createRequire as __createRequire}from"node:module"`,
  `const require=__createRequire(import.meta.url)`,
].join(";");

// Importing node:http as an ES module reads every one of its exports, and with them loads an HTTP client
// that nothing here uses: some 10 ms of each cold start.
const builtin = (name: string): string => join(import.meta.dirname, `builtin-${name}.cjs`);
const alias = {
  ...Object.fromEntries(
    ["http", "https", "http2"].flatMap((name) => [
      [name, builtin(name)],
      [`node:${name}`, builtin(name)],
    ]),
  ),
  // A function has its role's credentials in its environment, and needs none of the SDK's other sources.
  "@aws-sdk/credential-provider-node": join(import.meta.dirname, "lambda-credentials.ts"),
};

/** How every function is bundled. The AWS SDK goes in: a bundled one loads faster than the runtime's. */
export const bundleOptions = (entry: string, outputDirectory: string) =>
  ({
    absWorkingDir: projectRoot,
    entryPoints: [entry],
    outfile: join(outputDirectory, "index.mjs"),
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    mainFields: ["module", "main"],
    minify: true,
    // Beside the bundle, for whoever reads a stack trace; loading it would cost each cold start 10 ms.
    sourcemap: "external",
    sourcesContent: false,
    legalComments: "none",
    alias,
    banner: { js: `${requireForDrivers};` },
    metafile: true,
    logLevel: "warning",
  }) as const satisfies BuildOptions;

/** Bundles the entry point into the directory as `index.mjs`, and tells what went in. */
export function bundle(entry: string, outputDirectory: string): Metafile {
  return buildSync(bundleOptions(entry, outputDirectory)).metafile;
}
