import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { postgresqlConnector } from "#connectors/postgresql/connector.ts";
import type { KeptDomain, KeyStore, KeyStoreRefusal } from "#core/ports/key-store.ts";
import { pgClient, runSql, uniqueName } from "#test/support/postgres-client.ts";
import { amply, failureOf } from "./remote-failure.ts";
import { postgresqlTestConfig, postgresqlTestCredentials } from "./postgresql-fixture.ts";

/** A database of its own, because the key schema has one name. */
const database = uniqueName("keys");
const role = (prefix: string) => ({ username: uniqueName(prefix), password: uniqueName("secret") });
const [login, other] = [role("login"), role("other")];
beforeAll(() =>
  runSql(
    `create database ${database}`,
    ...[login, other].map(({ username, password }) => `create role ${username} login password '${password}'`),
    // What belongs to the other role is within reach of the login, and must not be written to all the same.
    `grant ${other.username} to ${login.username}`,
  ),
);
afterAll(() => runSql(`drop database ${database} with (force)`));

const inDatabase = async (...statements: readonly string[]): Promise<unknown[]> => {
  const client = await pgClient({ database });
  let rows: unknown[] = [];
  for (const statement of statements) ({ rows } = await client.query<Record<string, unknown>>(statement));
  return rows;
};
const config = () => ({ ...postgresqlTestConfig(), database });
async function aStore(): Promise<KeyStore> {
  const store = await postgresqlConnector.openKeyStore(config(), login, amply);
  onTestFinished(() => store.close());
  return store;
}
async function refusal(): Promise<KeyStoreRefusal | null> {
  const session = await postgresqlConnector.open(config(), login, amply);
  onTestFinished(() => session.close());
  return session.keyStoreRefusal();
}
const domain: KeptDomain = {
  columnId: "col_1",
  name: "kind",
  minimum: "raw",
  maximum: "raw",
  shortest: 3,
  longest: 3,
  values: ["raw"],
};
const keep = async (): Promise<void> => {
  await (await aStore()).replaceDomains("ds_1", [domain], new Date(0));
};
const kept = () =>
  inDatabase(
    "select column_name, value from reeve_keys.column_domains join reeve_keys.domain_values v using (column_id)",
  );

const always = () => Promise.resolve(true);

/** What the question says, and how writing and removing end that do not wait for its answer. */
async function answers(): Promise<readonly (string | null)[]> {
  const removing = async (): Promise<boolean> => (await aStore()).removeDomains("ds_1", always);
  return [
    await refusal(),
    (await failureOf(keep(), "raw")).reason,
    (await failureOf(removing(), "raw")).reason,
  ];
}
const refused = ["permission-denied", "permission-denied", "permission-denied"];

const columns =
  "(data_source_id text, column_id text, column_name text, minimum text, maximum text, shortest int, longest int, listed boolean, taken_at timestamptz)";
const strangersView = [
  `create schema far authorization ${other.username}`,
  `create table far.column_domains ${columns}`,
  "create view reeve_keys.column_domains as select * from far.column_domains",
];

beforeEach(async () => {
  await inDatabase(
    "drop schema if exists reeve_keys, far cascade",
    "create schema reeve_keys",
    `grant usage, create on schema reeve_keys to ${login.username}, ${other.username}`,
  );
});

