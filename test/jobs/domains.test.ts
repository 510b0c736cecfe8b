import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { checkOf, shown } from "#test/support/health.ts";
import { expectSound } from "#test/support/invariants.ts";
import {
  aDataSource,
  aPersona,
  connectionBody,
  makeMember,
  registering,
  type DataSource,
} from "#test/support/personas.ts";
import { pgClient, runSql, uniqueName } from "#test/support/postgres-client.ts";
import { changedSessions } from "#test/support/refresh.ts";
import { allItems } from "#test/support/table-items.ts";

const app = await anApp();
const owner = await aPersona(app, { permissions: registering });

/** A database of its own, because the key schema has one name, with a login that is no superuser. */
const database = uniqueName("keys");
const login = { username: uniqueName("login"), password: uniqueName("secret") };
await runSql(
  `create database ${database}`,
  `create role ${login.username} login password '${login.password}'`,
);
afterAll(() => runSql(`drop database ${database} with (force)`));
const inDatabase = async (...statements: readonly string[]): Promise<unknown[]> => {
  const client = await pgClient({ database });
  let rows: unknown[] = [];
  for (const statement of statements) ({ rows } = await client.query<Record<string, unknown>>(statement));
  return rows;
};
const body = connectionBody();
const connection = await owner.api.createConnection({
  body: { ...body, config: { ...body.config, database }, credentials: login },
});
const masks = ["format-preserving-masking", "k-anonymization", "randomized-response"];
const marker = "Raw-Value-Nowhere-Else";

async function aSource(rows = `values (1, '${marker}', 1.50), (2, 'other', 9), (3, null, null)`) {
  const schema = uniqueName("data");
  await inDatabase(
    `create schema ${schema}`,
    `create table ${schema}.things (id int primary key, kind text, price numeric)`,
    `insert into ${schema}.things ${rows}`,
    `grant usage on schema ${schema} to ${login.username}`,
    `grant select on all tables in schema ${schema} to ${login.username}`,
  );
  return aDataSource(owner, connection, { schema, table: "things" });
}
const columnsKept = ({ id }: Pick<DataSource, "id">) =>
  inDatabase(
    `select column_name, minimum, maximum, shortest, longest, listed
       from reeve_keys.column_domains where data_source_id = '${id}' order by column_name`,
  );
const valuesKept = ({ id }: Pick<DataSource, "id">) =>
  inDatabase(
    `select value from reeve_keys.domain_values where data_source_id = '${id}' order by value collate "C"`,
  );
const fingerprint = async (source: DataSource) => {
  await owner.api.runFingerprint({ params: { dataSourceId: source.id } });
  await app.drain();
  return shown(owner, source);
};

describe("a fingerprint in a database without a key schema", () => {
  it("has its counts, keeps nothing raw, and says which masks that costs", async () => {
    const source = await aSource();
    expect(source.unavailableMasks).toEqual(masks);
    await app.drain();
    const after = await shown(owner, source);
    expect(checkOf(after, "fingerprint")).toMatchObject({
      state: "passed",
      detail: "domains-not-kept: key-schema-missing",
    });
    expect(after).toMatchObject({ health: { status: "healthy" }, unavailableMasks: masks });
    expect(after.statistics.fingerprintAt).not.toBeNull();
  });

  it("that is there but closed to the login says so", async () => {
    await inDatabase("create schema reeve_keys");
    const after = await fingerprint(await aSource());
    expect(checkOf(after, "fingerprint").detail).toBe("domains-not-kept: permission-denied");
    expect(after.unavailableMasks).toEqual(masks);
  });
});

