import { createHash } from "node:crypto";
import type { Layout } from "./dbt-layout.ts";
import { checksum, nodeOf, sourceOf, upstream, written, type Json, type Writing } from "./dbt-node.ts";
import { nodesOf, projectName, sourcesOf, type DescribedProject, type Placed } from "./dbt-project.ts";
import { quotesNames } from "./dbt-warehouse.ts";

const byId = (nodes: readonly Json[]): Json =>
  Object.fromEntries(nodes.map((node) => [String(node["unique_id"]), node]));

function disabledOf(layout: Layout, nodes: readonly Json[]): unknown {
  if (layout.disabledAsList) return nodes;
  if (nodes.length === 0 && layout.fusion) return null;
  return Object.fromEntries(nodes.map((node) => [String(node["unique_id"]), [node]]));
}

function groupsOf({ layout, project }: Writing): Json {
  const groups = (project.groups ?? []).map(({ name, owner }) =>
    written(layout, {
      name,
      resource_type: "group",
      package_name: projectName(project),
      unique_id: `group.${projectName(project)}.${name}`,
      owner: { name: null, email: null, ...owner },
    }),
  );
  return byId(groups);
}

export function metadataOf(
  project: DescribedProject,
  layout: Pick<Layout, "dbtVersion">,
  schema: string,
): Json {
  return {
    dbt_schema_version: `https://schemas.getdbt.com/dbt/${schema}.json`,
    dbt_version: layout.dbtVersion,
    generated_at: project.generatedAt ?? "2026-05-01T03:00:00.000000Z",
    invocation_id: "0190d1c2-0000-7000-8000-000000000000",
    env: project.runId === undefined ? {} : { DBT_CLOUD_RUN_ID: project.runId },
  };
}

function manifestMetadata({ project, adapter, layout }: Writing): Json {
  const name = projectName(project);
  return {
    ...metadataOf(project, layout, `manifest/v${layout.version}`),
    ...(layout.projectName && { project_name: name }),
    project_id: createHash("md5").update(name).digest("hex"),
    user_id: null,
    send_anonymous_usage_stats: false,
    adapter_type: adapter,
    ...(layout.quoting && {
      quoting: {
        database: quotesNames(adapter),
        schema: quotesNames(adapter),
        identifier: quotesNames(adapter),
      },
    }),
  };
}

/** A test of each model's first column and a macro: what a manifest also has, and a snapshot passes over. */
function restOf({ layout, project }: Writing): { readonly tests: readonly Json[]; readonly macros: Json } {
  const name = projectName(project);
  const tests = (project.models ?? []).map((model) => ({
    unique_id: `test.${name}.not_null_${model.name}_id.${checksum(model.name).checksum}`.slice(0, 80),
    resource_type: "test",
    package_name: name,
    name: `not_null_${model.name}_id`,
    alias: `not_null_${model.name}_id`,
    schema: "dbt_test__audit",
    database: null,
    tags: ["checked"],
    config: { enabled: true, materialized: "test", tags: ["checked"] },
    relation_name: null,
    columns: {},
    [layout.sqlKeys[0]]: "{{ test_not_null(**_dbt_generic_test_kwargs) }}",
  }));
  const macro = {
    unique_id: "macro.dbt.is_incremental",
    package_name: "dbt",
    macro_sql: '{% macro a() %}"\\n{}[]{% endmacro %}',
  };
  return { tests, macros: { "macro.dbt.is_incremental": macro } };
}

/** A manifest as its writer lays it out. */
export function writtenManifest(writing: Writing): Json {
  const { layout, project } = writing;
  const nodes = nodesOf(project);
  const sources = sourcesOf(project);
  const enabled = (of: Placed): boolean => of.enabled !== false;
  const { tests, macros } = restOf(writing);
  return {
    metadata: manifestMetadata(writing),
    nodes: byId([...nodes.filter(enabled).map((node) => nodeOf(writing, node)), ...tests]),
    sources: byId(sources.filter(enabled).map((source) => sourceOf(writing, source))),
    macros,
    docs: { "doc.dbt.__overview__": { name: "__overview__", block_contents: "# Überblick „…“" } },
    exposures: {},
    ...(layout.version >= 4 && { metrics: {} }),
    ...(layout.groups && { groups: groupsOf(writing) }),
    selectors: {},
    disabled: disabledOf(layout, [
      ...nodes.filter((node) => !enabled(node)).map((node) => nodeOf(writing, node)),
      ...sources.filter((source) => !enabled(source)).map((source) => sourceOf(writing, source)),
    ]),
    parent_map: Object.fromEntries(nodes.map((node) => [node.uniqueId, upstream(project, node)])),
    child_map: {},
  };
}
