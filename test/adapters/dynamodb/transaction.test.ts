import { GetCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, it } from "vitest";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Write } from "#core/ports/change.ts";
import {
  aConnection,
  aConnectionMember,
  aDataSource,
  aDelta,
  anAuditRecord,
  aTag,
} from "#test/support/catalog-records.ts";
import { aJob, aUser, unique } from "#test/support/records.ts";
import { aStore } from "#test/support/store.ts";

const refusal = (code: DomainError["code"] = "version-mismatch") => new DomainError(code);
const at = "2026-01-02T03:04:05.000Z";

describe("requiring", () => {
  it("holds while a right is as it was, and fails once it changed or went", async () => {
    const { store } = await aStore();
    const [user, member] = [aUser(), aConnectionMember({ connectionId: unique("con_") })];
    const otherwise = refusal("forbidden");
    await store.commit([
      { write: "create", kind: "user", record: user },
      { write: "create", kind: "connection-member", record: member },
    ]);
    const change = () =>
      store.commit([
        { write: "require", kind: "user", record: user, otherwise },
        { write: "require", kind: "connection-member", record: member, otherwise },
        { write: "put", kind: "tag", record: aTag() },
      ]);
    await change();
    await store.commit([
      { write: "put", kind: "user", record: { ...user, disabled: true, version: user.version + 1 } },
    ]);
    await expect(change()).rejects.toBe(otherwise);
    await store.commit([{ write: "put", kind: "user", record: user }]);
    await change();
    await store.commit([{ write: "remove", kind: "connection-member", record: member }]);
    await expect(change()).rejects.toBe(otherwise);
  });

  it("an open connection fails once it is closing, and where it is gone", async () => {
    const { store } = await aStore();
    const record = aConnection();
    const otherwise = refusal("not-found");
    const use = () =>
      store.commit([
        { write: "require-connection", connectionId: record.id, otherwise },
        { write: "put", kind: "tag", record: aTag() },
      ]);
    await expect(use()).rejects.toBe(otherwise);
    await store.commit([{ write: "create", kind: "connection", record }]);
    await use();
    const closing = { ...record, closing: true, version: 2 };
    await store.commit([{ write: "replace", kind: "connection", record: closing, expected: 1, otherwise }]);
    await expect(use()).rejects.toBe(otherwise);
  });

  it("an open connection lets either the data source or the closing through, never both unseen", async () => {
    const { store } = await aStore();
    const [gone, stale] = [refusal("not-found"), refusal()];
    for (let round = 0; round < 5; round += 1) {
      const record = aConnection();
      const guard = { guard: "relation", place: record.id, schema: "s", table: "t" } as const;
      await store.commit([{ write: "create", kind: "connection", record }]);
      const [created] = await Promise.allSettled([
        store.commit([
          { write: "claim", guard, owner: "ds_1", otherwise: refusal() },
          { write: "require-connection", connectionId: record.id, otherwise: gone },
        ]),
        store.commit([
          {
            write: "replace",
            kind: "connection",
            record: { ...record, closing: true, version: 2 },
            expected: 1,
            otherwise: stale,
          },
        ]),
      ]);
      // Whoever closes looks after the commit, and sees every data source that came through.
      expect(await store.connectionInUse(record.id)).toBe(created.status === "fulfilled");
    }
  });

  it("a held job fails for an attempt that was overtaken, and for a job that is gone", async () => {
    const { store, clock } = await aStore();
    const otherwise = refusal("job-state");
    const job = aJob({ line: unique("con_") });
    await expect(store.commit([{ write: "fence", job, otherwise }])).rejects.toBe(otherwise);
    await store.commit([{ write: "enqueue", job }]);
    await expect(store.commit([{ write: "fence", job, otherwise }])).rejects.toBe(otherwise);
    await store.admit(job.line, 1, clock.now());
    const held = await store.claim(job.id, clock.now(), clock.now());
    if (held === null) throw new Error("the job could not be claimed");
    await store.commit([{ write: "fence", job: held, otherwise }]);
    await store.claim(job.id, clock.now(), clock.now());
    await expect(store.commit([{ write: "fence", job: held, otherwise }])).rejects.toBe(otherwise);
  });
});

