import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, it, onTestFinished } from "vitest";
import { dynamoStore } from "#adapters/dynamodb/dynamo-store.ts";
import type { KeyStores } from "#core/ports/key-store.ts";
import { anApp, caller } from "#test/support/app.ts";
import { faultsOf, type Operation } from "#test/support/faults.ts";
import { shown } from "#test/support/health.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aKeyDatabase, domainMasks } from "#test/support/key-database.ts";
import { aPersona, registering, type DataSource } from "#test/support/personas.ts";
import { pgClient, runSql } from "#test/support/postgres-client.ts";
import { asUser } from "#test/support/records.ts";
import { aRefresh, changedSessions, withoutOwnJobs } from "#test/support/refresh.ts";
import { testClient } from "#test/support/store.ts";

const app = await anApp();
const owner = await aPersona(app, { permissions: registering });
const keys = await aKeyDatabase(app, owner);
const { database, login, connection, inDatabase, aSource, columnsKept, valuesKept, fingerprint } = keys;
await inDatabase("create schema reeve_keys", `grant usage, create on schema reeve_keys to ${login.username}`);

/** Has the checks of a data source run by a job for many, in place of its own. */
async function asRefresh(source: DataSource): Promise<void> {
  await withoutOwnJobs(app, owner, [source]);
  await aRefresh(app, owner, connection, [source]);
}

/** Has every check run, the columns' among them, in place of those that its creation asked for. */
async function withDetection(source: DataSource): Promise<void> {
  await withoutOwnJobs(app, owner, [source]);
  await owner.api.runChecks({ params: { dataSourceId: source.id } });
}

/** What a worker needs that has put domains into the remote when its data source is deleted, before its next request of a kind. */
async function deletingBefore(source: DataSource, operation: Operation) {
  const client = testClient();
  onTestFinished(() => client.destroy());
  let [kept, deleted] = [false, false];
  const { sessions } = changedSessions(app, (session) => ({
    columnDomains: (...asked) => {
      kept = true;
      return session.columnDomains(...asked);
    },
  }));
  (await faultsOf(client)).always(operation, async (send) => {
    if (kept && !deleted) {
      deleted = true;
      await owner.api.deleteDataSource({ params: { dataSourceId: source.id } });
    }
    return send();
  });
  return { client: { client, sessions }, deleted: () => deleted };
}

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
    expect((await fingerprint(source)).unavailableMasks).toEqual(domainMasks);
    await inDatabase(`grant create on schema reeve_keys to ${login.username}`);
    expect(await columnsKept(source)).toHaveLength(3);
    await owner.api.deleteDataSource({ params: { dataSourceId: source.id } });
    await app.drain();
    expect([await columnsKept(source), await valuesKept(source)]).toEqual([[], []]);
  });

  it("are removed also where others were let in to them", async () => {
    const source = await aSource();
    await app.drain();
    await inDatabase("grant select on reeve_keys.domain_values to public");
    await owner.api.deleteDataSource({ params: { dataSourceId: source.id } });
    await app.drain();
    expect([await columnsKept(source), await valuesKept(source)]).toEqual([[], []]);
    await inDatabase("revoke select on reeve_keys.domain_values from public");
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
      (await app.store.deletedDataSource(source.id, asUser(owner.user.id)))?.health.domainsMayRemain;
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

  it.each([
    ["its result is stored by a job of its own", () => Promise.resolve(), "TransactWriteItems"],
    ["its result is stored by a job for many", asRefresh, "TransactWriteItems"],
    ["its dictionary is read to be brought up to date", withDetection, "Query"],
  ] as const)(
    "are removed also when they are its first and it is deleted just before %s",
    async (_, prepare, operation) => {
      const source = await aSource();
      await prepare(source);
      const { client, deleted } = await deletingBefore(source, operation);
      await app.outbox.drain(app.worker(client));
      expect(deleted()).toBe(true);
      expect([await columnsKept(source), await valuesKept(source)]).toEqual([[], []]);
      const { items } = await owner.api.listJobs({ query: { type: ["domain-removal"] } });
      expect(items[0]).toMatchObject({ state: "succeeded", result: { removed: true } });
      await expectSound(app);
    },
  );

  it("go with it also when its owner names its version and its checks end meanwhile", async () => {
    const source = await aSource();
    const { version } = await shown(owner, source);
    const client = testClient();
    onTestFinished(() => client.destroy());
    const faults = await faultsOf(client);
    faults.next("TransactWriteItems", async (send) => {
      await app.drain();
      return send();
    });
    const store = dynamoStore({ client, tableName: app.tableName, clock: app.clock });
    const reply = await caller({ ...app.parts, store })("DELETE", `/data-sources/${source.id}`, {
      as: owner,
      headers: { "if-match": `"${version}"` },
    });
    expect(reply.status).toBe(204);
    await app.drain();
    expect([await columnsKept(source), await valuesKept(source)]).toEqual([[], []]);
  });

  it.each([
    ["of its own", () => Promise.resolve()],
    ["for many", asRefresh],
  ])(
    "are removed also where the worker of a job %s put them there and died before it could say so",
    async (_, prepare) => {
      const source = await aSource();
      await prepare(source);
      let dead = false;
      const breaker = (step: string) => {
        const now = dead;
        dead ||= step === "after columnDomains";
        return now ? new Error("the process is gone") : null;
      };
      await app.outbox.deliver(app.worker({ breaker }), app.outbox.take());
      expect(await columnsKept(source)).toHaveLength(3);
      await owner.api.deleteDataSource({ params: { dataSourceId: source.id } });
      app.clock.advance(3 * 60_000);
      await app.sweep();
      await app.drain();
      expect([await columnsKept(source), await valuesKept(source)]).toEqual([[], []]);
      await expectSound(app);
    },
  );

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

  it("are not removed when it came back, and has them anew, while their removal was about to", async () => {
    const source = await aSource();
    await app.drain();
    await owner.api.deleteDataSource({ params: { dataSourceId: source.id } });
    const keyStores: KeyStores = {
      withKeyStore: async (...given) => {
        await owner.api.restoreDataSource({ params: { dataSourceId: source.id }, body: {} });
        await app.drain();
        return await app.gateway.withKeyStore(...given);
      },
    };
    await app.outbox.deliver(app.worker({ keyStores }), app.outbox.take());
    const { items } = await owner.api.listJobs({ query: { type: ["domain-removal"] } });
    expect(items[0]).toMatchObject({
      state: "succeeded",
      result: { removed: false, reason: "data-source-restored" },
    });
    expect(await columnsKept(source)).toHaveLength(3);
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
