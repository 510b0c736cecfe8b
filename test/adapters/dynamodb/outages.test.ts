import { createServer } from "node:net";
import { once } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import { documentClient } from "#adapters/dynamodb/client.ts";
import { dynamoStore } from "#adapters/dynamodb/dynamo-store.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Write } from "#core/ports/change.ts";
import type { Store } from "#core/ports/store.ts";
import { aConnection, aDataSource, aHealth, anAuditRecord, aTag } from "#test/support/catalog-records.ts";
import {
  faultsOf,
  lostAnswer,
  onlyFirst,
  meanwhile,
  refused,
  throttled,
  throttledByAccount,
} from "#test/support/faults.ts";
import { FixedClock } from "#test/support/fixed-clock.ts";
import { freePort } from "#test/support/free-port.ts";
import { aColumn, unique } from "#test/support/records.ts";
import { aStore } from "#test/support/store.ts";

const taken = new DomainError("tag-name-taken");
const unavailable = { name: "DomainError", code: "unavailable" };

/** A store with faults, and one on the same table without. */
async function aFaultyStore() {
  const { store, client, tableName, clock } = await aStore({ backOff: () => Promise.resolve() });
  const faults = await faultsOf(client);
  const { store: sound } = await aStore({ tableName, clock });
  return { store, faults, sound, clock };
}

/** A tag with the guard of its name: a change that fails when it is made twice. */
function tagWrites(name = unique("Tag")): {
  readonly id: string;
  readonly name: string;
  readonly writes: Write[];
} {
  const record = aTag({ segment: name });
  return {
    id: record.id,
    name,
    writes: [
      { write: "create", kind: "tag", record, otherwise: new DomainError("tag-name-taken") },
      { write: "claim", guard: { guard: "tag-name", name }, owner: record.id, otherwise: taken },
      { write: "audit", record: anAuditRecord({ resource: { type: "tag", id: record.id } }) },
    ],
  };
}

describe("a read", () => {
  it("that is throttled for a while is answered", async () => {
    const { store, sound, faults } = await aFaultyStore();
    const { id, name, writes } = tagWrites();
    await sound.commit(writes);
    faults.next("BatchGetItem", throttled, throttledByAccount, refused("InternalServerError", {}, 500));
    faults.next("Query", throttled, lostAnswer);
    expect((await store.tagTree()).find(name)).toMatchObject({ id });
    expect(await store.guardOwner({ guard: "tag-name", name })).toBe(id);
  });

  it("that is throttled at every try is unavailable", async () => {
    const { store, faults } = await aFaultyStore();
    faults.always("BatchGetItem", throttled);
    faults.always("Query", throttledByAccount);
    await expect(store.user("usr_1")).rejects.toMatchObject(unavailable);
    await expect(store.listConnections(null, 10)).rejects.toMatchObject(unavailable);
  });

  it("of many keys is completed, however little of it DynamoDB answers at a time", async () => {
    const { store, sound, faults } = await aFaultyStore();
    const made = Array.from({ length: 30 }, () => aConnection({ name: unique("Shop ") }));
    await sound.commit(made.map((record): Write => ({ write: "create", kind: "connection", record })));
    faults.next("BatchGetItem", onlyFirst(7), onlyFirst(0), onlyFirst(1));
    const found = await store.connections(made.map(({ id }) => id));
    expect([...found.values()]).toHaveLength(30);
    expect(found).toEqual(new Map(made.map((one) => [one.id, one])));
    expect(faults.sent).toHaveLength(4);
  });

  it("of which DynamoDB answers nothing is unavailable, not empty", async () => {
    const { store, faults } = await aFaultyStore();
    faults.always("BatchGetItem", onlyFirst(0));
    await expect(store.connections(["con_1"])).rejects.toMatchObject(unavailable);
  });
});

