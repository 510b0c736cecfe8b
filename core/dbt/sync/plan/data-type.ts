import type { DataType } from "#contracts/resources/remote.ts";

/** The words of warehouses for their types, without what stands in brackets; the first that fits decides. */
const words: readonly (readonly [RegExp, DataType])[] = [
  [/^(?:array|_)|\[\]$|^list/, "array"],
  [/^(?:struct|record|row|map|object|tuple)/, "struct"],
  [/^bool/, "boolean"],
  [
    /^(?:timestamp_?tz|timestamp_?ltz|timestamp with (?:local )?time zone|datetimeoffset)/,
    "timestamp with time zone",
  ],
  [/^(?:timestamp|datetime|smalldatetime)/, "timestamp"],
  [/^date/, "date"],
  [/^time/, "time"],
  [/^interval/, "interval"],
  [
    /^(?:big|small|tiny|medium|byte|huge|u)?int(?:eger|\d{1,3})?$|^(?:long|short|serial|bigserial)$/,
    "integer",
  ],
  [/^(?:numeric|decimal|number|bignumeric|bigdecimal|money|smallmoney)/, "decimal"],
  [/^(?:float|double|real)/, "float"],
  [
    /^(?:character varying|character|varchar|nvarchar|nchar|char|bpchar|text|string|ntext|citext|clob|tinytext|mediumtext|longtext|name)/,
    "text",
  ],
  [/^(?:bytea|bytes|binary|varbinary|blob|image)/, "binary"],
  [/^(?:uuid|uniqueidentifier)$/, "uuid"],
  [/^(?:jsonb?|variant|super)$/, "json"],
  [/^xml$/, "xml"],
  [/^enum/, "enum"],
  [/^(?:geometry|geography|point|polygon)/, "geometry"],
  [/^(?:inet|cidr|macaddr)/, "network"],
];

/**
 * What a type is in Reeve's words, by the warehouse's own: of data sources that nobody can look at, so that it is a
 * reading of names and not a fact. `timestamp_tz(9)` and `timestamp with time zone` are the same.
 */
export function dataTypeOf(warehouse: string | null): DataType {
  if (warehouse === null) return "unknown";
  const word = warehouse
    .slice(0, 200)
    .toLowerCase()
    .replace(/\(.*?\)/, "")
    .replace(/\s+/g, " ")
    .trim();
  return words.find(([pattern]) => pattern.test(word))?.[1] ?? "unknown";
}
