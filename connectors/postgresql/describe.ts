import { createHash } from "node:crypto";
import * as z from "zod";
import { maxColumns } from "#contracts/resources/remote.ts";
import {
  RemoteError,
  type DescribedRelation,
  type Relation,
  type RelationDescription,
  type RemoteColumn,
} from "#core/ports/remote.ts";
import { canExist, quoteRelation } from "./identifiers.ts";
import { readableSql, relkind } from "./relations.ts";
import type { RunStatement } from "./statements.ts";
import { dataTypeOf, isCountable } from "./types.ts";

const columnRow = z.object({
  number: z.int(),
  name: z.string(),
  remoteType: z.string(),
  typeSchema: z.string(),
  baseKind: z.string(),
  baseName: z.string(),
  isArray: z.boolean(),
  builtIn: z.boolean(),
  notNull: z.boolean(),
  comment: z.string(),
  inPrimaryKey: z.boolean(),
  unique: z.boolean(),
});

const relationRow = z.object({
  oid: z.string(),
  schema: z.string(),
  name: z.string(),
  owner: z.string(),
  readable: z.boolean(),
  kind: relkind,
  comment: z.string(),
  columns: z.array(columnRow),
});

/**
 * Whether column `a` of relation `c` can hold no null. PostgreSQL 18 marks a column NOT NULL before
 * its rows are known to obey (NOT VALID), so such a constraint does not count.
 */
export const notNullSql = `(a.attnotnull and not exists (
    select from pg_catalog.pg_constraint k
     where k.conrelid = a.attrelid and k.contype = 'n' and not k.convalidated and a.attnum = any(k.conkey)))`;

/**
 * The indexes `i` of relation `c` that say something about all of its rows. An index of an
 * inheritance parent says nothing about its children's rows; partitioned tables have indexes of the whole.
 */
const indexesSql = `
  select from pg_catalog.pg_index i
   where i.indrelid = c.oid and i.indisvalid and i.indislive and i.indpred is null
     and (c.relkind <> 'r' or not exists (select from pg_catalog.pg_inherits h where h.inhparent = c.oid))`;

/** Whether a unique index without predicate or expression covers exactly column `a`. */
export const uniqueSql = `exists (${indexesSql}
     and i.indisunique and i.indnkeyatts = 1 and i.indkey[0] = a.attnum)`;

const primaryKeySql = `exists (${indexesSql}
     and i.indisprimary and a.attnum = any((i.indkey::int2[])[0:i.indnkeyatts - 1]))`;

/** Follows column type `t` through domains to the type they are based on; \`domain\` types may forbid nulls. */
export const baseTypeSql = `
  with recursive chain as (
    select t.oid, t.typname, t.typtype, t.typlen, t.typelem, t.typbasetype, t.typnamespace, t.typnotnull
    union all
    select b.oid, b.typname, b.typtype, b.typlen, b.typelem, b.typbasetype, b.typnamespace, b.typnotnull
      from chain join pg_catalog.pg_type b on chain.typtype = 'd' and b.oid = chain.typbasetype)
  select last.oid, last.typname, last.typtype, last.typlen = -1 and last.typelem <> 0 as is_array,
         last.typnamespace = 'pg_catalog'::regnamespace as built_in,
         (select pg_catalog.bool_or(chain.typnotnull) from chain) as not_null
    from chain last where last.typtype <> 'd'`;

/**
 * One statement, so that one snapshot answers: a table that a rebuild swaps away meanwhile is either
 * described whole or not found, never as a table without columns. A domain's NOT NULL holds in tables
 * alone; in a view an outer join gives nulls nevertheless.
 */
