import * as z from "zod";
import type { RelationKind } from "#contracts/resources/remote.ts";
import type { ListedRelation, RelationScan } from "#core/ports/remote.ts";
import type { RunStatement } from "./statements.ts";

const relationKindOf = {
  r: "table",
  p: "partitioned-table",
  f: "foreign-table",
  v: "view",
  m: "materialized-view",
} as const satisfies Record<string, RelationKind>;

/** `pg_class.relkind` of what can become a data source, in Reeve's words. */
export const relkind = z
  .enum(["r", "p", "f", "v", "m"])
  .transform((letter): RelationKind => relationKindOf[letter]);

const listedRow = z.object({
  schema: z.string(),
  name: z.string(),
  kind: relkind,
  columnCount: z.int(),
});

/** Whether the login may read relation `c` of schema `n` as a whole. */
export const readableSql = `pg_catalog.has_schema_privilege(n.oid, 'USAGE')
                            and pg_catalog.has_table_privilege(c.oid, 'SELECT')`;

/**
 * Left out, besides catalogs, temporary objects and Reeve's own schemas (the same rule as
 * `isPostgresqlReservedSchema`; all that starts with `pg_` is the engine's):
 * - partitions, whose rows the partitioned table shows, and of which there can be thousands;
 * - what the login cannot read as a whole: without USAGE on the schema and SELECT on the relation a
 *   creation would fail. A login with SELECT on some columns only must be given a view, or the table. Work that
 *   tells why it leaves something out asks for these too.
 *
 * Names compare by byte ("C"), so that pages follow each other however the database is configured. The
 * search folds case by the database's own collation, as its people expect, and takes no wildcards.
 */
const listSql = `
  select page.schema, page.name, page.kind,
         (select pg_catalog.count(*)::int from pg_catalog.pg_attribute a
           where a.attrelid = page.oid and a.attnum > 0 and not a.attisdropped) as "columnCount"
    from (select c.oid, n.nspname as schema, c.relname as name, c.relkind as kind
            from pg_catalog.pg_class c
            join pg_catalog.pg_namespace n on n.oid = c.relnamespace
           where c.relkind in ('r', 'p', 'f', 'v', 'm')
             and not c.relispartition
             and c.relpersistence <> 't'
             and n.nspname <> 'information_schema'
             and n.nspname !~ '^(pg_|reeve$|reeve_)'
             and ($1::text[] is null or n.nspname = any ($1::text[]))
             and ($2::text is null
                  or pg_catalog.strpos(pg_catalog.lower(c.relname::text collate pg_catalog."default"),
                                       pg_catalog.lower($2::text collate pg_catalog."default")) > 0)
             and ($3::text is null
                  or (n.nspname, c.relname) > ($3::text collate pg_catalog."C", $4::text collate pg_catalog."C"))
             and ($6::boolean or (${readableSql}))
           order by n.nspname collate pg_catalog."C", c.relname collate pg_catalog."C"
           limit $5) page
   order by page.schema collate pg_catalog."C", page.name collate pg_catalog."C"`;

/** What a listing asks of the server, in the order of its placeholders. */
const listParameters = (
  schemas: readonly string[] | null,
  { search, after, limit, unreadable = false }: RelationScan,
): readonly unknown[] => [
  schemas,
  search ?? null,
  after?.schema ?? null,
  after?.name ?? null,
  limit,
  unreadable,
];

/** One page of the relations that can become data sources. */
export async function listRelations(
  run: RunStatement,
  query: RelationScan,
): Promise<readonly ListedRelation[]> {
  // No name contains NUL, and the server takes none as text.
  const canBeName = (name: string): boolean => !name.includes("\0");
  const schemas = query.schema === undefined ? null : [query.schema].flat().filter(canBeName);
  if (schemas?.length === 0 || !canBeName(query.search ?? "")) return [];
  return run(listedRow, listSql, listParameters(schemas, query));
}
