type Json = Readonly<Record<string, unknown>>;

/** Where a command's arguments name places of this machine. */
const places = new Set(["project_dir", "profiles_dir", "log_path", "invocation_command"]);

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const objectAt = (object: Json, name: string): Json => {
  const value = object[name];
  return isObject(value) ? value : {};
};

const without = (object: Json, names: ReadonlySet<string>): Json =>
  Object.fromEntries(Object.entries(object).filter(([name]) => !names.has(name)));

/** What dbt compiled is in the project once more, and long; the root of a seed's project is a place of this machine. */
const left = new Set(["compiled_code", "extra_ctes", "root_path"]);

function trimManifest(manifest: Json): Json {
  const project = objectAt(manifest, "metadata")["project_name"];
  const own = Object.entries(objectAt(manifest, "docs")).filter(
    ([, doc]) => isObject(doc) && doc["package_name"] === project,
  );
  const nodes = Object.entries(objectAt(manifest, "nodes")).map(
    ([id, node]) => [id, isObject(node) ? without(node, left) : node] as const,
  );
  return {
    ...manifest,
    nodes: Object.fromEntries(nodes),
    docs: Object.fromEntries(own),
    macros: {},
    parent_map: {},
    child_map: {},
    group_map: {},
  };
}

function trimRunResults(results: Json): Json {
  const all: unknown = results["results"];
  return {
    ...results,
    args: without(objectAt(results, "args"), places),
    results: Array.isArray(all) ? all.map((one: unknown) => (isObject(one) ? without(one, left) : one)) : all,
  };
}

const trims: Readonly<Record<string, (artifact: Json) => Json>> = {
  "manifest.json": trimManifest,
  "run_results.json": trimRunResults,
};

/**
 * An artifact as the sample keeps it: without dbt's own macros and documentation, without what is in it twice, and
 * without places of this machine; all else as dbt wrote it.
 */
export function trimArtifact(name: string, text: string): string {
  const artifact: unknown = JSON.parse(text);
  if (!isObject(artifact)) throw new Error(`${name} is no object`);
  return `${JSON.stringify(trims[name]?.(artifact) ?? artifact, null, 1)}\n`;
}
