import type { ArtifactBytes } from "#core/ports/dbt-snapshots.ts";
import { ArtifactError } from "#core/ports/dbt-snapshots.ts";
import { fieldsOf, type Fields } from "#core/dbt/snapshot/artifact-json.ts";
import { builtBy, buildsRelations } from "#core/dbt/snapshot/built.ts";
import { packageOf, relationTypeOf, relationTypes, unfit } from "#core/dbt/snapshot/choose-node.ts";
import { GroupOwners } from "#core/dbt/snapshot/facts.ts";
import { identityOf, keyOf, renderedOf } from "#core/dbt/snapshot/identity.ts";
import { schemaOf } from "#core/dbt/snapshot/origin.ts";
import { catalogPlan, manifestPlan, mayBeRelation, runResultsPlan } from "./artifact-plans.ts";
import { JsonScanner, type ScanLimits } from "./json-scanner.ts";
import type { Walk } from "./scan-plan.ts";
import { placeOf, type Staging } from "./staging.ts";

type Found = (path: readonly string[], json: string, kept: string) => void;

interface Reading {
  /** As dbt calls the file. */
  readonly name: string;
  /** As the address of its schema calls it. */
  readonly kind: string;
  readonly plan: Walk;
  readonly begins: (section: string) => void;
  readonly found: Found;
}

/** Reads one artifact to its end and returns its `metadata`. */
async function read(bytes: ArtifactBytes, reading: Reading, limits: ScanLimits): Promise<unknown> {
  let metadata: unknown = null;
  const scanner = new JsonScanner(reading.name, reading.plan, limits, {
    begins: reading.begins,
    found: (path, json, kept) => {
      if (path[0] === "metadata") metadata = JSON.parse(json);
      else reading.found(path, json, kept);
    },
  });
  for await (const chunk of bytes) scanner.write(chunk);
  scanner.end();
  const { artifact } = schemaOf(metadata);
  if (artifact === null || artifact === reading.kind) return metadata;
  throw new ArtifactError(reading.name, "malformed", `${reading.name}: it is of dbt's schema ${artifact}`);
}

/** Two objects of JSON as one. */
function joined(one: string, other: string): string {
  if (other === "{}") return one;
  return one === "{}" ? other : `${one.slice(0, -1)},${other.slice(1)}`;
}

/** Where a node lies, and its rendered name where that is another one. */
function placed(node: Fields): { readonly place: Uint8Array | null; readonly oddity: string | null } {
  const identity = identityOf(node);
  if (identity === null) return { place: null, oddity: null };
  const odd = renderedOf(node, identity).kind === "other";
  return { place: placeOf(keyOf(identity)), oddity: odd ? String(node["relation_name"]) : null };
}

/** Stages a node of the manifest, if its kind is one that relations are of. */
function stageNode(
  staging: Staging,
  [section = "", id = ""]: readonly string[],
  json: string,
  kept: string,
): void {
  const node = fieldsOf(JSON.parse(json));
  const type = relationTypeOf(node, id);
  if (type === null) return staging.run("delete from node where id = ?", id);
  const { place, oddity } = placed(node);
  const why = unfit(node, id);
  staging.run(
    "insert or replace into node values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    id,
    section,
    place,
    relationTypes.indexOf(type),
    type,
    packageOf(node, id),
    why?.reason ?? null,
    why?.detail ?? "",
    oddity,
    joined(json, kept),
  );
}

function stageDisabled(staging: Staging, path: readonly string[], json: string): void {
  const node = fieldsOf(JSON.parse(json));
  const id = typeof node["unique_id"] === "string" ? node["unique_id"] : (path[1] ?? "");
  const type = relationTypeOf(node, id);
  if (type === null || id === "") return;
  staging.run("insert or replace into disabled values (?, ?, ?)", id, type, packageOf(node, id));
}

/** Stages what counts of a manifest. */
export async function readManifest(
  staging: Staging,
  bytes: ArtifactBytes,
  limits: ScanLimits,
): Promise<{ readonly metadata: unknown; readonly groups: GroupOwners }> {
  let groups = new GroupOwners();
  const stages: Readonly<Record<string, Found>> = {
    nodes: (path, json, kept) => stageNode(staging, path, json, kept),
    sources: (path, json, kept) => stageNode(staging, path, json, kept),
    groups: (path, json) => groups.add(path[1] ?? "", JSON.parse(json)),
    disabled: (path, json) => stageDisabled(staging, path, json),
  };
  const begins = (section: string): void => {
    if (section === "groups") groups = new GroupOwners();
    else if (section === "disabled") staging.run("delete from disabled");
    else staging.run("delete from node where section = ?", section);
  };
  const found: Found = (path, ...parts) => stages[path[0] ?? ""]?.(path, ...parts);
  const reading = { name: "manifest.json", kind: "manifest", plan: manifestPlan, begins, found };
  const metadata = await staging.inTransaction(() => read(bytes, reading, limits));
  return { metadata, groups };
}

/** Stages what counts of a catalog; returns its `metadata`. */
export async function readCatalog(
  staging: Staging,
  bytes: ArtifactBytes,
  limits: ScanLimits,
): Promise<unknown> {
  const reading: Reading = {
    name: "catalog.json",
    kind: "catalog",
    plan: catalogPlan,
    begins: (section) => staging.run("delete from catalog where section = ?", section),
    found: ([section = "", id = ""], _json, kept) =>
      staging.run("insert or replace into catalog values (?, ?, ?)", id, section, kept),
  };
  return staging.inTransaction(() => read(bytes, reading, limits));
}

/** Stages what a step built; returns the `metadata` of its results. */
export async function readRunResults(
  staging: Staging,
  bytes: ArtifactBytes,
  limits: ScanLimits,
): Promise<unknown> {
  let builds = false;
  const reading: Reading = {
    name: "run_results.json",
    kind: "run-results",
    plan: runResultsPlan,
    begins: (section) => {
      if (section === "results") staging.run("delete from result");
      if (section === "args") builds = false;
    },
    found: ([section], json) => {
      if (section === "args") builds = buildsRelations(JSON.parse(json));
      const id = section === "results" ? builtBy(JSON.parse(json)) : null;
      if (id !== null && mayBeRelation(id)) staging.run("insert or ignore into result values (?)", id);
    },
  };
  return staging.inTransaction(async () => {
    staging.run("delete from result");
    const metadata = await read(bytes, reading, limits);
    if (builds) staging.run("insert or ignore into built select id from result");
    return metadata;
  });
}
