import * as z from "zod";

/** The kinds of remote storage that Reeve can connect to. */
export const technologies = ["postgresql"] as const;
export const technology = z.enum(technologies);
export type Technology = z.infer<typeof technology>;

/**
 * The kinds of remote storage that a data source can lie in. One without a connection (dbt tells of it, and nobody else)
 * may be of a kind that Reeve cannot connect to; `other` is any that has no name here.
 */
export const knownTechnologies = [
  "postgresql",
  "mysql",
  "snowflake",
  "databricks",
  "bigquery",
  "redshift",
  "trino",
  "sqlserver",
  "athena",
  "duckdb",
  "other",
] as const;
export const knownTechnology = z.enum(knownTechnologies);
export type KnownTechnology = z.infer<typeof knownTechnology>;

/** What a remote relation is. */
export const relationKinds = [
  "table",
  "partitioned-table",
  "foreign-table",
  "view",
  "materialized-view",
] as const;
export const relationKind = z.enum(relationKinds);
export type RelationKind = z.infer<typeof relationKind>;

/** Column types in Reeve's words; the remote's own name stands beside it as `remoteType`. */
export const dataTypes = [
  "boolean",
  "integer",
  "decimal",
  "float",
  "text",
  "binary",
  "date",
  "time",
  "timestamp",
  "timestamp with time zone",
  "interval",
  "uuid",
  "json",
  "xml",
  "enum",
  "array",
  "struct",
  "range",
  "network",
  "bit",
  "geometry",
  "search",
  "unknown",
] as const;
export const dataType = z.enum(dataTypes);
export type DataType = z.infer<typeof dataType>;

/** More columns than this are refused everywhere: PostgreSQL's own limit, and the bound of a dictionary. */
export const maxColumns = 1600;

/** At most so many columns are analyzed at once. */
export const maxAnalyzedColumns = 20;

/** Why a remote database could not do what was asked; each connector translates its errors to one of these. */
export const remoteFailures = [
  "address-refused",
  "authentication-failed",
  "cancelled",
  "connection-lost",
  "credentials-missing",
  "database-not-found",
  "lock-timeout",
  "permission-denied",
  "query-failed",
  "statement-timeout",
  "table-not-found",
  "time-budget",
  "tls-failed",
  "too-many-connections",
  "unreachable",
] as const;
export const remoteFailure = z.enum(remoteFailures);
export type RemoteFailure = z.infer<typeof remoteFailure>;
