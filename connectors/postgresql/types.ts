import type { DataType } from "#contracts/resources/remote.ts";

/** What decides the data type: the column's type after following domains to what they are based on. */
export interface BaseType {
  /** `pg_type.typtype`: b base, c composite, e enum, r range, m multirange, p pseudo. */
  readonly kind: string;
  readonly name: string;
  readonly isArray: boolean;
  /** Whether the engine itself defines it, or an extension or a person. */
  readonly builtIn: boolean;
}

const builtInTypes: ReadonlyMap<string, DataType> = new Map([
  ["bool", "boolean"],
  ["int2", "integer"],
  ["int4", "integer"],
  ["int8", "integer"],
  ["oid", "integer"],
  // Transaction and command identifiers: numbers without an order.
  ["xid", "integer"],
  ["xid8", "integer"],
  ["cid", "integer"],
  ["numeric", "decimal"],
  ["money", "decimal"],
  ["float4", "float"],
  ["float8", "float"],
  ["text", "text"],
  ["varchar", "text"],
  ["bpchar", "text"],
  ["char", "text"],
  ["name", "text"],
  // Object identifiers that read and write as names.
  ["regclass", "text"],
  ["regcollation", "text"],
  ["regconfig", "text"],
  ["regdatabase", "text"],
  ["regdictionary", "text"],
  ["regnamespace", "text"],
  ["regoper", "text"],
  ["regoperator", "text"],
  ["regproc", "text"],
  ["regprocedure", "text"],
  ["regrole", "text"],
  ["regtype", "text"],
  ["bytea", "binary"],
  ["date", "date"],
  ["time", "time"],
  ["timetz", "time"],
  ["timestamp", "timestamp"],
  ["timestamptz", "timestamp with time zone"],
  ["interval", "interval"],
  ["uuid", "uuid"],
  ["json", "json"],
  ["jsonb", "json"],
  ["xml", "xml"],
  ["inet", "network"],
  ["cidr", "network"],
  ["macaddr", "network"],
  ["macaddr8", "network"],
  ["bit", "bit"],
  ["varbit", "bit"],
  ["tsvector", "search"],
  ["tsquery", "search"],
  ["point", "geometry"],
  ["line", "geometry"],
  ["lseg", "geometry"],
  ["box", "geometry"],
  ["path", "geometry"],
  ["polygon", "geometry"],
  ["circle", "geometry"],
]);

// By name, because an extension may be installed into any schema.
const extensionTypes: ReadonlyMap<string, DataType> = new Map([
  ["citext", "text"],
  ["hstore", "struct"],
  ["geometry", "geometry"],
  ["geography", "geometry"],
  ["box2d", "geometry"],
  ["box3d", "geometry"],
]);

const kinds: ReadonlyMap<string, DataType> = new Map([
  ["c", "struct"],
  ["e", "enum"],
  ["r", "range"],
  ["m", "range"],
]);

/** A PostgreSQL type in Reeve's words; `unknown` for what has no counterpart. */
export function dataTypeOf(type: BaseType): DataType {
  if (type.isArray) return "array";
  const ofKind = kinds.get(type.kind);
  if (ofKind !== undefined) return ofKind;
  return (type.builtIn ? builtInTypes : extensionTypes).get(type.name) ?? "unknown";
}

const uncountable: ReadonlySet<DataType> = new Set([
  "json",
  "xml",
  "array",
  "struct",
  "range",
  "geometry",
  "search",
  "unknown",
]);

/** Whether distinct values of such a column can be counted: scalars that compare by value. */
export const isCountable = (dataType: DataType): boolean => !uncountable.has(dataType);
