import { layoutOf, type ManifestVersion } from "./dbt-layout.ts";
import { metadataOf, writtenManifest } from "./dbt-manifest.ts";
import type { Compiled, Json } from "./dbt-node.ts";
import {
  nodesOf,
  sourcesOf,
  tableOf,
  type DbtAdapter,
  type DescribedProject,
  type Placed,
} from "./dbt-project.ts";
import { databaseOf, keptName, typeName } from "./dbt-warehouse.ts";

export interface ManifestOptions {
  readonly adapter: DbtAdapter;
  readonly version: ManifestVersion;
  /** The dbt that wrote it, where it is not the usual one of the version: `2.0.0-beta.2` makes it Fusion's. */
  readonly dbtVersion?: string;
  /** Which nodes the command selected; all by default. Says something only in versions 1 to 7. */
  readonly compiled?: Compiled;
}

export type ResultStatus = "success" | "error" | "skipped" | "partial success" | "no-op";

export interface RunResultsOptions {
  /** The command of dbt: `build`, `run`, `generate` … */
  readonly which: string;
  /** By unique id; what is not named has the status `rest`, or is not in the results where that is null. */
  readonly statuses?: Readonly<Record<string, ResultStatus>>;
  /** `success` by default. */
  readonly rest?: ResultStatus | null;
  readonly dbtVersion?: string;
}

/** The artifacts that dbt writes for a project, as objects that stand for their JSON. */
export interface DbtArtifacts {
  readonly project: DescribedProject;
  manifest(options: ManifestOptions): Json;
  /** What a warehouse of this adapter says of the project: all that is enabled, not ephemeral, and said to be there. */
  catalog(options: { readonly adapter: DbtAdapter; readonly dbtVersion?: string }): Json;
  runResults(options: RunResultsOptions): Json;
  /** The unique id of a model, seed or snapshot, or of a source's table, by its name. */
  idOf(name: string): string;
}

const exists = (of: Placed): boolean =>
  of.enabled !== false &&
  of.inCatalog !== false &&
  !(of.kind !== "source" && of.materialized === "ephemeral");

function catalogEntry(adapter: DbtAdapter, of: Placed): Json {
  const kept = (name: string): string => keptName(adapter, name);
  const database = databaseOf(adapter, of);
  const columns = (of.columns ?? []).flatMap(({ name, type }) =>
    type === undefined ? [] : [{ name: kept(name), type }],
  );
  return {
    metadata: {
      type: "BASE TABLE",
      schema: kept(of.schema),
      name: kept(tableOf(of)),
      database: database === null ? null : kept(database),
      comment: "a comment of the warehouse",
      owner: "loader",
    },
    columns: Object.fromEntries(
      columns.map(({ name, type }, at) => [
        name,
        { type: typeName(adapter, type), index: at + 1, name, comment: null },
      ]),
    ),
    stats: { has_stats: { id: "has_stats", label: "Has Stats?", value: false, include: false } },
    unique_id: of.uniqueId,
  };
}

const catalogEntries = (adapter: DbtAdapter, all: readonly Placed[]): Json =>
  Object.fromEntries(all.filter(exists).map((of) => [of.uniqueId, catalogEntry(adapter, of)]));

function runResultsOf(project: DescribedProject, options: RunResultsOptions): Json {
  const { which, statuses = {}, rest = "success", dbtVersion = "1.11.2" } = options;
  const results = nodesOf(project)
    .filter((node) => node.enabled !== false && node.materialized !== "ephemeral")
    .flatMap(({ uniqueId }) => {
      const status = statuses[uniqueId] ?? rest;
      return status === null
        ? []
        : [{ status, unique_id: uniqueId, timing: [], execution_time: 0.1, failures: null }];
    });
  return {
    metadata: metadataOf(project, { dbtVersion }, "run-results/v6"),
    results,
    elapsed_time: 1.5,
    args: { which, target: "prod", log_format: "default" },
  };
}

/** The artifacts of a project that is described, in the layout of whatever adapter and version is asked for. */
export const dbtProject = (project: DescribedProject): DbtArtifacts => ({
  project,
  manifest: ({ adapter, version, dbtVersion, compiled = () => true }) =>
    writtenManifest({ project, adapter, layout: layoutOf(version, dbtVersion), compiled }),
  catalog: ({ adapter, dbtVersion = "1.11.2" }) => ({
    metadata: metadataOf(project, { dbtVersion }, "catalog/v1"),
    nodes: catalogEntries(adapter, nodesOf(project)),
    sources: catalogEntries(adapter, sourcesOf(project)),
    errors: null,
  }),
  runResults: (options) => runResultsOf(project, options),
  idOf: (name) => {
    const found = [...nodesOf(project), ...sourcesOf(project)].find((of) => of.name === name);
    if (found === undefined) throw new Error(`the project has no ${name}`);
    return found.uniqueId;
  },
});

const fileOf = (artifact: unknown): Uint8Array => {
  if (artifact instanceof Uint8Array) return artifact;
  return Buffer.from(typeof artifact === "string" ? artifact : JSON.stringify(artifact));
};

/** An artifact, or what its file has instead, as bytes in pieces of so many. */
export async function* bytesOf(artifact: unknown, piece = 65_536): AsyncGenerator<Uint8Array> {
  const bytes = fileOf(artifact);
  for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
}
