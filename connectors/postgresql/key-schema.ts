import * as z from "zod";
import type { KeptDomain, KeyStore, KeyStoreRefusal } from "#core/ports/key-store.ts";
import type { RunStatement } from "./statements.ts";

/** The database's administrator makes it and lets the connection's login create in it; docs/runbook.md says how. */
export const keySchema = "reeve_keys";

const refusalRow = z.object({ exists: z.boolean(), permitted: z.boolean() });

/** A table of ours that somebody else owns may still be written to, but only who owns it surely can. */
const refusalSql = `
  select n.oid is not null as "exists",
         coalesce(pg_catalog.has_schema_privilege(n.oid, 'USAGE')
                  and pg_catalog.has_schema_privilege(n.oid, 'CREATE'), false)
           and not exists (
             select from pg_catalog.pg_class c
              where c.relnamespace = n.oid and c.relname in ('column_domains', 'domain_values')
                and not pg_catalog.has_table_privilege(c.oid, 'INSERT')) as permitted
    from (select) one
    left join pg_catalog.pg_namespace n on n.nspname = '${keySchema}'`;

/** Whether this login can keep domains here; null where it can. */
export async function keyStoreRefusal(run: RunStatement): Promise<KeyStoreRefusal | null> {
  const [row] = await run(refusalRow, refusalSql);
  if (row?.exists !== true) return "key-schema-missing";
  return row.permitted ? null : "permission-denied";
}

/**
 * Serializes whoever makes or changes the tables, so that two first runs do not collide. Nobody but the owner
 * may read them, whatever the owner's default privileges say.
 */
const lockSql = `select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('${keySchema}', 0))::text as done`;

const tableSql = [
  `create table if not exists ${keySchema}.column_domains (
     data_source_id text not null,
     column_id text not null,
     column_name text not null,
     minimum text,
     maximum text,
     shortest integer,
     longest integer,
     listed boolean not null,
     taken_at timestamptz not null,
     primary key (data_source_id, column_id))`,
  `create table if not exists ${keySchema}.domain_values (
     data_source_id text not null,
     column_id text not null,
     value text not null)`,
  `create index if not exists domain_values_by_column on ${keySchema}.domain_values (data_source_id, column_id)`,
  `comment on table ${keySchema}.column_domains is
     'What the columns of Reeve''s data sources hold: raw data, for masks alone'`,
  `revoke all on ${keySchema}.column_domains, ${keySchema}.domain_values from public`,
];

const existsRow = z.object({ exists: z.boolean() });
const existsSql = `
  select pg_catalog.to_regclass('${keySchema}.column_domains') is not null
         and pg_catalog.to_regclass('${keySchema}.domain_values') is not null as "exists"`;

const nothing = z.unknown();

async function makeTables(run: RunStatement): Promise<void> {
  const [row] = await run(existsRow, existsSql);
  if (row?.exists === true) return;
  for (const sql of tableSql) await run(nothing, sql);
}

async function clear(run: RunStatement, dataSourceId: string): Promise<void> {
  await run(nothing, `delete from ${keySchema}.domain_values where data_source_id = $1`, [dataSourceId]);
  await run(nothing, `delete from ${keySchema}.column_domains where data_source_id = $1`, [dataSourceId]);
}

const insertDomains = `
  insert into ${keySchema}.column_domains
         (data_source_id, column_id, column_name, minimum, maximum, shortest, longest, listed, taken_at)
  select $1::text, d.*, $9::timestamptz
    from rows from (pg_catalog.unnest($2::text[]), pg_catalog.unnest($3::text[]), pg_catalog.unnest($4::text[]),
                    pg_catalog.unnest($5::text[]), pg_catalog.unnest($6::int[]), pg_catalog.unnest($7::int[]),
                    pg_catalog.unnest($8::boolean[])) d`;

const insertValues = `
  insert into ${keySchema}.domain_values (data_source_id, column_id, value)
  select $1::text, $2::text, pg_catalog.unnest($3::text[])`;

async function insert(
  run: RunStatement,
  dataSourceId: string,
  domains: readonly KeptDomain[],
  at: Date,
): Promise<void> {
  await run(nothing, insertDomains, [
    dataSourceId,
    domains.map(({ columnId }) => columnId),
    domains.map(({ name }) => name),
    domains.map(({ minimum }) => minimum),
    domains.map(({ maximum }) => maximum),
    domains.map(({ shortest }) => shortest),
    domains.map(({ longest }) => longest),
    domains.map(({ values }) => values !== null),
    at.toISOString(),
  ]);
  for (const { columnId, values } of domains) {
    if (values !== null && values.length > 0) {
      await run(nothing, insertValues, [dataSourceId, columnId, values]);
    }
  }
}

/** Runs statements of one writing transaction. */
export type InTransaction = (work: (run: RunStatement) => Promise<void>) => Promise<void>;

/** What Reeve keeps in a database's key schema. */
export const postgresqlKeyStore = (write: InTransaction, close: () => Promise<void>): KeyStore => ({
  replaceDomains: (dataSourceId, domains, at) =>
    write(async (run) => {
      await run(nothing, lockSql);
      await makeTables(run);
      await clear(run, dataSourceId);
      await insert(run, dataSourceId, domains, at);
    }),
  removeDomains: (dataSourceId) =>
    write(async (run) => {
      const [row] = await run(existsRow, existsSql);
      if (row?.exists === true) await clear(run, dataSourceId);
    }),
  close,
});