describe("the key schema of a PostgreSQL database", () => {
  it.each([
    ["a superuser", "select"],
    ["the login itself", `alter schema reeve_keys owner to ${login.username}`],
    ["the database's owner", "alter schema reeve_keys owner to pg_database_owner"],
  ])("takes domains where %s owns it, again and again", async (_, statement) => {
    await inDatabase(statement);
    expect(await refusal()).toBeNull();
    await keep();
    expect(await refusal()).toBeNull();
    await keep();
    expect(await kept()).toEqual([{ column_name: "kind", value: "raw" }]);
  });

  it("takes them where the database was given to the schema's owner", async () => {
    await inDatabase(`alter schema reeve_keys owner to ${other.username}`);
    await runSql(`alter database ${database} owner to ${other.username}`);
    expect(await refusal()).toBeNull();
    const { username } = postgresqlTestCredentials();
    await runSql(`alter database ${database} owner to ${username}`);
    expect(await refusal()).toBe("permission-denied");
  });

  it("takes none where any other role owns it", async () => {
    await keep();
    await inDatabase(`alter schema reeve_keys owner to ${other.username}`);
    expect(await answers()).toEqual(refused);
  });

  it("takes none where somebody else made the table first, whatever rights the login has on it", async () => {
    await inDatabase(
      `set role ${other.username}`,
      `create table reeve_keys.column_domains ${columns}`,
      "create table reeve_keys.domain_values (data_source_id text, column_id text, value text)",
      `grant all on all tables in schema reeve_keys to ${login.username}`,
    );
    expect(await answers()).toEqual(refused);
    expect(await kept()).toEqual([]);
  });

  it.each([
    ["a view on a table of others", strangersView],
    ["a partitioned table", [`create table reeve_keys.column_domains ${columns} partition by list (listed)`]],
  ])("takes none where %s stands in its place, be it the login's own", async (_, statements) => {
    await inDatabase(
      ...statements,
      "create table reeve_keys.domain_values (data_source_id text, column_id text, value text)",
      `grant all on all tables in schema reeve_keys to ${login.username}`,
      `alter ${statements.length > 1 ? "view" : "table"} reeve_keys.column_domains owner to ${login.username}`,
      `alter table reeve_keys.domain_values owner to ${login.username}`,
    );
    expect(await answers()).toEqual(refused);
  });

  it.each([
    [
      "a trigger",
      `create trigger copied after insert on reeve_keys.domain_values for each row execute function public.copied()`,
    ],
    ["a rule", "create rule copied as on insert to reeve_keys.domain_values do also notify copied"],
  ])("takes none where %s is on a table", async (_, statement) => {
    await keep();
    await inDatabase(
      "create or replace function public.copied() returns trigger language plpgsql as 'begin return null; end'",
      statement,
    );
    expect(await answers()).toEqual(refused);
  });
});

describe("the tables of the key schema", () => {
  it.each([
    ["everybody", "grant select on reeve_keys.domain_values to public"],
    ["another login", `grant select on reeve_keys.column_domains to ${other.username}`],
    [
      "another login, of one column,",
      `grant select (value) on reeve_keys.domain_values to ${other.username}`,
    ],
    [
      "somebody else who may only add to them",
      `grant insert on reeve_keys.domain_values to ${other.username}`,
    ],
  ])("take no more domains once %s may use them, and let go of what they hold", async (_, statement) => {
    await keep();
    await inDatabase(statement);
    expect(await refusal()).toBe("key-schema-open");
    expect((await failureOf(keep(), "raw")).reason).toBe("permission-denied");
    expect(await kept()).toHaveLength(1);
    await (await aStore()).removeDomains("ds_1", always);
    expect(await kept()).toEqual([]);
  });

  it("take domains where only a superuser was given rights, who has them anyway", async () => {
    await keep();
    await inDatabase(`grant select on reeve_keys.domain_values to ${postgresqlTestCredentials().username}`);
    expect(await refusal()).toBeNull();
  });
});

