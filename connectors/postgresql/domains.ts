import * as z from "zod";
import type { DataType } from "#contracts/resources/remote.ts";
import { maxDomainValues, type ColumnDomain, type DomainColumn } from "#core/ports/key-store.ts";
import type { Relation } from "#core/ports/remote.ts";
import { quoteIdentifier, quoteRelation } from "./identifiers.ts";
import type { RunStatement } from "./statements.ts";

const ordered: ReadonlySet<DataType> = new Set([
  "integer",
  "decimal",
  "float",
  "date",
  "time",
  "timestamp",
  "timestamp with time zone",
  "interval",
]);

/** Numbers without an order. */
const unordered: ReadonlySet<string> = new Set(["xid", "xid8", "cid"]);

/** A longer value makes a column's list incomplete: what has such values is no category. Ends are cut to it. */
const longestValue = 1000;

const extremesPerStatement = 100;
/** GROUPING takes 31 arguments at most. */
const listsPerStatement = 30;

const textOrNull = z.string().nullable();
const extremesRow = z.object({ figures: z.array(textOrNull) });
const valueRow = z.object({ mask: z.int(), value: textOrNull });

/** A text is ordered by its bytes, so that its ends are the same whatever the database's language. */
function endsOf({ name, dataType, remoteType }: DomainColumn): readonly string[] {
  const column = quoteIdentifier(name);
  if (dataType === "text") {
    const text = `${column}::text`;
    return [
      `pg_catalog.left(pg_catalog.min(${text} collate pg_catalog."C"), ${longestValue})`,
      `pg_catalog.left(pg_catalog.max(${text} collate pg_catalog."C"), ${longestValue})`,
      `pg_catalog.min(pg_catalog.length(${text}))`,
      `pg_catalog.max(pg_catalog.length(${text}))`,
    ];
  }
  if (!ordered.has(dataType) || unordered.has(remoteType)) return ["null", "null", "null", "null"];
  return [`pg_catalog.min(${column})`, `pg_catalog.max(${column})`, "null", "null"];
}

/** Both ends of every column, in one scan for each hundred of them. */
async function extremes(
  run: RunStatement,
  relation: Relation,
  columns: readonly DomainColumn[],
): Promise<readonly (readonly (string | null)[])[]> {
  const found: (readonly (string | null)[])[] = [];
  for (let start = 0; start < columns.length; start += extremesPerStatement) {
    const chunk = columns.slice(start, start + extremesPerStatement);
    const figures = chunk.flatMap(endsOf).map((end) => `(${end})::text`);
    const sql = `select array[${figures.join(", ")}]::text[] as figures from ${quoteRelation(relation)}`;
    const [row] = await run(extremesRow, sql);
    chunk.forEach((_, index) => found.push(row?.figures.slice(4 * index, 4 * index + 4) ?? []));
  }
  return found;
}

/**
 * The distinct values of every column, in one scan for each thirty: the engine groups by each column by itself
 * at the same time. The limit holds where a column turns out to have more values than its figures said.
 */
async function listValues(
  run: RunStatement,
  relation: Relation,
  columns: readonly DomainColumn[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const lists = new Map<string, readonly string[]>();
  for (let start = 0; start < columns.length; start += listsPerStatement) {
    const chunk = columns.slice(start, start + listsPerStatement);
    const names = chunk.map(({ name }) => quoteIdentifier(name));
    const most = chunk.length * (maxDomainValues + 1);
    const rows = await run(
      valueRow,
      `select grouping(${names.join(", ")}) as mask,
              pg_catalog.left(coalesce(${names.map((name) => `${name}::text`).join(", ")}), ${longestValue + 1}) as value
         from ${quoteRelation(relation)}
        group by grouping sets (${names.map((name) => `(${name})`).join(", ")})
        limit ${most + 1}`,
    );
    // Cut off, nobody knows which lists are whole.
    if (rows.length > most) continue;
    chunk.forEach(({ name }, index) => {
      const values = rows.filter((row) => isOf(row, index, chunk.length)).flatMap(({ value }) => value ?? []);
      const whole = values.length <= maxDomainValues && values.every((value) => value.length <= longestValue);
      if (whole) lists.set(name, values);
    });
  }
  return lists;
}

/** Whether a row is about this column: a grouping's mask has a bit for each that it is not about. */
const isOf = ({ mask }: z.infer<typeof valueRow>, index: number, count: number): boolean =>
  (mask & (1 << (count - 1 - index))) === 0;

const numberOr = (text: string | null | undefined): number | null =>
  text === null || text === undefined ? null : Number(text);

/** The domains of columns, from every row. */
export async function columnDomains(
  run: RunStatement,
  relation: Relation,
  columns: readonly DomainColumn[],
): Promise<readonly ColumnDomain[]> {
  const ends = await extremes(run, relation, columns);
  const lists = await listValues(
    run,
    relation,
    columns.filter(({ listed }) => listed),
  );
  return columns.map(({ name }, index) => {
    const [minimum = null, maximum = null, shortest, longest] = ends[index] ?? [];
    return {
      name,
      minimum,
      maximum,
      shortest: numberOr(shortest),
      longest: numberOr(longest),
      values: lists.get(name) ?? null,
    };
  });
}
