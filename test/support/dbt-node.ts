import { createHash } from "node:crypto";
import type { Layout } from "./dbt-layout.ts";
import {
  nodesOf,
  type DbtAdapter,
  type DescribedColumn,
  type DescribedProject,
  type Placed,
  type PlacedNode,
  type PlacedSource,
} from "./dbt-project.ts";
import { databaseOf, renderedName } from "./dbt-warehouse.ts";

export type Json = Readonly<Record<string, unknown>>;

/** Which nodes a command selected: in versions 1 to 7 only these have a `relation_name` and compiled SQL. */
export type Compiled = (node: PlacedNode) => boolean;

/** What is written, for whom and how. */
export interface Writing {
  readonly project: DescribedProject;
  readonly adapter: DbtAdapter;
  readonly layout: Layout;
  readonly compiled: Compiled;
}

/** Fusion leaves out what is null. */
export const written = (layout: Layout, fields: Json): Json =>
  layout.fusion ? Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) : fields;

const path = (of: Placed): string => `${of.kind}s/${of.name}.${of.kind === "seed" ? "csv" : "sql"}`;

function columnOf(layout: Layout, column: DescribedColumn, owner: readonly string[]): Json {
  const own = layout.topTags(column, "column");
  // Fusion gives a column without tags those of its table.
  const tags = layout.fusion && own?.length === 0 ? owner : own;
  return written(layout, {
    name: column.name,
    description: column.description ?? "",
    meta: {},
    data_type: column.dataType ?? null,
    quote: null,
    ...(tags !== null && { tags }),
    ...(layout.version >= 9 && { constraints: [] }),
    ...(layout.columnConfig && { config: columnConfig(layout, column) }),
  });
}

const columnConfig = (layout: Layout, { tags = [], configTags = [] }: DescribedColumn): Json => {
  const own =
    layout.fusion || layout.dbtVersion.startsWith("1.11")
      ? [...new Set([...tags, ...configTags])]
      : configTags;
  return layout.fusion && own.length === 0 ? {} : { meta: {}, tags: own };
};

function columnsOf(layout: Layout, of: Placed): Json {
  const owner = layout.topTags(of, of.kind === "source" ? "source" : "node") ?? [];
  const documented = (of.columns ?? []).filter((column) => column.documented !== false);
  return Object.fromEntries(documented.map((column) => [column.name, columnOf(layout, column, owner)]));
}

export const checksum = (text: string): { readonly name: string; readonly checksum: string } => ({
  name: "sha256",
  checksum: createHash("sha256").update(text).digest("hex"),
});

function refOf(layout: Layout, id: string): unknown {
  const name = id.split(".")[2] ?? id;
  return layout.refsAsObjects ? { name, package: null, version: null } : [name];
}

/** The unique ids of what a node is made from. */
export function upstream(project: DescribedProject, node: PlacedNode): readonly string[] {
  const idOf = (name: string): string => nodesOf(project).find((one) => one.name === name)?.uniqueId ?? name;
  // What has a dot is an id already: large projects give those, because looking names up takes long.
  return (node.dependsOn ?? []).map((name) => (name.includes(".") ? name : idOf(name)));
}

const everyTag = ({ tags = [], configTags = [] }: Placed): readonly string[] => [
  ...new Set([...tags, ...configTags]),
];

function nodeConfig(layout: Layout, node: PlacedNode): Json {
  return written(layout, {
    enabled: node.enabled ?? true,
    alias: node.alias === node.name ? null : node.alias,
    schema: null,
    database: null,
    tags: everyTag(node),
    meta: node.meta ?? {},
    materialized: layout.fusion && node.kind === "seed" ? null : node.materialized,
    persist_docs: {},
    quoting: {},
    column_types: {},
    full_refresh: null,
    "post-hook": [],
    "pre-hook": [],
    ...laterConfig(layout, node),
  });
}

