import * as z from "zod";
import { relationKey, type Relation } from "#core/ports/remote.ts";
import { canExist } from "./identifiers.ts";
import { readableSql } from "./relations.ts";
import type { RunStatement } from "./statements.ts";

const signRow = z.object({ schema: z.string(), name: z.string(), sign: z.string().nullable() });

/**
 * A table's columns by number, its file and size, and how many rows were ever put in, changed and taken out; with when these counters
 * were last reset and when the server was started, because either begins them anew. A file that was written anew
 * (TRUNCATE, VACUUM FULL, REFRESH MATERIALIZED VIEW) has another number.
 */
const signOf = (
  relation: "c" | "p",
): string => `pg_catalog.concat_ws('/', ${relation}.oid, ${relation}.relnatts,
    pg_catalog.pg_relation_filenode(${relation}.oid), pg_catalog.pg_relation_size(${relation}.oid),
    pg_catalog.pg_stat_get_tuples_inserted(${relation}.oid), pg_catalog.pg_stat_get_tuples_updated(${relation}.oid),
    pg_catalog.pg_stat_get_tuples_deleted(${relation}.oid),
    pg_catalog.date_part('epoch', pg_catalog.pg_stat_get_db_stat_reset_time(d.oid)),
    pg_catalog.date_part('epoch', pg_catalog.pg_postmaster_start_time()))`;

/**
 * Null where the login may not read the relation, because the counters would go on saying that all is as it was; and
 * where the engine cannot say cheaply: views and foreign tables show rows of others, a table with children
 * shows theirs, a standby counts no changes, and a server may be set to count none.
 */
const signsSql = `
  select n.nspname as schema, c.relname as name,
         case
           when pg_catalog.pg_is_in_recovery() or not pg_catalog.current_setting('track_counts')::boolean then null
           when not (${readableSql}) then null
           when c.relkind in ('r', 'm') and not c.relhassubclass then ${signOf("c")}
           when c.relkind = 'p' then (
             select case when pg_catalog.bool_and(p.relkind in ('r', 'p'))
                         then pg_catalog.md5(pg_catalog.string_agg(
                                case p.relkind when 'r' then ${signOf("p")} else p.oid::text end,
                                ',' order by p.oid)) end
               from pg_catalog.pg_partition_tree(c.oid) t
               join pg_catalog.pg_class p on p.oid = t.relid)
         end as sign
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_database d on d.datname = pg_catalog.current_database()
    join rows from (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) asked (schema, name)
      on n.nspname = asked.schema collate pg_catalog."C" and c.relname = asked.name collate pg_catalog."C"
   where c.relkind in ('r', 'p', 'm')`;

/** A sign for each relation that is another one after any change of its rows, by relation key; with one statement. */
export async function changeSigns(
  run: RunStatement,
  relations: readonly Relation[],
): Promise<ReadonlyMap<string, string | null>> {
  const named = relations.filter(canExist);
  if (named.length === 0) return new Map();
  const values = [named.map(({ schema }) => schema), named.map(({ name }) => name)];
  const rows = await run(signRow, signsSql, values);
  return new Map(rows.map(({ schema, name, sign }) => [relationKey({ schema, name }), sign]));
}
