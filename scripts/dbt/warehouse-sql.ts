import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import type { BuildWarehouse } from "./warehouse.ts";

const node = z.object({
  unique_id: z.string(),
  resource_type: z.string(),
  schema: z.string(),
  name: z.string(),
  alias: z.string(),
  compiled_code: z.string().nullish(),
  config: z.object({ materialized: z.string().optional(), unique_key: z.unknown() }),
  depends_on: z.object({ nodes: z.array(z.string()).optional() }),
});
type Node = z.infer<typeof node>;

const manifest = z.object({ nodes: z.record(z.string(), z.looseObject({ resource_type: z.string() })) });

const relations = new Set(["model", "seed", "snapshot"]);
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const literal = (value: string): string => `'${value.replaceAll("'", "''")}'`;
const valueOf = (value: string | null): string => (value === null ? "null" : literal(value));
const nameOf = ({ schema, alias }: Node): string => `${quoted(schema)}.${quoted(alias)}`;

/** The relations of a project, each behind all that it is made from. */
function inOrder(nodes: readonly Node[]): readonly Node[] {
  const byId = new Map(nodes.map((each) => [each.unique_id, each]));
  const sorted = new Set<Node>();
  const visit = (each: Node): void => {
    if (sorted.has(each)) return;
    for (const id of each.depends_on.nodes ?? []) {
      const above = byId.get(id);
      if (above !== undefined) visit(above);
    }
    sorted.add(each);
  };
  for (const each of nodes.toSorted((a, b) => a.unique_id.localeCompare(b.unique_id))) visit(each);
  return [...sorted];
}

interface Column {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
}

const columnsOf = (warehouse: BuildWarehouse, schema: string, table: string): Promise<readonly Column[]> =>
  warehouse.query<Column & { [name: string]: unknown }>(
    `select attname as name, format_type(atttypid, atttypmod) as type, attnotnull as required
       from pg_attribute join pg_class on pg_class.oid = attrelid
      where relnamespace = $1::regnamespace and relname = $2 and attnum > 0 and not attisdropped order by attnum`,
    [schema, table],
  );

async function seedStatements(warehouse: BuildWarehouse, seed: Node): Promise<readonly string[]> {
  const columns = await columnsOf(warehouse, seed.schema, seed.alias);
  const texts = columns.map(({ name }) => `${quoted(name)}::text as ${quoted(name)}`).join(", ");
  const rows = await warehouse.query<Record<string, string | null>>(`select ${texts} from ${nameOf(seed)}`);
  const values = rows.map((row) => `  (${columns.map(({ name }) => valueOf(row[name] ?? null)).join(", ")})`);
  return [
    `create table ${nameOf(seed)} (${columns.map(({ name, type }) => `${quoted(name)} ${type}`).join(", ")});`,
    `insert into ${nameOf(seed)} values\n${values.join(",\n")};`,
  ];
}

/** As the first run of a snapshot makes it: every row holds since then. */
const snapshotQuery = (snapshot: Node, code: string): string =>
  `select source.*, md5(source.${quoted(String(snapshot.config.unique_key))}::text) as dbt_scd_id,
       timestamp '2026-01-01' as dbt_updated_at, timestamp '2026-01-01' as dbt_valid_from, null::timestamp as dbt_valid_to
  from (${code}) as source`;

async function statementsOf(warehouse: BuildWarehouse, relation: Node): Promise<readonly string[]> {
  if (relation.resource_type === "seed") return await seedStatements(warehouse, relation);
  const code = (relation.compiled_code ?? "").trim();
  if (code === "") throw new Error(`${relation.unique_id} was not compiled`);
  if (relation.resource_type === "snapshot") {
    return [`create table ${nameOf(relation)} as\n${snapshotQuery(relation, code)};`];
  }
  const { materialized } = relation.config;
  if (materialized === "view") return [`create view ${nameOf(relation)} as\n${code};`];
  if (materialized === "materialized_view")
    return [`create materialized view ${nameOf(relation)} as\n${code};`];
  const required = (await columnsOf(warehouse, relation.schema, relation.alias)).filter((c) => c.required);
  return [
    `create table ${nameOf(relation)} as\n${code};`,
    ...required.map(
      ({ name }) => `alter table ${nameOf(relation)} alter column ${quoted(name)} set not null;`,
    ),
  ];
}

/**
 * Plain SQL that makes what dbt built, in schemas of dbt's alone: whoever runs it needs no dbt. It drops these
 * schemas first. `target` holds a manifest that was compiled as if nothing had been built before.
 */
export async function warehouseSql(warehouse: BuildWarehouse, target: string): Promise<string> {
  const text = await readFile(join(target, "manifest.json"), "utf8");
  const nodes = Object.values(manifest.parse(JSON.parse(text)).nodes)
    .filter(({ resource_type: type }) => relations.has(type))
    .map((each) => node.parse(each));
  const ordered = inOrder(nodes).filter(({ config }) => config.materialized !== "ephemeral");
  const schemas = [...new Set(ordered.map(({ schema }) => schema))].sort();
  const statements: string[] = schemas.flatMap((schema) => [
    `drop schema if exists ${quoted(schema)} cascade;`,
    `create schema ${quoted(schema)};`,
  ]);
  for (const each of ordered) statements.push(...(await statementsOf(warehouse, each)));
  for (const schema of schemas) {
    statements.push(`grant usage on schema ${quoted(schema)} to reeve_reader;`);
    statements.push(`grant select on all tables in schema ${quoted(schema)} to reeve_reader;`);
  }
  const head = "-- Written by `npm run sample:dbt` from what dbt compiled; not to be edited.\n";
  return `${head}\n${statements.join("\n\n")}\n`;
}