describe("a dictionary", () => {
  const columns = Array.from({ length: 6 }, (_, index) =>
    aColumn({ ordinal: index + 1, comment: "c".repeat(120_000) }),
  );

  /** A data source whose dictionary lies under a generation. */
  async function expose(store: Store, id: string, generation: string): Promise<number> {
    const chunks = await store.stageDictionary(id, generation, columns);
    const takenAt = "2026-01-01T00:00:00.000Z";
    const dictionary = {
      source: "remote" as const,
      generation,
      chunks,
      columnCount: columns.length,
      takenAt,
    };
    await store.commit([
      { write: "put", kind: "data-source", record: aDataSource({ id, dictionary }) },
      { write: "put", kind: "data-source-health", record: aHealth(id) },
    ]);
    return chunks;
  }

  it("is staged whole although DynamoDB takes a part of it at a time", async () => {
    const { store, sound, faults } = await aFaultyStore();
    const id = unique("ds_");
    faults.next("BatchWriteItem", onlyFirst(1), onlyFirst(0), throttled, lostAnswer);
    expect(await expose(store, id, "gen_1")).toBe(3);
    expect((await sound.dictionary(id))?.columns).toEqual(columns);
  });

  it("is not staged by halves: what DynamoDB does not take is unavailable", async () => {
    const { store, faults } = await aFaultyStore();
    faults.always("BatchWriteItem", onlyFirst(0));
    await expect(store.stageDictionary("ds_1", "gen_1", columns)).rejects.toMatchObject(unavailable);
  });

  it("that is refreshed while it is read over several pages is read again, and never comes without columns", async () => {
    const { store, sound, faults } = await aFaultyStore();
    const id = unique("ds_");
    await expose(sound, id, "gen_1");
    await sound.stageDictionary(id, "gen_2", columns);
    // More than a megabyte lies before the header, so that one read takes two requests.
    await sound.stageDictionary(id, "gen_0", columns);
    faults.next(
      "Query",
      meanwhile(async () => {
        await expose(sound, id, "gen_00");
      }),
    );
    const view = await store.dictionary(id);
    expect(view?.dataSource.dictionary.generation).toBe("gen_00");
    expect(view?.columns).toEqual(columns);
  });

  it("whose chunks are gone is an error, not a data source without columns", async () => {
    const { store, sound } = await aFaultyStore();
    const id = unique("ds_");
    const chunks = await expose(sound, id, "gen_1");
    await sound.dropGeneration(id, "schema", { generation: "gen_1", chunks });
    await expect(store.dictionary(id)).rejects.toThrow("not whole");
  });
});

describe("a store that is away", () => {
  const credentials = { accessKeyId: "reevetests", secretAccessKey: "reevetests" };
  const at = (port: number, requestTimeout?: number): Store => {
    const client = documentClient({
      endpoint: `http://127.0.0.1:${port}`,
      region: "eu-central-1",
      credentials,
      ...(requestTimeout === undefined ? {} : { requestTimeout }),
    });
    onTestFinished(() => client.destroy());
    return dynamoStore({ client, tableName: "reeve", clock: new FixedClock() });
  };

  it("is unavailable within seconds, for reads and changes alike", async () => {
    const store = at(await freePort());
    const started = performance.now();
    await expect(store.user("usr_1")).rejects.toMatchObject(unavailable);
    await expect(store.tagTree()).rejects.toMatchObject(unavailable);
    await expect(store.commit(tagWrites().writes)).rejects.toMatchObject(unavailable);
    await expect(store.connectionInUse("con_1")).rejects.toMatchObject(unavailable);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it("and takes connections without ever answering is unavailable too", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    await once(silent, "listening");
    const sockets = new Set<{ destroy: () => void }>();
    silent.on("connection", (socket) => sockets.add(socket));
    onTestFinished(async () => {
      for (const socket of sockets) socket.destroy();
      silent.close();
      await once(silent, "close");
    });
    const address = silent.address();
    if (address === null || typeof address === "string") throw new Error("the server has no port");
    await expect(at(address.port, 100).user("usr_1")).rejects.toMatchObject(unavailable);
    await expect(at(address.port, 100).commit(tagWrites().writes)).rejects.toMatchObject(unavailable);
    expect(sockets.size).toBeGreaterThan(1);
  });

  it("says why in the log's cause, and nothing of it to the caller", async () => {
    const error: unknown = await at(await freePort())
      .settings()
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      message: "Reeve cannot reach its own storage",
      cause: { code: "ECONNREFUSED" },
    });
  });
});

describe("faults", () => {
  it("are of the store alone: a client that has none is answered", async () => {
    const { sound } = await aFaultyStore();
    const record = aConnection();
    await sound.commit([{ write: "create", kind: "connection", record }]);
    expect((await sound.connections([record.id])).get(record.id)).toEqual(record);
  });
});
