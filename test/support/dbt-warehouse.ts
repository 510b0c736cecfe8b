import { tableOf, type DbtAdapter, type DescribedType, type Placed } from "./dbt-project.ts";

/** How an adapter of dbt renders names and what its warehouse answers about them. */
interface Warehouse {
  readonly quotes: readonly [string, string];
  /** Whether names have a database. */
  readonly databases: boolean;
  /** How a name that is in the warehouse comes back from it. */
  readonly kept: (name: string) => string;
  readonly types: Readonly<Record<DescribedType, string>>;
}

const asIs = (name: string): string => name;
const lower = (name: string): string => name.toLowerCase();
const upper = (name: string): string => name.toUpperCase();

const standard: Readonly<Record<DescribedType, string>> = {
  integer: "integer",
  text: "text",
  timestamp: "timestamp without time zone",
  boolean: "boolean",
  number: "numeric",
};
const hive = { integer: "int", text: "string", timestamp: "timestamp", boolean: "boolean", number: "double" };

const warehouses: Readonly<Record<DbtAdapter, Warehouse>> = {
  postgres: { quotes: ['"', '"'], databases: true, kept: asIs, types: standard },
  redshift: {
    quotes: ['"', '"'],
    databases: true,
    kept: lower,
    types: { ...standard, text: "character varying(256)" },
  },
  snowflake: {
    quotes: ["", ""],
    databases: true,
    kept: upper,
    types: {
      integer: "NUMBER",
      text: "TEXT",
      timestamp: "TIMESTAMP_NTZ",
      boolean: "BOOLEAN",
      number: "FLOAT",
    },
  },
  bigquery: {
    quotes: ["`", "`"],
    databases: true,
    kept: asIs,
    types: { integer: "INT64", text: "STRING", timestamp: "TIMESTAMP", boolean: "BOOL", number: "NUMERIC" },
  },
  databricks: { quotes: ["`", "`"], databases: true, kept: lower, types: hive },
  spark: { quotes: ["", ""], databases: false, kept: lower, types: hive },
  duckdb: {
    quotes: ['"', '"'],
    databases: true,
    kept: asIs,
    types: {
      integer: "INTEGER",
      text: "VARCHAR",
      timestamp: "TIMESTAMP",
      boolean: "BOOLEAN",
      number: "DOUBLE",
    },
  },
  sqlserver: {
    quotes: ['"', '"'],
    databases: true,
    kept: asIs,
    types: { integer: "int", text: "varchar", timestamp: "datetime2", boolean: "bit", number: "float" },
  },
};

/** The database that a manifest of this adapter tells. */
export const databaseOf = (adapter: DbtAdapter, of: Placed): string | null =>
  warehouses[adapter].databases ? of.database : null;

/** The `relation_name` that dbt renders. */
export function renderedName(adapter: DbtAdapter, of: Placed): string | null {
  if (of.relationName !== undefined) return of.relationName;
  const [open, close] = warehouses[adapter].quotes;
  return [databaseOf(adapter, of), of.schema, tableOf(of)]
    .filter((part) => part !== null)
    .map((part) => `${open}${part}${close}`)
    .join(".");
}

/** A name as the warehouse gives it back. */
export const keptName = (adapter: DbtAdapter, name: string): string => warehouses[adapter].kept(name);

export const typeName = (adapter: DbtAdapter, type: DescribedType): string => warehouses[adapter].types[type];

/** Whether the adapter quotes names unless a project says otherwise: what 1.10 and later write as the project's quoting. */
export const quotesNames = (adapter: DbtAdapter): boolean => adapter !== "snowflake" && adapter !== "spark";