describe("a fingerprint in a database with a key schema", () => {
  it("keeps the domains there, and makes the masks available", async () => {
    await inDatabase(`grant usage, create on schema reeve_keys to ${login.username}`);
    const source = await aSource();
    await app.drain();
    const after = await shown(owner, source);
    expect(checkOf(after, "fingerprint")).toMatchObject({ state: "passed", detail: "" });
    expect(after.unavailableMasks).toEqual([]);
    expect(await columnsKept(source)).toEqual([
      { column_name: "id", minimum: "1", maximum: "3", shortest: null, longest: null, listed: true },
      { column_name: "kind", minimum: marker, maximum: "other", shortest: 5, longest: 22, listed: true },
      { column_name: "price", minimum: "1.50", maximum: "9", shortest: null, longest: null, listed: true },
    ]);
    expect(await valuesKept(source)).toEqual(
      ["1", "1.50", "2", "3", "9", marker, "other"].map((value) => ({ value })),
    );
  });

  it("replaces what was kept before as a whole", async () => {
    const source = await aSource();
    await app.drain();
    const { schema } = source.remote;
    await inDatabase(`update ${schema}.things set kind = 'new', price = 4 where true`);
    await fingerprint(source);
    expect(await valuesKept(source)).toEqual(["1", "2", "3", "4", "new"].map((value) => ({ value })));
  });

  it("lists no values of a column with more of them than a mask can use", async () => {
    const source = await aSource("select n, 'k' || n % 1001, n % 1000 from generate_series(1, 2002) n");
    await app.drain();
    const kept = (await columnsKept(source)) as { column_name: string; listed: boolean }[];
    expect(kept.map(({ column_name: name, listed }) => [name, listed])).toEqual([
      ["id", false],
      ["kind", false],
      ["price", true],
    ]);
    expect(await valuesKept(source)).toHaveLength(1000);
  });

  it("stores no raw value in the table, and no route, job or log shows one", async () => {
    const source = await aSource();
    await app.drain();
    const texts = [
      JSON.stringify(await allItems(app)),
      JSON.stringify(await shown(owner, source)),
      JSON.stringify(await owner.api.listJobs({ query: { dataSourceId: source.id } })),
      JSON.stringify(
        await owner.api.listStatisticsHistory({ params: { dataSourceId: source.id }, query: {} }),
      ),
      JSON.stringify(app.log.lines),
    ];
    for (const text of texts) expect(text).not.toContain(marker);
  });

  it("is never a data source itself, nor in the list of tables", async () => {
    const params = { connectionId: connection.id };
    const { items } = await owner.api.listTables({ params, query: { limit: 200 } });
    expect(items.map(({ schema }) => schema)).not.toContain("reeve_keys");
    const reply = await app.call("POST", "/data-sources", {
      as: owner,
      body: { connectionId: connection.id, schema: "reeve_keys", table: "column_domains" },
    });
    expect([reply.status, (reply.body as { code: string }).code]).toEqual([422, "reserved-schema"]);
  });

  it("loses the masks again when the schema is closed to the login, and says why", async () => {
    const source = await aSource();
    await app.drain();
    await inDatabase(`revoke create on schema reeve_keys from ${login.username}`);
    const after = await fingerprint(source);
    expect(after.unavailableMasks).toEqual(masks);
    expect(checkOf(after, "fingerprint").detail).toBe("domains-not-kept: permission-denied");
    await inDatabase(`grant create on schema reeve_keys to ${login.username}`);
    expect((await fingerprint(source)).unavailableMasks).toEqual([]);
  });
});

