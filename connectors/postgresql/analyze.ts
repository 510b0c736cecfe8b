import * as z from "zod";
import type { DataType, RelationKind } from "#contracts/resources/remote.ts";
import { RemoteError, type ColumnAnalysis, type Relation } from "#core/ports/remote.ts";
import { analysisSql, mostRows, type AnalyzedColumn } from "./analysis-sql.ts";
import { baseTypeSql } from "./describe.ts";
import { PostgresqlError } from "./errors.ts";
import { quoteRelation } from "./identifiers.ts";
import { relkind } from "./relations.ts";
import type { RunStatement } from "./statements.ts";
import { dataTypeOf, isCountable } from "./types.ts";

const knownRow = z.object({
  kind: relkind,
  reltuples: z.number(),
  name: z.string().nullable(),
  baseKind: z.string().nullable(),
  baseName: z.string().nullable(),
  isArray: z.boolean().nullable(),
  builtIn: z.boolean().nullable(),
  ordered: z.boolean(),
});
type Known = z.infer<typeof knownRow>;

/** What the columns are. A type has an order where it, or what it passes for without a conversion, has a default one. */
const knownSql = `
  select c.relkind as kind, c.reltuples, a.attname as name, base.typtype as "baseKind", base.typname as "baseName",
         base.is_array as "isArray", base.built_in as "builtIn",
         exists (select from pg_catalog.pg_opclass o
                   join pg_catalog.pg_am m on m.oid = o.opcmethod and m.amname = 'btree'
                  where o.opcdefault
                    and (o.opcintype = base.oid
                         or (base.typtype = 'e' and o.opcintype = 'pg_catalog.anyenum'::pg_catalog.regtype)
                         or exists (select from pg_catalog.pg_cast k
                                     where k.castsource = base.oid and k.casttarget = o.opcintype
                                       and k.castmethod = 'b' and k.castcontext = 'i'))) as ordered
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    left join pg_catalog.pg_attribute a
      on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attname = any($3::text[])
    left join pg_catalog.pg_type t on t.oid = a.atttypid
    left join lateral (${baseTypeSql}) base on true
   where n.nspname = $1::text and c.relname = $2::text and c.relkind in ('r', 'p', 'f', 'v', 'm')`;

const shown = z.object({ value: z.string(), cut: z.boolean() });

const analysisRow = z.object({
  column: z.int(),
  seen: z.coerce.number(),
  count: z.coerce.number(),
  filled: z.coerce.number(),
  distinct: z.coerce.number(),
  minimum: shown.nullable(),
  maximum: shown.nullable(),
  topValues: z.array(shown.extend({ count: z.number() })),
});

function dataTypeOfKnown({ baseKind, baseName, isArray, builtIn }: Known): DataType {
  if (baseKind === null || baseName === null) return "unknown";
  return dataTypeOf({ kind: baseKind, name: baseName, isArray: isArray === true, builtIn: builtIn === true });
}

async function columnsOf(
  run: RunStatement,
  relation: Relation,
  names: readonly string[],
): Promise<{ readonly columns: readonly AnalyzedColumn[]; readonly any: Known }> {
  const quoted = quoteRelation(relation);
  const rows = await run(knownRow, knownSql, [relation.schema, relation.name, names]);
  const [any] = rows;
  if (any === undefined) throw new RemoteError("table-not-found", `there is no table or view ${quoted}`);
  const known = new Map(rows.map((row) => [row.name, row]));
  const columns = names.map((name): AnalyzedColumn => {
    const row = known.get(name);
    if (row === undefined) {
      throw new RemoteError("query-failed", `${quoted} has no column ${JSON.stringify(name)} any more`);
    }
    const dataType = dataTypeOfKnown(row);
    return { name, dataType, comparable: row.ordered && isCountable(dataType) };
  });
  return { columns, any };
}

/** What lies in pages that can be sampled. */
const inPagesKinds: readonly RelationKind[] = ["table", "partitioned-table", "materialized-view"];

/** So many rows by the engine's own estimate are read whole before a sample is thought of. */
const isLarge = ({ reltuples }: Known): boolean => reltuples > 1.5 * mostRows;

/**
 * Looks at the values of columns: at every row of a small relation, else at random pages where the relation has
 * some and the engine knows about how many rows there are, else at its first rows.
 */
export async function analyzeColumns(
  run: RunStatement,
  relation: Relation,
  names: readonly string[],
): Promise<readonly ColumnAnalysis[]> {
  const { columns, any } = await columnsOf(run, relation, names);
  const inPages = isLarge(any) && inPagesKinds.includes(any.kind);
  const sampled = inPages ? await sampledPages(run, relation, columns, any.reltuples) : null;
  if (sampled !== null) return sampled;
  const rows = await run(analysisRow, analysisSql(relation, columns, ""));
  return analysesOf(names, rows, ({ seen }) => seen <= mostRows);
}

/** What random pages say; null where chance found none or the storage cannot be sampled. */
async function sampledPages(
  run: RunStatement,
  relation: Relation,
  columns: readonly AnalyzedColumn[],
  reltuples: number,
): Promise<readonly ColumnAnalysis[] | null> {
  // A little less than there is room for: what chance finds beyond that would be cut off at the table's end.
  const share = Math.min(100, (90 * mostRows) / reltuples);
  const clause = "tablesample system ($1::real) repeatable (0)";
  try {
    const rows = await run(analysisRow, analysisSql(relation, columns, clause), [share]);
    const names = columns.map(({ name }) => name);
    return rows.some(({ count }) => count > 0) ? analysesOf(names, rows, () => false) : null;
  } catch (error) {
    if (error instanceof PostgresqlError && error.sqlState === "0A000") return null;
    throw error;
  }
}

type AnalysisRow = z.infer<typeof analysisRow>;

const analysesOf = (
  names: readonly string[],
  rows: readonly AnalysisRow[],
  isExact: (row: AnalysisRow) => boolean,
): readonly ColumnAnalysis[] =>
  names.flatMap((name, index) => {
    const row = rows.find(({ column }) => column === index);
    if (row === undefined) return [];
    const { count, distinct, minimum, maximum, topValues } = row;
    const nulls = count - row.filled;
    return [{ column: name, count, nulls, distinct, minimum, maximum, topValues, exact: isExact(row) }];
  });
