import { rmSync } from "node:fs";
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
    outdir: outputDirectory,
    entryNames: "index",
    outExtension: { ".js": ".mjs" },
    bundle: true,
    // What is imported when it is first needed stays in a file of its own.
    splitting: true,
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

/** Files of a bundle, taken together. */
export interface Part {
  readonly bytes: number;
  /** The files, of the project and of libraries, that something of is in it. */
  readonly inputs: readonly string[];
}

/** What is in a bundle. */
export interface Bundle {
  readonly whole: Part;
  /** What is loaded before the first event; the rest is loaded when it is first needed. */
  readonly atStart: Part;
}

/** The code among the outputs; beside it are source maps. */
const codeOf = ({ outputs }: Metafile) =>
  new Map(Object.entries(outputs).filter(([path]) => path.endsWith(".mjs")));

/** The paths that a path imports, itself included: as it loads, or also later on. */
function importedFrom(
  code: ReturnType<typeof codeOf>,
  path: string,
  kinds: readonly string[],
  seen = new Set<string>(),
): ReadonlySet<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  for (const { path: next, kind } of code.get(path)?.imports ?? []) {
    if (kinds.includes(kind) && code.has(next)) importedFrom(code, next, kinds, seen);
  }
  return seen;
}

function partOf(code: ReturnType<typeof codeOf>, paths: ReadonlySet<string>): Part {
  const outputs = [...paths].flatMap((path) => code.get(path) ?? []);
  const inputs = outputs.flatMap((output) => Object.entries(output.inputs));
  return {
    bytes: outputs.reduce((total, { bytes }) => total + bytes, 0),
    inputs: [...new Set(inputs.flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])))],
  };
}

/** Bundles the entry point into the directory as `index.mjs` and what goes with it, and tells what went in. */
export function bundle(entry: string, outputDirectory: string): Bundle {
  const code = codeOf(buildSync(bundleOptions(entry, outputDirectory)).metafile);
  const main = [...code].find(([, { entryPoint }]) => entryPoint === entry)?.[0] ?? "";
  const whole = importedFrom(code, main, ["import-statement", "dynamic-import"]);
  // esbuild also writes what is imported by code that it found to be unused.
  for (const path of code.keys()) {
    if (!whole.has(path)) for (const end of ["", ".map"]) rmSync(resolve(projectRoot, `${path}${end}`));
  }
  return {
    whole: partOf(code, whole),
    atStart: partOf(code, importedFrom(code, main, ["import-statement"])),
  };
}
