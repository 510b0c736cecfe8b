import type { DataType } from "#contracts/resources/remote.ts";
import type { Relation } from "#core/ports/remote.ts";
import { quoteIdentifier, quoteRelation } from "./identifiers.ts";

/** No more rows are looked at. */
export const mostRows = 10_000;

/** The most frequent values that are told of a column. */
const topValues = 10;

/** Longer values are cut. */
const shownCharacters = 200;

/** A column to look at. */
export interface AnalyzedColumn {
  readonly name: string;
  readonly dataType: DataType;
  /** Whether its values have an equality and an order of their own; others are looked at as text. */
  readonly comparable: boolean;
}

/** A value as text, whatever the session's settings say of dates and bytes. */
function textSql(dataType: DataType, value: string): string {
  if (dataType === "date" || dataType === "timestamp") return `(pg_catalog.to_json(${value}) #>> '{}')`;
  if (dataType === "timestamp with time zone") {
    return `case when pg_catalog.isfinite(${value})
              then (pg_catalog.to_json(${value} at time zone 'UTC') #>> '{}') || 'Z' else ${value}::text end`;
  }
  if (dataType === "binary") return `(pg_catalog.chr(92) || 'x' || pg_catalog.encode(${value}, 'hex'))`;
  return `${value}::text`;
}

const shownSql = (text: string): string => `
  'value', pg_catalog."left"(${text}, ${shownCharacters}), 'cut', pg_catalog.length(${text}) > ${shownCharacters}`;

/**
 * The distinct values of a column with their numbers, by the type's own equality (1.0 and 1.00 are one number), or
 * by text. \`is distinct from null\` looks at the value, not at the fields that a composite one has.
 */
function groupsSql({ dataType, comparable }: AnalyzedColumn, index: number): string {
  const value = comparable ? `c${index}` : textSql(dataType, `c${index}`);
  return `g${index} as materialized (
    select ${value} as v, pg_catalog.count(*) as n from sample where c${index} is distinct from null group by 1)`;
}

function columnSql({ dataType, comparable }: AnalyzedColumn, index: number): string {
  const text = comparable ? textSql(dataType, "v") : "v";
  const extreme = (direction: "asc" | "desc"): string =>
    comparable
      ? `(select pg_catalog.json_build_object(${shownSql("t")})
            from (select ${text} as t from g${index} order by v ${direction} limit 1) one)`
      : "null::json";
  return `
    select ${index} as "column",
           (select pg_catalog.count(*) from seen) as seen,
           (select pg_catalog.count(*) from sample) as "count",
           (select coalesce(pg_catalog.sum(n), 0) from g${index}) as filled,
           (select pg_catalog.count(*) from g${index}) as "distinct",
           ${extreme("asc")} as minimum,
           ${extreme("desc")} as maximum,
           (select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(${shownSql("t")}, 'count', n)
                            order by place), '[]')
              from (select ${text} as t, n, pg_catalog.row_number() over (order by n desc, v) as place
                      from g${index} order by n desc, v limit ${topValues}) most) as "topValues"`;
}

/**
 * All columns in one statement over one sample; \`clause\` says how the engine samples, if it does. One row more than
 * is looked at is fetched, to know whether there are more.
 */
export function analysisSql(relation: Relation, columns: readonly AnalyzedColumn[], clause: string): string {
  const picked = columns.map(({ name }, index) => `${quoteIdentifier(name)} as c${index}`).join(", ");
  return `
    with seen as materialized (select ${picked} from ${quoteRelation(relation)} ${clause} limit ${mostRows + 1}),
         sample as materialized (select * from seen limit ${mostRows}),
         ${columns.map(groupsSql).join(",\n         ")}
    ${columns.map(columnSql).join("\n    union all ")}`;
}
