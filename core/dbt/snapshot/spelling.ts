import { fieldsOf, type Fields } from "./artifact-json.ts";
import { renderedOf, type Identity } from "./identity.ts";

type Case = "as-is" | "lower" | "lower-unless-quoted" | "upper-unless-quoted";

/** In which case a warehouse keeps names, by dbt's name of it. One that is not here keeps them as they are. */
const cases: ReadonlyMap<string, Case> = new Map([
  ["postgres", "lower-unless-quoted"],
  ["snowflake", "upper-unless-quoted"],
  ["bigquery", "as-is"],
  ["redshift", "lower"],
  ["databricks", "lower"],
  ["spark", "lower"],
  ["trino", "lower"],
  ["athena", "lower"],
  ["duckdb", "lower"],
  ["sqlserver", "lower"],
]);

/** The adapters that quote nothing unless a project asks for it: of those whose names depend on that, this one. */
const quotesNothing: ReadonlySet<string> = new Set(["snowflake"]);

/** The names of the parts in `quoting`, which calls a table an identifier. */
const inQuoting = { database: "database", schema: "schema", table: "identifier" } as const;

function spelt(name: string, as: Case, quoted: boolean): string {
  if (as === "as-is" || (as !== "lower" && quoted)) return name;
  return as === "upper-unless-quoted" ? name.toUpperCase() : name.toLowerCase();
}

/** What is told first of whether a part is quoted: by the node, by its configuration, by the project. */
function quotingOf(part: string, told: readonly Fields[]): boolean | null {
  for (const quoting of told) {
    const quoted = quoting[part];
    if (typeof quoted === "boolean") return quoted;
  }
  return null;
}

/** How the warehouse spells a node's identity, by the adapter's rules. */
export function spelling(
  node: Fields,
  identity: Identity,
  by: { readonly adapter: string | null; readonly quoting: Fields },
): Identity {
  const adapter = by.adapter ?? "";
  const rendered = renderedOf(node, identity);
  const told = [fieldsOf(node["quoting"]), fieldsOf(fieldsOf(node["config"])["quoting"]), by.quoting];
  const of = (part: "database" | "schema" | "table", name: string): string => {
    const quoted = rendered.quoted[part] ?? quotingOf(inQuoting[part], told) ?? !quotesNothing.has(adapter);
    return spelt(name, cases.get(adapter) ?? "as-is", quoted);
  };
  return {
    database: identity.database === null ? null : of("database", identity.database),
    schema: of("schema", identity.schema),
    table: of("table", identity.table),
  };
}

/** The warehouse's own spelling where the catalog has it and means the same; otherwise the one at hand. */
export function spellingInCatalog(at: Identity, catalogMetadata: unknown): Identity {
  const told = fieldsOf(catalogMetadata);
  const of = (name: string, by: unknown): string =>
    typeof by === "string" && by.toLowerCase() === name.toLowerCase() ? by : name;
  return {
    database: at.database === null ? null : of(at.database, told["database"]),
    schema: of(at.schema, told["schema"]),
    table: of(at.table, told["name"]),
  };
}
