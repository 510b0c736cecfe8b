import * as z from "zod";
import type { KeptDomain, KeyStore, KeyStoreRefusal } from "#core/ports/key-store.ts";
import { RemoteError } from "#core/ports/remote.ts";
import type { RunStatement } from "./statements.ts";

/** The database's administrator makes it and lets the connection's login create in it; docs/runbook.md says how. */
export const keySchema = "reeve_keys";

const refusalRow = z.object({ exists: z.boolean(), permitted: z.boolean() });

/**
 * Raw values go into tables of the login itself and nowhere else: who owns a table reads all of it, and a view, a
 * trigger or a rule sends elsewhere what is written. Who owns the schema can take away and replace what is in it.
 * Names are compared by role, so that membership of the owner is not enough.
 */
const refusalSql = `
  select n.oid is not null as "exists",
         coalesce(pg_catalog.has_schema_privilege(n.oid, 'USAGE')
                  and pg_catalog.has_schema_privilege(n.oid, 'CREATE'), false)
           and exists (
             select from pg_catalog.pg_roles r
              where r.oid = n.nspowner
                and (r.rolsuper or r.rolname in (current_user, 'pg_database_owner')
                     or r.oid = (select d.datdba from pg_catalog.pg_database d
                                  where d.datname = pg_catalog.current_database())))
           and not exists (
             select from pg_catalog.pg_class c
              where c.relnamespace = n.oid and c.relname in ('column_domains', 'domain_values')
                and not (c.relkind = 'r'
                         and pg_catalog.pg_get_userbyid(c.relowner) = current_user
                         and pg_catalog.has_table_privilege(c.oid, 'INSERT')
                         and not exists (select from pg_catalog.pg_trigger t where t.tgrelid = c.oid)
                         and not exists (select from pg_catalog.pg_rewrite w where w.ev_class = c.oid))) as permitted
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

/** Nobody may put a trigger on the tables between the look at them and what is written. */
const holdSql = `lock table ${keySchema}.column_domains, ${keySchema}.domain_values in row exclusive mode`;

/** Looks again within the transaction that writes, because the tables may be others by now. */
async function holdOwn(run: RunStatement): Promise<void> {
  if ((await keyStoreRefusal(run)) !== null) throw notOurs();
  await run(nothing, holdSql);
  if ((await keyStoreRefusal(run)) !== null) throw notOurs();
}

const notOurs = (): RemoteError =>
  new RemoteError("permission-denied", "the key schema or its tables are not the login's own");

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
      await holdOwn(run);
      await clear(run, dataSourceId);
      await insert(run, dataSourceId, domains, at);
    }),
  removeDomains: async (dataSourceId, mayRemove) => {
    let may = true;
    await write(async (run) => {
      const [row] = await run(existsRow, existsSql);
      if (row?.exists !== true) return;
      await run(nothing, lockSql);
      may = await mayRemove();
      if (!may) return;
      await holdOwn(run);
      await clear(run, dataSourceId);
    });
    return may;
  },
  close,
});
