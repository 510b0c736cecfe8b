import { describe, expect, it } from "vitest";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Job } from "#core/jobs/job.ts";
import type { Write } from "#core/ports/change.ts";
import type { Store } from "#core/ports/store.ts";
import { anAuditRecord, aTag } from "#test/support/catalog-records.ts";
import {
  cancelled,
  conflict,
  faultsOf,
  fine,
  lostAnswer,
  meanwhile,
  refused,
  throttled,
  throttledByAccount,
} from "#test/support/faults.ts";
import type { FixedClock } from "#test/support/fixed-clock.ts";
import { aJob, unique } from "#test/support/records.ts";
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

const deedsOn = async (store: Store, id: string): Promise<number> =>
  (await store.activity("tag", id, null, 10)).items.length;

describe("a transaction", () => {
  it("that meets others on its items is tried again, and comes to the same end with one effect", async () => {
    const { store, faults, sound } = await aFaultyStore();
    const { id, writes } = tagWrites();
    faults.next(
      "TransactWriteItems",
      conflict,
      cancelled("None", "TransactionConflict", "None"),
      cancelled("ThrottlingError", "None", "None"),
      cancelled("None", "None", "ProvisionedThroughputExceeded"),
    );
    await store.commit(writes);
    expect((await sound.tagTree()).get(id)?.id).toBe(id);
    expect(await deedsOn(sound, id)).toBe(1);
    expect(faults.sent).toHaveLength(5);
  });

  it("that is contended at every try fails as contention, and nothing of it was taken", async () => {
    const { store, faults, sound } = await aFaultyStore();
    const { writes } = tagWrites();
    faults.always("TransactWriteItems", conflict);
    await expect(store.commit(writes)).rejects.toMatchObject({ name: "DomainError", code: "contention" });
    expect(faults.sent).toHaveLength(10);
    expect((await sound.tagTree()).size).toBe(0);
  });

  it("that is throttled at every try is unavailable, however DynamoDB says so", async () => {
    for (const fault of [throttled, throttledByAccount, cancelled("ThrottlingError", "None", "None")]) {
      const { store, faults } = await aFaultyStore();
      faults.always("TransactWriteItems", fault);
      await expect(store.commit(tagWrites().writes)).rejects.toMatchObject(unavailable);
    }
  });

  it("that is throttled for a while is taken", async () => {
    const { store, faults, sound } = await aFaultyStore();
    const { id, writes } = tagWrites();
    faults.next("TransactWriteItems", throttled, throttledByAccount, refused("InternalServerError", {}, 500));
    await store.commit(writes);
    expect(await deedsOn(sound, id)).toBe(1);
  });

  it("whose answer is lost is taken once, and its second sending is no conflict with the first", async () => {
    const { store, faults, sound } = await aFaultyStore();
    const { id, writes } = tagWrites();
    faults.next("TransactWriteItems", lostAnswer);
    await store.commit(writes);
    expect(await deedsOn(sound, id)).toBe(1);
    const tokens = faults.sent.map(({ body }) => body["ClientRequestToken"]);
    expect(tokens).toHaveLength(2);
    expect(tokens[0]).toBe(tokens[1]);
    expect(String(tokens[0])).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("whose answer is lost while it is still under way, then throttled, is taken once", async () => {
    const { store, faults, sound } = await aFaultyStore();
    const { id, writes } = tagWrites();
    faults.next("TransactWriteItems", lostAnswer, refused("TransactionInProgressException"), throttled);
    await store.commit(writes);
    expect(await deedsOn(sound, id)).toBe(1);
    expect(new Set(faults.sent.map(({ body }) => body["ClientRequestToken"])).size).toBe(1);
  });

  it("of which nobody knows whether it was taken is unavailable, never refused", async () => {
    const { store, faults, sound } = await aFaultyStore();
    const { id, writes } = tagWrites();
    faults.always("TransactWriteItems", lostAnswer);
    await expect(store.commit(writes)).rejects.toMatchObject(unavailable);
    expect(await deedsOn(sound, id)).toBe(1);
  });

  it("under a token of its own after it was cancelled, because DynamoDB may remember the old one", async () => {
    const { store, faults } = await aFaultyStore();
    faults.next("TransactWriteItems", conflict);
    await store.commit(tagWrites().writes);
    expect(new Set(faults.sent.map(({ body }) => body["ClientRequestToken"])).size).toBe(2);
  });

  it("decides nothing from a condition that failed behind an item that was contended", async () => {
    const { store, faults, sound } = await aFaultyStore();
    const { id, writes } = tagWrites();
    faults.next("TransactWriteItems", cancelled("TransactionConflict", "ConditionalCheckFailed", "None"));
    await store.commit(writes);
    expect(await deedsOn(sound, id)).toBe(1);
  });

  it("fails by the first condition that did not hold, whatever was contended behind it", async () => {
    const { store, faults } = await aFaultyStore();
    faults.next("TransactWriteItems", cancelled("None", "ConditionalCheckFailed", "TransactionConflict"));
    await expect(store.commit(tagWrites().writes)).rejects.toBe(taken);
  });

  it("that DynamoDB finds wrong is our own mistake: no retry, no code for the caller", async () => {
    const { store, faults } = await aFaultyStore();
    for (const fault of [cancelled("ValidationError", "None", "None"), refused("ValidationException")]) {
      faults.next("TransactWriteItems", fault);
      await expect(store.commit(tagWrites().writes)).rejects.not.toBeInstanceOf(DomainError);
    }
    expect(faults.sent).toHaveLength(2);
  });
});

describe("a job", () => {
  const leaseUntil = (clock: FixedClock): Date => new Date(clock.now().getTime() + 120_000);

  async function anAdmittedJob() {
    const given = await aFaultyStore();
    const job = aJob({ line: unique("con_") });
    await given.sound.commit([{ write: "enqueue", job }]);
    await given.sound.admit(job.line, 1, given.clock.now());
    return { ...given, job };
  }

  it("is claimed and held although a transaction was on it at the same moment", async () => {
    const { store, faults, clock, job } = await anAdmittedJob();
    faults.next(
      "UpdateItem",
      refused("TransactionConflictException"),
      refused("TransactionConflictException"),
    );
    const held = await store.claim(job.id, clock.now(), leaseUntil(clock));
    expect(held).toMatchObject({ attempts: 1, fence: 1 });
    faults.next("UpdateItem", refused("TransactionConflictException"));
    expect(await store.heartbeat(held ?? job, leaseUntil(clock))).toBe("held");
  });

  it("that nobody can get at fails as contention", async () => {
    const { store, faults, clock, job } = await anAdmittedJob();
    faults.always("UpdateItem", refused("TransactionConflictException"));
    await expect(store.claim(job.id, clock.now(), leaseUntil(clock))).rejects.toMatchObject({
      code: "contention",
    });
  });

  it("is in one worker's hands at most, also when the answer to its claim is lost", async () => {
    const { store, sound, faults, clock, job } = await anAdmittedJob();
    faults.next("UpdateItem", lostAnswer);
    expect(await store.claim(job.id, clock.now(), leaseUntil(clock))).toBeNull();
    expect(await sound.claim(job.id, clock.now(), leaseUntil(clock))).toBeNull();
    clock.advance(120_000);
    expect(await sound.claim(job.id, clock.now(), leaseUntil(clock))).toMatchObject({ fence: 2 });
  });

  it("is admitted once, and holds one slot, when the answer to its admission is lost or contended", async () => {
    const { store, sound, faults, clock } = await aFaultyStore();
    const line = unique("con_");
    for (let count = 0; count < 3; count += 1)
      await sound.commit([{ write: "enqueue", job: aJob({ line }) }]);
    faults.next(
      "TransactWriteItems",
      lostAnswer,
      refused("TransactionInProgressException"),
      fine,
      conflict,
      lostAnswer,
    );
    const admitted = await store.admit(line, 2, clock.now());
    expect(admitted.map(({ slot }) => slot)).toEqual([0, 1]);
    expect(await sound.admit(line, 2, clock.now())).toEqual([]);
  });

  it("keeps its place when it is queued again while the line is being cleared of it", async () => {
    const { store, sound, faults, clock } = await aFaultyStore();
    const line = unique("con_");
    const job = aJob({ line });
    await sound.commit([{ write: "enqueue", job }]);
    const ended: Job = { ...job, state: "cancelled", finishedAt: clock.now().toISOString() };
    const again: Job = { ...ended, state: "queued", finishedAt: null };
    const move = (before: Job, after: Job) =>
      sound.commit([{ write: "transition", before, after, otherwise: new DomainError("job-state") }]);
    // The line is read, then the job is cancelled, read, and queued again.
    faults.next(
      "Query",
      meanwhile(() => move(job, ended)),
    );
    faults.next(
      "BatchGetItem",
      meanwhile(() => move(ended, again)),
    );
    expect(await store.admit(line, 1, clock.now())).toEqual([]);
    expect(await store.admit(line, 1, clock.now())).toMatchObject([{ id: job.id }]);
  });
});
