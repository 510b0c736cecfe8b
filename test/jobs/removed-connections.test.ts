import { describe, expect, it, onTestFinished } from "vitest";
import { dynamoStore } from "#adapters/dynamodb/dynamo-store.ts";
import { anApp, caller } from "#test/support/app.ts";
import { faultsOf } from "#test/support/faults.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aKeyDatabase } from "#test/support/key-database.ts";
import {
  aDataSource,
  aPersona,
  connectionBody,
  registering,
  type Connection,
  type DataSource,
} from "#test/support/personas.ts";
import { pgClient, uniqueName } from "#test/support/postgres-client.ts";
import { changedSessions } from "#test/support/refresh.ts";
import { testClient } from "#test/support/store.ts";

const app = await anApp();
const owner = await aPersona(app, { permissions: registering });
const { database, login, inDatabase, columnsKept, valuesKept } = await aKeyDatabase(app, owner);
await inDatabase("create schema reeve_keys", `grant usage, create on schema reeve_keys to ${login.username}`);

/** A connection to the database with a data source on it, which is not measured yet. */
async function aCase(): Promise<{ readonly connection: Connection; readonly source: DataSource }> {
  const body = connectionBody();
  const connection = await owner.api.createConnection({
    body: { ...body, config: { ...body.config, database }, credentials: login },
  });
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
const remove = ({ id }: Connection, call = app.call) => call("DELETE", `/connections/${id}`, { as: owner });
const kept = async (source: DataSource) => [await columnsKept(source), await valuesKept(source)];
const underWay = {
  status: 409,
  body: { code: "connection-in-use", detail: expect.stringContaining("domain-removal") },
};

describe("a connection whose data sources were just deleted", () => {
  it("stays while their domains are being removed, unchanged, and can be deleted after that", async () => {
    const { connection, source } = await aCase();
    await app.drain();
    await removeSource(source);
    expect(await remove(connection)).toMatchObject(underWay);
    const params = { connectionId: connection.id };
    expect((await owner.api.getConnection({ params })).version).toBe(connection.version);
    await app.drain();
    expect(await kept(source)).toEqual([[], []]);
    expect((await remove(connection)).status).toBe(204);
    await expectSound(app);
  });

  it("can be deleted also when their removal has failed and nobody sends it again", async () => {
    const { connection, source } = await aCase();
    await app.drain();
    const holder = await pgClient({ database });
    await holder.query("begin; lock table reeve_keys.domain_values in access exclusive mode");
    await removeSource(source);
    await app.outbox.drain(app.worker({ statementTimeoutMs: 200 }));
    expect(await remove(connection)).toMatchObject(underWay);
    await app.outbox.deliver(app.deadLetterWorker, ...app.outbox.deadLetters.splice(0));
    await holder.query("rollback");
    expect((await remove(connection)).status).toBe(204);
  });

  it("stays, open, also when a worker asks for the removal while the connection is about to close", async () => {
    const { connection, source } = await aCase();
    const client = testClient();
    onTestFinished(() => client.destroy());
    const faults = await faultsOf(client);
    const store = dynamoStore({ client, tableName: app.tableName, clock: app.clock });
    const [reached, go] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const { sessions } = changedSessions(app, (session) => ({
      columnDomains: async (...asked) => {
        reached.resolve(undefined);
        await go.promise;
        return await session.columnDomains(...asked);
      },
    }));
    const delivered = app.outbox.deliver(app.worker({ sessions }), app.outbox.take());
    await reached.promise;
    await removeSource(source);
    // The first write of a deletion closes the connection: the worker comes to its end just before.
    faults.next("TransactWriteItems", async (send) => {
      go.resolve(undefined);
      await delivered;
      return await send();
    });
    const refused = await remove(connection, caller({ ...app.parts, store }));
    expect(refused).toMatchObject(underWay);
    await app.drain();
    expect(await kept(source)).toEqual([[], []]);
    expect((await remove(connection)).status).toBe(204);
    await expectSound(app);
  });
});
