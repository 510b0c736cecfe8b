import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, it } from "vitest";
import { DomainError } from "#core/errors/domain-error.ts";
import { ReplayError, type KeptReply, type Write } from "#core/ports/change.ts";
import { aDataSource, aTag } from "#test/support/catalog-records.ts";
import type { FixedClock } from "#test/support/fixed-clock.ts";
import { unique } from "#test/support/records.ts";
import { aStore } from "#test/support/store.ts";

const hour = 3_600_000;

const aReply = (clock: FixedClock, given: Partial<KeptReply> = {}): KeptReply => ({
  userId: "usr_1",
  key: unique("key-"),
  requestHash: "a".repeat(64),
  status: 201,
  body: JSON.stringify({ id: "ds_1", name: "Größe 📏" }),
  createdAt: clock.now().toISOString(),
  ...given,
});

const taken = new DomainError("tag-name-taken");
/** A change that fails when it is made twice. */
const aChange = (name = unique("Tag")): readonly Write[] => [
  { write: "claim", guard: { guard: "tag-name", name }, owner: unique("tag_"), otherwise: taken },
  { write: "create", kind: "tag", record: aTag({ segment: name }) },
];

/** What a commit fails with. */
const failure = (commit: Promise<void>): Promise<unknown> =>
  commit.then(
    () => null,
    (error: unknown) => error,
  );

describe("a kept reply", () => {
  it("is kept with its change, word for word, and found by its caller and key", async () => {
    const { store, clock } = await aStore();
    const kept = aReply(clock);
    expect(await store.keptReply(kept.userId, kept.key)).toBeNull();
    await store.commit(aChange(), kept);
    expect(await store.keptReply(kept.userId, kept.key)).toEqual(kept);
    expect(await store.keptReply("usr_2", kept.key)).toBeNull();
    expect(await store.keptReply(kept.userId, `${kept.key}x`)).toBeNull();
  });

  it("is not kept when its change fails", async () => {
    const { store, clock } = await aStore();
    const name = unique("Tag");
    await store.commit(aChange(name));
    const kept = aReply(clock);
    expect(await failure(store.commit(aChange(name), kept))).toBe(taken);
    expect(await store.keptReply(kept.userId, kept.key)).toBeNull();
  });

  it("answers the same request again with the first body, and nothing is done twice", async () => {
    const { store, clock, client, tableName } = await aStore();
    const kept = aReply(clock);
    await store.commit(aChange(), kept);
    const before = await client.send(new ScanCommand({ TableName: tableName }));
    const again = await failure(store.commit(aChange(), { ...kept, body: '"second"', status: 200 }));
    expect(again).toBeInstanceOf(ReplayError);
    expect(again).toMatchObject({ kept });
    expect((await client.send(new ScanCommand({ TableName: tableName }))).Items).toEqual(before.Items);
  });

  it("wins over every conflict that the same request would meet, its own guards among them", async () => {
    const { store, clock } = await aStore();
    const [kept, name] = [aReply(clock), unique("Tag")];
    await store.commit(aChange(name), kept);
    expect(await failure(store.commit(aChange(name), kept))).toMatchObject({ name: "ReplayError", kept });
  });

  it("answers nineteen of twenty that are sent at once, and one is done", async () => {
    const { store, clock } = await aStore();
    const [kept, name] = [aReply(clock), unique("Tag")];
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        failure(store.commit(aChange(name), { ...kept, body: String(index) })),
      ),
    );
    const done = results.flatMap((result, index) => (result === null ? [index] : []));
    expect(done).toHaveLength(1);
    const answered = results.filter((result) => result !== null);
    expect(answered).toMatchObject(
      answered.map(() => ({ name: "ReplayError", kept: { body: String(done[0]) } })),
    );
  });

  it("tells its request's hash, so that the same key for another request is found out", async () => {
    const { store, clock } = await aStore();
    const kept = aReply(clock);
    await store.commit(aChange(), kept);
    const other = await failure(store.commit(aChange(), { ...kept, requestHash: "b".repeat(64) }));
    expect(other).toMatchObject({ name: "ReplayError", kept: { requestHash: kept.requestHash } });
  });

  it("lives 24 hours by the clock, although DynamoDB has not removed it yet", async () => {
    const { store, clock } = await aStore();
    const kept = aReply(clock);
    await store.commit(aChange(), kept);
    clock.advance(24 * hour - 1000);
    expect(await store.keptReply(kept.userId, kept.key)).toEqual(kept);
    clock.advance(1000);
    expect(await store.keptReply(kept.userId, kept.key)).toBeNull();
    const next = aReply(clock, { key: kept.key, body: '"next"' });
    await store.commit(aChange(), next);
    expect(await store.keptReply(kept.userId, kept.key)).toEqual(next);
  });

  it("holds the longest reply there is, in letters that hardly compress", async () => {
    const { store, clock } = await aStore();
    const kept = aReply(clock, { body: JSON.stringify(longestDataSource()) });
    expect(Buffer.byteLength(kept.body)).toBeGreaterThan(380_000);
    await store.commit([{ write: "create", kind: "data-source", record: longestDataSource() }], kept);
    expect(await store.keptReply(kept.userId, kept.key)).toEqual(kept);
  });
});

/** Letters of three bytes each, without a pattern. */
function letters(count: number): string {
  let state = 1;
  return Array.from({ length: count }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCharCode(0x4e00 + (state % 20_000));
  }).join("");
}

/** A data source each of whose texts is as long as it may be. */
function longestDataSource() {
  return aDataSource({
    id: "ds_longest",
    name: letters(200),
    remote: { database: letters(255), schema: letters(255), table: letters(255), kind: "table" },
    description: { manual: letters(20_000), dbt: null, schema: letters(4000) },
    documentation: letters(100_000),
    tags: Array.from({ length: 50 }, (_, index) => ({
      tagId: `tag_01JF${String(index).padStart(22, "0")}`,
      provenance: "manual",
      appliedBy: `usr_01JF${"0".repeat(22)}`,
      appliedAt: "2026-01-01T00:00:00.000Z",
    })),
  });
}