const describeSql = `
  select c.oid::text as oid,
         n.nspname as schema,
         c.relname as name,
         pg_catalog.pg_get_userbyid(c.relowner)::text as owner,
         ${readableSql} as readable,
         c.relkind as kind,
         coalesce(pg_catalog.obj_description(c.oid, 'pg_class'), '') as comment,
         coalesce((
           select pg_catalog.json_agg(pg_catalog.json_build_object(
                    'number', a.attnum,
                    'name', a.attname,
                    'remoteType', pg_catalog.format_type(a.atttypid, a.atttypmod),
                    'typeSchema', t.typnamespace::regnamespace::text,
                    'baseKind', base.typtype,
                    'baseName', base.typname,
                    'isArray', base.is_array,
                    'builtIn', base.built_in,
                    'notNull', ${notNullSql} or (base.not_null and c.relkind in ('r', 'p', 'f')),
                    'comment', coalesce(pg_catalog.col_description(c.oid, a.attnum), ''),
                    'inPrimaryKey', ${primaryKeySql},
                    'unique', ${uniqueSql}) order by a.attnum)
             from (select * from pg_catalog.pg_attribute
                    where attrelid = c.oid and attnum > 0 and not attisdropped
                    order by attnum limit $3) a
             join pg_catalog.pg_type t on t.oid = a.atttypid
            cross join lateral (${baseTypeSql}) base), '[]') as columns
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join rows from (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[]))
         with ordinality asked (schema, name, place)
      on n.nspname = asked.schema collate pg_catalog."C" and c.relname = asked.name collate pg_catalog."C"
   where c.relkind in ('r', 'p', 'f', 'v', 'm')
   order by asked.place`;

/** Types of `public` are written without it, as the server writes them for nearly everyone. */
function remoteTypeOf({ remoteType, typeSchema }: z.infer<typeof columnRow>): string {
  return typeSchema === "public" ? remoteType.replace(/^public\./, "") : remoteType;
}

function columnOf(row: z.infer<typeof columnRow>, index: number): RemoteColumn {
  const dataType = dataTypeOf({
    kind: row.baseKind,
    name: row.baseName,
    isArray: row.isArray,
    builtIn: row.builtIn,
  });
  return {
    // Given once within a table, and kept through every rename.
    identity: String(row.number),
    name: row.name,
    // Dropped columns leave gaps in the engine's numbers.
    ordinal: index + 1,
    dataType,
    remoteType: remoteTypeOf(row),
    nullable: !row.notNull,
    comment: row.comment,
    countable: isCountable(dataType),
    inPrimaryKey: row.inPrimaryKey,
    unique: row.unique,
  };
}

/** Which database a relation was found in: an oid means something within one alone. */
export interface Site {
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

/** The table's oid, which a renamed column leaves as it is and a rebuilt table does not, within its database. */
const identityOf = ({ host, port, database }: Site, oid: string): string =>
  createHash("sha256")
    .update(JSON.stringify([host, port, database, oid]))
    .digest("hex")
    .slice(0, 32);

/**
 * Describes relations with at most `maxColumns + 1` columns each, in the order in which they were asked for;
 * what is not there, or can have no such name, is left out.
 */
export async function describeRelations(
  run: RunStatement,
  relations: readonly Relation[],
  site: Site,
): Promise<readonly DescribedRelation[]> {
  const named = relations.filter(canExist);
  if (named.length === 0) return [];
  const values = [named.map(({ schema }) => schema), named.map(({ name }) => name), maxColumns + 1];
  const found = await run(relationRow, describeSql, values);
  return found.map(({ oid, ...row }) => ({
    ...row,
    identity: identityOf(site, oid),
    columns: row.columns.map(columnOf),
  }));
}

/** Describes a relation with at most `maxColumns + 1` columns, or fails with `table-not-found`. */
export async function describeRelation(
  run: RunStatement,
  relation: Relation,
  site: Site,
): Promise<RelationDescription> {
  const quoted = quoteRelation(relation);
  const [found] = await describeRelations(run, [relation], site);
  if (found === undefined) throw new RemoteError("table-not-found", `there is no table or view ${quoted}`);
  const { readable: _, ...description } = found;
  return description;
}