describe("a transaction", () => {
  it("fails by the first write whose condition does not hold, and takes nothing", async () => {
    const { store, client, tableName } = await aStore();
    const [first, second] = [refusal("tag-name-taken"), refusal("connection-name-taken")];
    const [tag, connection] = [aTag(), aConnection()];
    await store.commit([
      { write: "create", kind: "tag", record: tag },
      { write: "create", kind: "connection", record: connection },
    ]);
    const before = await client.send(new ScanCommand({ TableName: tableName }));
    const change = (order: readonly Write[]) =>
      store.commit([{ write: "put", kind: "user", record: aUser() }, ...order]);
    const again: readonly [Write, Write] = [
      { write: "create", kind: "tag", record: tag, otherwise: first },
      { write: "create", kind: "connection", record: connection, otherwise: second },
    ];
    await expect(change(again)).rejects.toBe(first);
    await expect(change([again[1], again[0]])).rejects.toBe(second);
    expect((await client.send(new ScanCommand({ TableName: tableName }))).Items).toEqual(before.Items);
  });

  it("of a hundred items is taken; of one more it is our own mistake, and nothing is written", async () => {
    const { store, client, tableName } = await aStore();
    const tags = (count: number) =>
      Array.from({ length: count }, (): Write => ({ write: "create", kind: "tag", record: aTag() }));
    await expect(store.commit(tags(101))).rejects.not.toBeInstanceOf(DomainError);
    const kept = { userId: "usr_1", key: "k", requestHash: "h", status: 201, body: "{}", createdAt: at };
    await expect(store.commit(tags(100), kept)).rejects.toThrow("101 items");
    expect((await client.send(new ScanCommand({ TableName: tableName, Select: "COUNT" }))).Count).toBe(0);
    await store.commit(tags(100));
    expect((await client.send(new ScanCommand({ TableName: tableName, Select: "COUNT" }))).Count).toBe(100);
  });

  it("holds an item's size for our own mistake too", async () => {
    const { store } = await aStore();
    const record = aDataSource({ documentation: "x".repeat(410_000) });
    await expect(
      store.commit([{ write: "create", kind: "data-source", record, otherwise: refusal() }]),
    ).rejects.not.toBeInstanceOf(DomainError);
  });

  it("writes every item with the version of its own shape and with its kind", async () => {
    const { store, client, tableName } = await aStore();
    await store.commit([
      { write: "create", kind: "tag", record: aTag() },
      { write: "claim", guard: { guard: "tag-name", name: "a" }, owner: "tag_1", otherwise: refusal() },
      { write: "enqueue", job: aJob() },
      { write: "delta", delta: aDelta() },
      { write: "audit", record: anAuditRecord() },
    ]);
    const { Items: items = [] } = await client.send(new ScanCommand({ TableName: tableName }));
    expect(items).toHaveLength(8);
    expect(items.filter((item) => !/^[1-9]$/.test(String(item["v"])))).toEqual([]);
    expect(items.filter((item) => !/^[a-z-]+$/.test(String(item["kind"])))).toEqual([]);
  });

  it("keeps no field that is undefined, and none that its record does not have", async () => {
    const { store, client, tableName } = await aStore();
    const record = aConnection({ config: { host: "db", sslmode: undefined } });
    await store.commit([{ write: "create", kind: "connection", record }]);
    const { Item: item } = await client.send(
      new GetCommand({ TableName: tableName, Key: { pk: "CONNECTIONS", sk: record.id } }),
    );
    expect(item).toEqual({
      ...record,
      config: { host: "db" },
      pk: "CONNECTIONS",
      sk: record.id,
      kind: "connection",
      v: 1,
    });
  });
});