describe("a database without a key schema", () => {
  const schemas = () =>
    inDatabase(
      `select pg_get_userbyid(nspowner) as owner, (select count(*)::int from aclexplode(nspacl) where grantee <> nspowner) as granted
         from pg_namespace where nspname = 'reeve_keys'`,
    );
  const ours = [{ owner: login.username, granted: 0 }];

  beforeEach(async () => {
    await inDatabase("drop schema reeve_keys", `grant create on database ${database} to ${login.username}`);
    onTestFinished(async () => {
      await inDatabase(`revoke create on database ${database} from ${login.username}`);
    });
  });

  it("gets one with the first domain, not with the question nor where there is nothing to keep", async () => {
    expect(await refusal()).toBeNull();
    await (await aStore()).replaceDomains("ds_1", [], new Date(0));
    await (await aStore()).removeDomains("ds_1", always);
    expect(await schemas()).toEqual([]);
    await keep();
    expect(await schemas()).toEqual(ours);
    expect([await refusal(), await kept()]).toEqual([null, [{ column_name: "kind", value: "raw" }]]);
  });

  it("gets one that is the login's alone, whomever default privileges would let in", async () => {
    const rights = (verb: string, preposition: string) => [
      `alter default privileges for role ${login.username} ${verb} all on schemas ${preposition} ${other.username}, public`,
      `alter default privileges for role ${login.username} ${verb} all on tables ${preposition} ${other.username}, public`,
    ];
    await inDatabase(...rights("grant", "to"));
    onTestFinished(async () => {
      await inDatabase(...rights("revoke", "from"));
    });
    await keep();
    expect([await schemas(), await refusal()]).toEqual([ours, null]);
    const { username: user, password } = other;
    const stranger = await pgClient({ database, user, password });
    for (const table of ["column_domains", "domain_values"]) {
      await expect(stranger.query(`select from reeve_keys.${table}`)).rejects.toThrow("permission denied");
      const may = `select has_table_privilege('${user}', c.oid, 'SELECT') as may from pg_class c where relname = '${table}'`;
      expect(await inDatabase(may)).toEqual([{ may: false }]);
    }
  });

  it("gets it once where several keep domains at the same time", async () => {
    await Promise.all([keep(), keep(), keep(), keep()]);
    expect(await schemas()).toEqual(ours);
    expect(await kept()).toHaveLength(1);
  });

  it("takes the domains also where somebody makes the schema at the very moment", async () => {
    const administrator = await pgClient({ database });
    await administrator.query(`begin; create schema reeve_keys authorization ${login.username}`);
    const keeping = keep();
    const waiting = `select from pg_stat_activity where usename = '${login.username}' and wait_event_type = 'Lock'`;
    await vi.waitFor(async () => expect(await inDatabase(waiting)).toHaveLength(1), { interval: 20 });
    await administrator.query("commit");
    await keeping;
    expect(await kept()).toHaveLength(1);
  });

  it("gets none by a login that may make no schemas", async () => {
    await inDatabase(`revoke create on database ${database} from ${login.username}`);
    expect(await refusal()).toBe("key-schema-missing");
    expect((await failureOf(keep(), "raw")).reason).toBe("permission-denied");
    expect(await schemas()).toEqual([]);
  });
});

describe("the domain of a text", () => {
  it("has ends of a thousand characters at most, however long the values are", async () => {
    await inDatabase(
      "drop table if exists public.long",
      "create table public.long as select repeat(c, 5000) as t from unnest(array['a', 'é']) c",
      `grant select on public.long to ${login.username}`,
    );
    const session = await postgresqlConnector.open(config(), login, amply);
    onTestFinished(() => session.close());
    const column = { name: "t", dataType: "text", remoteType: "text", listed: true } as const;
    expect(await session.columnDomains({ schema: "public", name: "long" }, [column])).toEqual([
      {
        name: "t",
        minimum: "a".repeat(1000),
        maximum: "é".repeat(1000),
        shortest: 5000,
        longest: 5000,
        values: null,
      },
    ]);
  });
});

describe("the sign of changes", () => {
  it("is unknown where the login's right to read was taken away, and known again with it", async () => {
    await inDatabase(
      "drop table if exists public.signed",
      "create table public.signed (n int)",
      `grant select on public.signed to ${login.username}`,
    );
    const session = await postgresqlConnector.open(config(), login, amply);
    onTestFinished(() => session.close());
    const sign = async () => [
      ...(await session.changeSigns([{ schema: "public", name: "signed" }])).values(),
    ];
    const [before] = await sign();
    expect(before).toEqual(expect.any(String));
    await inDatabase(`revoke select on public.signed from ${login.username}`);
    expect(await sign()).toEqual([null]);
    await inDatabase(`grant select on public.signed to ${login.username}`);
    expect(await sign()).toEqual([before]);
  });
});
