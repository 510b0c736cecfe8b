import type { KnownTechnology, Technology } from "#contracts/resources/remote.ts";
import { technologyContracts, type TechnologyContract } from "#contracts/technologies/technology.ts";

/** Which technology each adapter of dbt's works on (https://docs.getdbt.com/docs/supported-data-platforms). */
const technologyOf: Readonly<Record<string, KnownTechnology>> = {
  athena: "athena",
  bigquery: "bigquery",
  databricks: "databricks",
  duckdb: "duckdb",
  mysql: "mysql",
  mysql5: "mysql",
  mariadb: "mysql",
  postgres: "postgresql",
  redshift: "redshift",
  snowflake: "snowflake",
  sqlserver: "sqlserver",
  trino: "trino",
};

/** The technology that an adapter works on; `other` where it has no name here, null where the adapter is not told. */
export function adapterTechnology(adapter: string | null): KnownTechnology | null {
  if (adapter === null) return null;
  return Object.hasOwn(technologyOf, adapter) ? (technologyOf[adapter] ?? "other") : "other";
}

/** Which schemas of a technology are never exposed; of one that Reeve cannot connect to, none is known. */
export function reservedSchemasOf(technology: KnownTechnology): TechnologyContract["isReservedSchema"] {
  return isConnectable(technology) ? technologyContracts[technology].isReservedSchema : () => false;
}

const isConnectable = (technology: KnownTechnology): technology is Technology =>
  Object.hasOwn(technologyContracts, technology);
