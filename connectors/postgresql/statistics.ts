import * as z from "zod";
import {
  RemoteError,
  type ColumnStatistics,
  type Relation,
  type RelationStatistics,
} from "#core/ports/remote.ts";
import { notNullSql, uniqueSql } from "./describe.ts";
import { estimateDistinct, fromCatalog, type SampledColumn } from "./estimate.ts";
import { quoteRelation } from "./identifiers.ts";
import { sampleColumns, type Sample } from "./sample.ts";
import type { RunStatement } from "./statements.ts";

const knownRow = z.object({
  kind: z.enum(["r", "p", "f", "v", "m"]),
  reltuples: z.number(),
  name: z.string().nullable(),
  notNull: z.boolean().nullable(),
  unique: z.boolean().nullable(),
  nDistinct: z.number().nullable(),
  nullFraction: z.number().nullable(),
});
type Known = z.infer<typeof knownRow>;

/**
 * What the engine knows of the columns. Figures of a table together with its children stand apart
 * (\`inherited\`), and are the only ones that a partitioned table has. No row of `pg_stats` means never
 * analyzed, a view, a foreign table, or no right to know.
 */
const knownSql = `
  select c.relkind as kind, c.reltuples, a.attname as name,
         ${notNullSql} as "notNull", ${uniqueSql} as "unique",
         s.n_distinct as "nDistinct", s.null_frac as "nullFraction"
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    left join pg_catalog.pg_attribute a
      on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attname = any($3::text[])
    left join (select attname, inherited, n_distinct, null_frac from pg_catalog.pg_stats
                where schemaname = $1::text and tablename = $2::text) s
      on s.attname = a.attname
     and s.inherited = (c.relkind = 'p' or exists (
           select from pg_catalog.pg_inherits h where h.inhparent = c.oid))
   where n.nspname = $1::text and c.relname = $2::text and c.relkind in ('r', 'p', 'f', 'v', 'm')`;

/**
 * Whether the catalog's figures are of a relation of about this size. One analyzed when it had ten rows
 * knows ten values, however many came since.
 */
const isCurrent = ({ reltuples }: Known, rowCount: number): boolean =>
  reltuples >= rowCount / 2 && reltuples <= rowCount * 2;

/** A column's figures without looking at any row, or null where rows must be looked at. */
function withoutRows(column: string, known: Known | undefined, rowCount: number): ColumnStatistics | null {
  if (known === undefined) return null;
  if (known.unique === true && known.notNull === true)
    return { column, distinct: rowCount, nulls: 0, exact: true };
  const { nDistinct, nullFraction } = known;
  if (nDistinct === null || nullFraction === null || !isCurrent(known, rowCount)) return null;
  const { distinct, nulls } = fromCatalog({ nDistinct, nullFraction }, rowCount);
  if (known.unique === true) return { column, distinct: rowCount - nulls, nulls, exact: false };
  // Zero is the engine's word for "unknown", unless every row is null.
  return nDistinct === 0 && nullFraction < 1 ? null : { column, distinct, nulls, exact: false };
}

/** A column's figures from the rows of a sample; exact when the sample is every row that was counted. */
function fromSample(
  column: string,
  seen: SampledColumn,
  sample: Sample,
  context: { readonly rowCount: number; readonly unique: boolean },
): ColumnStatistics {
  const { rowCount, unique } = context;
  if (sample.rows === rowCount) {
    return { column, distinct: seen.distinct, nulls: rowCount - seen.filled, exact: true };
  }
  const filled = sample.rows === 0 ? 0 : Math.round((seen.filled / sample.rows) * rowCount);
  const distinct = unique ? filled : estimateDistinct(seen, filled);
  return { column, distinct, nulls: rowCount - filled, exact: false };
}

function figuresOf(
  samples: readonly Sample[],
  columns: readonly string[],
  rowCount: number,
  known: ReadonlyMap<string, Known>,
): readonly ColumnStatistics[] {
  const seen = samples.flatMap((sample) => sample.columns.map((column) => ({ sample, column })));
  return columns.flatMap((name, index) => {
    const figures = seen[index];
    if (figures === undefined) return [];
    const unique = known.get(name)?.unique === true;
    return [fromSample(name, figures.column, figures.sample, { rowCount, unique })];
  });
}

/** Distinct values and nulls of columns, from the catalog where it knows and from a bounded sample elsewhere. */
export async function columnStatistics(
  run: RunStatement,
  relation: Relation,
  columns: readonly string[],
  rowCount: number,
): Promise<RelationStatistics> {
  const quoted = quoteRelation(relation);
  if (rowCount === 0) {
    return {
      columns: columns.map((column) => ({ column, distinct: 0, nulls: 0, exact: true })),
      source: "whole-table",
    };
  }
  const rows = await run(knownRow, knownSql, [relation.schema, relation.name, columns]);
  const [any] = rows;
  if (any === undefined) throw new RemoteError("table-not-found", `there is no table or view ${quoted}`);
  const known = new Map(rows.flatMap((row) => (row.name === null ? [] : [[row.name, row] as const])));
  const unread = columns.map((name) => withoutRows(name, known.get(name), rowCount));
  const unknown = columns.filter((_, index) => unread[index] === null);
  const hasPages = ["r", "p", "m"].includes(any.kind);
  const samples = await sampleColumns(run, relation, unknown, { rowCount, hasPages });
  const sampled = new Map(figuresOf(samples, unknown, rowCount, known).map((each) => [each.column, each]));
  return {
    columns: columns.flatMap((name, index) => unread[index] ?? sampled.get(name) ?? []),
    source: sourceOf(samples, rowCount),
  };
}

function sourceOf(samples: readonly Sample[], rowCount: number): RelationStatistics["source"] {
  if (samples.length === 0) return "catalog";
  return samples.every((sample) => sample.rows === rowCount) ? "whole-table" : "sample";
}