describe("the domains of a deleted data source", () => {
  it("are removed from the remote", async () => {
    const source = await aSource();
    await app.drain();
    await owner.api.deleteDataSource({ params: { dataSourceId: source.id } });
    await app.drain();
    expect([await columnsKept(source), await valuesKept(source)]).toEqual([[], []]);
    const { items } = await owner.api.listJobs({ query: { type: ["domain-removal"] } });
    expect(items[0]).toMatchObject({ state: "succeeded", result: { removed: true } });
  });

  it("are removed also when a later fingerprint could keep none and left those of before", async () => {
    const source = await aSource();
    await app.drain();
    await inDatabase(`revoke create on schema reeve_keys from ${login.username}`);
    expect((await fingerprint(source)).unavailableMasks).toEqual(masks);
    await inDatabase(`grant create on schema reeve_keys to ${login.username}`);
    expect(await columnsKept(source)).toHaveLength(3);
    await owner.api.deleteDataSource({ params: { dataSourceId: source.id } });
    await app.drain();
    expect([await columnsKept(source), await valuesKept(source)]).toEqual([[], []]);
  });

  it("are removed also where an older release did not write down whether there are any", async () => {
    const source = await aSource();
    await app.drain();
    const item = { TableName: app.tableName, Key: { pk: `DS#${source.id}`, sk: "HEALTH" } };
    const UpdateExpression = "remove domainsMayRemain, domainsAt";
    await app.client.send(new UpdateCommand({ ...item, UpdateExpression }));
    await owner.api.deleteDataSource({ params: { dataSourceId: source.id } });
    await app.drain();
    expect([await columnsKept(source), await valuesKept(source)]).toEqual([[], []]);
  });

  it("are tried again while something passing is in the way, and are a person's to send again after that", async () => {
    const source = await aSource();
    await app.drain();
    const mayRemain = async () =>
      (await app.store.deletedDataSource(source.id, owner.user.id))?.health.domainsMayRemain;
    const holder = await pgClient({ database });
    await holder.query("begin; lock table reeve_keys.domain_values in access exclusive mode");
    await owner.api.deleteDataSource({ params: { dataSourceId: source.id } });
    await app.outbox.drain(app.worker({ statementTimeoutMs: 200 }));
    await app.outbox.deliver(app.deadLetterWorker, ...app.outbox.deadLetters.splice(0));
    const removal = async () => (await owner.api.listJobs({ query: { type: ["domain-removal"] } })).items[0];
    const failed = await removal();
    expect(failed).toMatchObject({ state: "failed", attempts: 3, error: { code: "job-dead-lettered" } });
    expect(await mayRemain()).toBe(true);
    await holder.query("rollback");
    expect(await columnsKept(source)).toHaveLength(3);
    await owner.api.retryJob({ params: { jobId: failed?.id ?? "" } });
    await app.drain();
    expect(await removal()).toMatchObject({ state: "succeeded", result: { removed: true } });
    expect([await columnsKept(source), await valuesKept(source)]).toEqual([[], []]);
    expect(await mayRemain()).toBe(false);
  });

  it("are removed also when they were put there while it was deleted", async () => {
    const source = await aSource();
    const { sessions } = changedSessions(app, (session) => ({
      countRows: async (relation) => {
        await owner.api.deleteDataSource({ params: { dataSourceId: source.id } }).catch(() => {});
        return await session.countRows(relation);
      },
    }));
    await app.outbox.drain(app.worker({ sessions }));
    expect([await columnsKept(source), await valuesKept(source)]).toEqual([[], []]);
    await expectSound(app);
  });

  it("are not removed when it came back before their removal ran", async () => {
    const source = await aSource();
    await app.drain();
    await owner.api.deleteDataSource({ params: { dataSourceId: source.id } });
    await owner.api.restoreDataSource({ params: { dataSourceId: source.id }, body: {} });
    await app.drain();
    const { items } = await owner.api.listJobs({ query: { type: ["domain-removal"] } });
    expect(items[0]).toMatchObject({
      state: "succeeded",
      result: { removed: false, reason: "data-source-restored" },
    });
    expect(await columnsKept(source)).not.toEqual([]);
    expect((await shown(owner, source)).unavailableMasks).toEqual([]);
    await expectSound(app);
  });

  it("stay where the remote lets the login in no more, and nothing else fails for it", async () => {
    const source = await aSource();
    await app.drain();
    await runSql(`alter role ${login.username} nologin`);
    await owner.api.deleteDataSource({ params: { dataSourceId: source.id } });
    await app.drain();
    const { items } = await owner.api.listJobs({ query: { type: ["domain-removal"] } });
    expect(items[0]).toMatchObject({
      state: "succeeded",
      result: { removed: false, reason: "authentication-failed" },
    });
    await runSql(`alter role ${login.username} login`);
  });
});

describe("the fingerprint by hand", () => {
  it("is an owner's alone", async () => {
    const source = await aSource();
    const [expert, stranger] = [await aPersona(app), await aPersona(app)];
    await makeMember(app, source, expert, "expert");
    const path = `/data-sources/${source.id}/fingerprint`;
    expect((await app.call("POST", path, { as: expert })).status).toBe(403);
    expect((await app.call("POST", path, { as: stranger })).status).toBe(404);
    const reply = await app.call("POST", path, { as: owner });
    expect(reply).toMatchObject({ status: 202, body: { type: "health-check", subject: { id: source.id } } });
  });

  it("is made also where statistics are prevented: the check goes from skipped to passed", async () => {
    const admin = await aPersona(app, { permissions: ["APPLICATION_ADMIN", "GOVERNANCE"] });
    await admin.api.createTag({ body: { name: "Quiet" } });
    await admin.api.updateSettings({ body: { preventStatisticsTag: "Quiet" } });
    const schema = uniqueName("data");
    await inDatabase(
      `create schema ${schema}`,
      `create table ${schema}.things (id int primary key)`,
      `grant usage on schema ${schema} to ${login.username}`,
      `grant select on all tables in schema ${schema} to ${login.username}`,
    );
    const source = await aDataSource(owner, connection, { schema, table: "things", tags: ["Quiet"] });
    await admin.api.updateSettings({ body: { preventStatisticsTag: "" } });
    await app.drain();
    expect(checkOf(await shown(owner, source), "fingerprint").state).toBe("skipped");
    const after = await fingerprint(source);
    expect(checkOf(after, "fingerprint").state).toBe("passed");
    expect(checkOf(after, "row-count").state).toBe("skipped");
    expect(after).toMatchObject({ statisticsPrevented: true, unavailableMasks: [] });
  });
});
