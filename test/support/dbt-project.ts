/** A dbt project as tests describe it; what its artifacts look like follows from adapter and version. */

export const dbtAdapters = [
  "postgres",
  "redshift",
  "snowflake",
  "bigquery",
  "databricks",
  "spark",
  "duckdb",
  "sqlserver",
] as const;
export type DbtAdapter = (typeof dbtAdapters)[number];

/** Types that every warehouse has, by a name of its own. */
export type DescribedType = "integer" | "text" | "timestamp" | "boolean" | "number";

export interface DescribedColumn {
  readonly name: string;
  /** What the warehouse has; a column without a type is only written about. */
  readonly type?: DescribedType;
  /** Whether the project writes about it (default), or only the warehouse has it. */
  readonly documented?: boolean;
  readonly description?: string;
  /** Beside the column's name, and under its `config`. */
  readonly tags?: readonly string[];
  readonly configTags?: readonly string[];
  readonly dataType?: string;
}

interface Described {
  readonly name: string;
  readonly package?: string;
  readonly database?: string | null;
  readonly schema?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly configTags?: readonly string[];
  readonly columns?: readonly DescribedColumn[];
  readonly meta?: Readonly<Record<string, unknown>>;
  readonly enabled?: boolean;
  /** Whether the warehouse has it and the catalog says so (default). */
  readonly inCatalog?: boolean;
  /** Instead of the name that the adapter renders. */
  readonly relationName?: string | null;
}

export interface DescribedNode extends Described {
  readonly alias?: string;
  readonly materialized?: string;
  /** Names of models, seeds or snapshots, or unique ids. */
  readonly dependsOn?: readonly string[];
  readonly group?: string;
  readonly access?: "private" | "protected" | "public";
  readonly contract?: boolean;
  readonly version?: number | string;
}

export interface DescribedSnapshot extends DescribedNode {
  /** Where older projects say that it lies: stands in its configuration alone, and its schema is missing. */
  readonly targetSchema?: string;
}

export interface DescribedSource extends Described {
  readonly source: string;
  readonly identifier?: string;
}

export interface DescribedGroup {
  readonly name: string;
  readonly owner: { readonly name?: string | null; readonly email?: string | null };
}

export interface DescribedProject {
  readonly name?: string;
  readonly database?: string | null;
  readonly schema?: string;
  /** The run of dbt Cloud whose id stands in what it wrote. */
  readonly runId?: string;
  readonly generatedAt?: string;
  readonly models?: readonly DescribedNode[];
  readonly seeds?: readonly DescribedNode[];
  readonly snapshots?: readonly DescribedSnapshot[];
  readonly sources?: readonly DescribedSource[];
  readonly groups?: readonly DescribedGroup[];
}

export type NodeKind = "model" | "seed" | "snapshot";

/** A node of a project with all that is not said of it filled in. */
export interface PlacedNode extends DescribedSnapshot {
  readonly kind: NodeKind;
  readonly uniqueId: string;
  readonly package: string;
  readonly database: string | null;
  readonly schema: string;
  readonly alias: string;
  readonly materialized: string;
}

export interface PlacedSource extends DescribedSource {
  readonly kind: "source";
  readonly uniqueId: string;
  readonly package: string;
  readonly database: string | null;
  readonly schema: string;
  readonly identifier: string;
}

export type Placed = PlacedNode | PlacedSource;

/** The table that a node is. */
export const tableOf = (of: Placed): string => (of.kind === "source" ? of.identifier : of.alias);

export const projectName = (project: DescribedProject): string => project.name ?? "shop";

const defaultMaterialized = { model: "table", seed: "seed", snapshot: "snapshot" } as const;

function placedNode(project: DescribedProject, kind: NodeKind, node: DescribedSnapshot): PlacedNode {
  const packageName = node.package ?? projectName(project);
  const suffix = node.version === undefined ? "" : `.v${node.version}`;
  return {
    ...node,
    kind,
    package: packageName,
    uniqueId: `${kind}.${packageName}.${node.name}${suffix}`,
    database: node.database === undefined ? (project.database ?? null) : node.database,
    schema: node.schema ?? project.schema ?? "analytics",
    alias: node.alias ?? (node.version === undefined ? node.name : `${node.name}_v${node.version}`),
    materialized: node.materialized ?? defaultMaterialized[kind],
  };
}

/** Every model, seed and snapshot of a project, in this order. */
export const nodesOf = (project: DescribedProject): readonly PlacedNode[] => [
  ...(project.models ?? []).map((node) => placedNode(project, "model", node)),
  ...(project.seeds ?? []).map((node) => placedNode(project, "seed", node)),
  ...(project.snapshots ?? []).map((node) => placedNode(project, "snapshot", node)),
];

export const sourcesOf = (project: DescribedProject): readonly PlacedSource[] =>
  (project.sources ?? []).map((source) => {
    const packageName = source.package ?? projectName(project);
    return {
      ...source,
      kind: "source",
      package: packageName,
      uniqueId: `source.${packageName}.${source.source}.${source.name}`,
      database: source.database === undefined ? (project.database ?? null) : source.database,
      schema: source.schema ?? source.source,
      identifier: source.identifier ?? source.name,
    };
  });
