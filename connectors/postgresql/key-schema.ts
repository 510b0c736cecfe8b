import * as z from "zod";
import type { KeptDomain, KeyStore, KeyStoreRefusal } from "#core/ports/key-store.ts";
import { RemoteError } from "#core/ports/remote.ts";
import { PostgresqlError } from "./errors.ts";
import type { RunStatement } from "./statements.ts";

/** Made by Reeve with the first domain, where the login may, or before by the database's administrator. */
export const keySchema = "reeve_keys";

const tables = "('column_domains', 'domain_values')";

const stateRow = z.object({
  exists: z.boolean(),
  creatable: z.boolean(),
  permitted: z.boolean(),
  closed: z.boolean(),
});

/**
 * Raw values go into tables of the login itself and nowhere else: who owns a table reads all of it, and a view, a
 * trigger or a rule sends elsewhere what is written. Who owns the schema can take away and replace what is in it.
 * Names are compared by role, so that membership of the owner is not enough. The tables are closed where nobody but
 * the login, and superusers, was granted any right on them: on a table, or on one of its columns.
 */
const stateSql = `
  select n.oid is not null as "exists",
         pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')
           and not pg_catalog.pg_is_in_recovery() as creatable,
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
              where c.relnamespace = n.oid and c.relname in ${tables}
                and not (c.relkind = 'r'
                         and pg_catalog.pg_get_userbyid(c.relowner) = current_user
                         and pg_catalog.has_table_privilege(c.oid, 'INSERT')
                         and not exists (select from pg_catalog.pg_trigger t where t.tgrelid = c.oid)
                         and not exists (select from pg_catalog.pg_rewrite w where w.ev_class = c.oid))) as permitted,
         not exists (
           select from pg_catalog.pg_class c,
                lateral (select g.grantee from pg_catalog.aclexplode(c.relacl) g
                         union all
                         select g.grantee from pg_catalog.pg_attribute a, pg_catalog.aclexplode(a.attacl) g
                          where a.attrelid = c.oid) held
            where c.relnamespace = n.oid and c.relname in ${tables} and held.grantee <> c.relowner
              and not exists (
                select from pg_catalog.pg_roles r where r.oid = held.grantee and r.rolsuper)) as closed
    from (select) one
    left join pg_catalog.pg_namespace n on n.nspname = '${keySchema}'`;

/** Whether this login can keep domains here, in a schema that it makes where there is none; null where it can. */
export async function keyStoreRefusal(run: RunStatement): Promise<KeyStoreRefusal | null> {
  const [row] = await run(stateRow, stateSql);
  if (row?.exists !== true) return row?.creatable === true ? null : "key-schema-missing";
  if (!row.permitted) return "permission-denied";
  return row.closed ? null : "key-schema-open";
}

/** Serializes whoever makes or changes the schema and its tables, so that two first runs do not collide. */
const lockSql = `select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('${keySchema}', 0))::text as done`;

const nothing = z.unknown();
const isRow = z.object({ is: z.boolean() });
const isThere = async (run: RunStatement, sql: string): Promise<boolean> =>
  (await run(isRow, sql))[0]?.is === true;

const schemaIsSql = `select pg_catalog.to_regnamespace('${keySchema}') is not null as "is"`;

/** Somebody who takes no lock of ours, an administrator say, made the schema between the look and the making. */
const isLostRace = (error: unknown): boolean =>
  error instanceof PostgresqlError && (error.sqlState === "23505" || error.sqlState === "42P06");

/** Makes the schema where there is none, for the login alone. */
async function makeSchema(run: RunStatement): Promise<void> {
  if (await isThere(run, schemaIsSql)) return;
  await run(nothing, "savepoint without_schema");
  try {
    await run(nothing, `create schema ${keySchema} authorization current_user`);
  } catch (error) {
    if (!isLostRace(error)) throw error;
    await run(nothing, "rollback to savepoint without_schema");
    return;
  }
  await close(run, openSchemaSql);
}

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
];

const tablesAreSql = `
  select pg_catalog.to_regclass('${keySchema}.column_domains') is not null
         and pg_catalog.to_regclass('${keySchema}.domain_values') is not null as "is"`;

async function makeTables(run: RunStatement): Promise<void> {
  if (await isThere(run, tablesAreSql)) return;
  for (const sql of tableSql) await run(nothing, sql);
  await close(run, openTablesSql);
}

const grantee = `coalesce((select pg_catalog.quote_ident(r.rolname) from pg_catalog.pg_roles r where r.oid = g.grantee), 'public')`;
const openSchemaSql = `
  select distinct 'revoke all on schema ${keySchema} from ' || ${grantee} as statement
    from pg_catalog.pg_namespace n, pg_catalog.aclexplode(n.nspacl) g
   where n.nspname = '${keySchema}' and g.grantee <> n.nspowner`;
const openTablesSql = `
  select distinct 'revoke all on ${keySchema}.' || pg_catalog.quote_ident(c.relname) || ' from ' || ${grantee} as statement
    from pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) g
   where c.relnamespace = pg_catalog.to_regnamespace('${keySchema}') and c.relname in ${tables}
     and g.grantee <> c.relowner`;

const statementRow = z.object({ statement: z.string() });

/** What was just made is the login's alone, whomever default privileges let in (ALTER DEFAULT PRIVILEGES). */
async function close(run: RunStatement, openSql: string): Promise<void> {
  for (const { statement } of await run(statementRow, openSql)) await run(nothing, statement);
}

/** Nobody may put a trigger on the tables between the look at them and what is written. */
const holdSql = `lock table ${keySchema}.column_domains, ${keySchema}.domain_values in row exclusive mode`;

/** What is in the way of writing and of removing: values go also from tables that others may read. */
const toWrite: ReadonlySet<KeyStoreRefusal> = new Set([
  "key-schema-missing",
  "permission-denied",
  "key-schema-open",
]);
const toRemove: ReadonlySet<KeyStoreRefusal> = new Set(["key-schema-missing", "permission-denied"]);

/** Looks again within the transaction that writes, because the tables may be others by now. */
async function holdOwn(run: RunStatement, inTheWay: ReadonlySet<KeyStoreRefusal>): Promise<void> {
  const look = async (): Promise<void> => {
    const refusal = await keyStoreRefusal(run);
    if (refusal !== null && inTheWay.has(refusal)) throw notOurs();
  };
  await look();
  await run(nothing, holdSql);
  await look();
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
      if (domains.length > 0) await makeSchema(run);
      else if (!(await isThere(run, schemaIsSql))) return;
      await makeTables(run);
      await holdOwn(run, toWrite);
      await clear(run, dataSourceId);
      await insert(run, dataSourceId, domains, at);
    }),
  removeDomains: async (dataSourceId, mayRemove) => {
    let may = true;
    await write(async (run) => {
      if (!(await isThere(run, tablesAreSql))) return;
      await run(nothing, lockSql);
      may = await mayRemove();
      if (!may) return;
      await holdOwn(run, toRemove);
      await clear(run, dataSourceId);
    });
    return may;
  },
  close,
});
