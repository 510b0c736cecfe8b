import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aKeyDatabase } from "#test/support/key-database.ts";
import {
  aConnection,
  aDataSource,
  aPersona,
  connectionBody,
  everyPermission,
  registering,
  type Connection,
  type DataSource,
} from "#test/support/personas.ts";
import { pgClient, uniqueName } from "#test/support/postgres-client.ts";

const app = await anApp();
const owner = await aPersona(app, { permissions: registering });
const { database, login, inDatabase, columnsKept, valuesKept } = await aKeyDatabase(app, owner);
await inDatabase("create schema reeve_keys", `grant usage, create on schema reeve_keys to ${login.username}`);

/** A connection to the database with a data source on it, which is not measured yet. */
async function aCase(): Promise<{ readonly connection: Connection; readonly source: DataSource }> {
  const body = connectionBody();
  const config = { ...body.config, database };
  const connection = await aConnection(owner, { ...body, config, credentials: login });
  const schema = uniqueName("data");
  await inDatabase(
    `create schema ${schema}`,
    `create table ${schema}.things as select 1 as id, 'a' as kind`,
    `grant usage on schema ${schema} to ${login.username}`,
    `grant select on all tables in schema ${schema} to ${login.username}`,
  );
  return { connection, source: await aDataSource(owner, connection, { schema, table: "things" }) };
}

const removeSource = ({ id }: DataSource) => owner.api.deleteDataSource({ params: { dataSourceId: id } });
const remove = ({ id }: Connection) => app.call("DELETE", `/connections/${id}`, { as: owner });
const kept = async (source: DataSource) => [await columnsKept(source), await valuesKept(source)];
const secretsOf = async ({ id }: Connection) =>
  (await app.secrets.list("connections/")).filter(({ ref }) => ref.includes(id)).length;

/** The sweep two full hours from here: it looks after secrets once an hour. */
async function sweptLater(): Promise<void> {
  const hour = 60 * 60_000;
  app.clock.advance(3 * hour - (app.clock.now().getTime() % hour));
  await app.sweep();
}

describe("a connection that is deleted right after its data sources", () => {
  it("is gone at once; their domains go with its credentials, and these after them", async () => {
    const { connection, source } = await aCase();
    await app.drain();
    await removeSource(source);
    expect((await remove(connection)).status).toBe(204);
    await sweptLater();
    expect(await secretsOf(connection)).toBe(1);
    await app.drain();
    expect(await kept(source)).toEqual([[], []]);
    await sweptLater();
    expect(await secretsOf(connection)).toBe(0);
    await expectSound(app);
  });

  it("leaves no credentials where nothing is to be removed", async () => {
    const { connection, source } = await aCase();
    await removeSource(source);
    expect((await remove(connection)).status).toBe(204);
    expect(await secretsOf(connection)).toBe(0);
    await app.drain();
  });

  it("keeps its credentials no longer than until a removal has failed, which is then said to come too late", async () => {
    const { connection, source } = await aCase();
    await app.drain();
    const holder = await pgClient({ database });
    await holder.query("begin; lock table reeve_keys.domain_values in access exclusive mode");
    await removeSource(source);
    await app.outbox.drain(app.worker({ statementTimeoutMs: 200 }));
    expect((await remove(connection)).status).toBe(204);
    await app.outbox.deliver(app.deadLetterWorker, ...app.outbox.deadLetters.splice(0));
    await holder.query("rollback");
    await sweptLater();
    expect(await secretsOf(connection)).toBe(0);
    const admin = await aPersona(app, { permissions: everyPermission });
    const [failed] = (await admin.api.listJobs({ query: { type: ["domain-removal"], state: ["failed"] } }))
      .items;
    await admin.api.retryJob({ params: { jobId: failed?.id ?? "" } });
    await app.drain();
    expect(await admin.api.getJob({ params: { jobId: failed?.id ?? "" } })).toMatchObject({
      state: "succeeded",
      result: { removed: false, reason: "credentials-missing" },
    });
    await expectSound(app);
  });
});