const laterConfig = (layout: Layout, node: PlacedNode): Json => ({
  ...(node.kind === "snapshot" && { target_schema: node.targetSchema ?? null, strategy: "timestamp" }),
  ...(layout.groups && {
    group: node.group ?? null,
    contract: { enforced: node.contract ?? false, alias_types: true },
    ...(node.kind === "model" && { access: node.access ?? "protected" }),
  }),
});

function sqlOf(writing: Writing, node: PlacedNode): Json {
  const { layout, compiled } = writing;
  const [raw, ready] = layout.sqlKeys;
  const isCompiled = node.kind !== "seed" && compiled(node);
  const name = node.materialized === "ephemeral" ? null : renderedName(writing.adapter, node);
  return {
    [raw]: node.kind === "seed" ? "" : `select * from source -- ${node.name}`,
    ...(layout.version >= 7 && node.kind !== "seed" && { language: "sql" }),
    ...(isCompiled && { compiled: true, [ready]: `select 1 -- "${node.name}"` }),
    ...((!layout.nameWhereCompiled || isCompiled) && { relation_name: name }),
  };
}

function modelOnly(layout: Layout, node: PlacedNode): Json {
  if (!layout.groups || node.kind !== "model") return {};
  return {
    access: node.access ?? "protected",
    contract: { enforced: node.contract ?? false, checksum: null },
    version: node.version ?? null,
    latest_version: node.version ?? null,
    constraints: [],
  };
}

const placeOf = (node: PlacedNode): Json => ({
  path: path(node),
  original_file_path: path(node),
  fqn: [node.package, node.name],
  patch_path: null,
  docs: { show: true },
  deferred: false,
  unrendered_config: {},
  created_at: 1_700_000_000.5,
});

/** A model, seed or snapshot as it stands in a manifest. */
export function nodeOf(writing: Writing, node: PlacedNode): Json {
  const { layout, adapter, project } = writing;
  const depends = upstream(project, node);
  const tags = layout.topTags(node, "node");
  return written(layout, {
    database: databaseOf(adapter, node),
    schema: node.targetSchema === undefined ? node.schema : null,
    name: node.name,
    resource_type: node.kind,
    package_name: node.package,
    ...((layout.rootPath || node.kind === "seed") && { root_path: "/usr/app" }),
    ...placeOf(node),
    unique_id: node.uniqueId,
    alias: node.alias,
    checksum: checksum(node.uniqueId),
    config: nodeConfig(layout, node),
    ...(tags !== null && { tags }),
    description: node.description ?? "",
    columns: columnsOf(layout, node),
    meta: node.meta ?? {},
    ...(layout.groups && { group: node.group ?? null }),
    refs: depends.map((id) => refOf(layout, id)),
    sources: [],
    depends_on: node.kind === "seed" ? { macros: [] } : { macros: [], nodes: depends },
    ...modelOnly(layout, node),
    ...sqlOf(writing, node),
  });
}

/** A source as it stands in a manifest. */
export function sourceOf(writing: Writing, source: PlacedSource): Json {
  const { layout, adapter } = writing;
  const tags = layout.topTags(source, "source");
  return written(layout, {
    database: databaseOf(adapter, source),
    schema: source.schema,
    name: source.name,
    resource_type: "source",
    package_name: source.package,
    ...(layout.rootPath && { root_path: "/usr/app" }),
    path: "models/sources.yml",
    original_file_path: "models/sources.yml",
    unique_id: source.uniqueId,
    fqn: [source.package, source.source, source.name],
    source_name: source.source,
    source_description: "where it all comes from",
    loader: "",
    identifier: source.identifier,
    quoting: { database: null, schema: null, identifier: null, column: null },
    loaded_at_field: null,
    freshness: null,
    external: null,
    description: source.description ?? "",
    columns: columnsOf(layout, source),
    meta: source.meta ?? {},
    ...(tags !== null && { tags }),
    config: {
      enabled: source.enabled ?? true,
      ...(layout.columnConfig && { meta: {}, tags: everyTag(source) }),
    },
    patch_path: null,
    relation_name: renderedName(adapter, source),
    created_at: 1_700_000_000.5,
  });
}
