import assert from "node:assert/strict";
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { DomainError } from "#core/errors/domain-error.ts";
import { isFinished, type Job } from "#core/jobs/job.ts";
import type { FixedClock } from "#test/support/fixed-clock.ts";
import { aJob, unique } from "#test/support/records.ts";
import { aStore } from "#test/support/store.ts";

const slots = 2;
const leaseMs = 120_000;

/** One thing that happens to the jobs of two lines; which job, is told by its number among all. */
type Event =
  | { readonly event: "enqueue"; readonly line: number }
  | { readonly event: "admit"; readonly line: number; readonly callers: number }
  | { readonly event: "claim" | "cancel" | "yield" | "requeue"; readonly job: number }
  | {
      readonly event: "end";
      readonly job: number;
      readonly state: "succeeded" | "failed";
      readonly stale: boolean;
    }
  | { readonly event: "lapse" };

const line = fc.nat(1);
const job = fc.nat(11);
const anEvent: fc.Arbitrary<Event> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ event: fc.constant("enqueue" as const), line }) },
  {
    weight: 4,
    arbitrary: fc.record({
      event: fc.constant("admit" as const),
      line,
      callers: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      event: fc.constantFrom("claim" as const, "claim", "cancel", "yield", "requeue"),
      job,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      event: fc.constant("end" as const),
      job,
      state: fc.constantFrom("succeeded" as const, "failed" as const),
      stale: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ event: "lapse" as const }) },
);

/** What is known of one job without asking the store. */
interface Known {
  readonly id: string;
  readonly line: string;
  state: Job["state"];
  slot: number | null;
  leaseUntil: number;
  /** How often it was claimed. */
  claims: number;
  /** What its claims returned, the last one first. */
  held: Job[];
}

type Store = Awaited<ReturnType<typeof aStore>>;
const moved = new DomainError("job-state");

/** The store under test beside a naive model of what it must be. */
class Lines {
  readonly jobs: Known[] = [];
  readonly names = [unique("con_"), unique("con_")];
  private readonly given: Store;
  private readonly clock: FixedClock;
  private readonly prefix = unique("job_");

  constructor(given: Store) {
    this.given = given;
    this.clock = given.clock;
  }

  private name(index: number): string {
    return this.names[index] ?? "";
  }

  private waiting(name: string): Known[] {
    return this.jobs.filter(
      (known) => known.line === name && known.state === "queued" && known.slot === null,
    );
  }

  private holders(name: string): Known[] {
    return this.jobs.filter((known) => known.line === name && known.slot !== null);
  }

  private async read(known: Known): Promise<Job> {
    const found = await this.given.store.job(known.id);
    if (found === null) throw new Error(`the job ${known.id} is lost`);
    assert.deepEqual([found.state, found.slot, found.fence], [known.state, known.slot, known.claims]);
    return found;
  }

  private move(before: Job, after: Job): Promise<void> {
    return this.given.store.commit([{ write: "transition", before, after, otherwise: moved }]);
  }

  async happens(given: Event): Promise<void> {
    switch (given.event) {
      case "enqueue":
        return await this.enqueue(this.name(given.line));
      case "admit":
        return await this.admit(this.name(given.line), given.callers);
      case "lapse":
        return this.clock.advance(leaseMs);
      case "claim":
      case "cancel":
      case "yield":
      case "requeue":
      case "end": {
        const known = this.jobs[given.job % Math.max(1, this.jobs.length)];
        return known === undefined ? undefined : await this.befalls(known, given);
      }
    }
  }

  private befalls(known: Known, given: Extract<Event, { readonly job: number }>): Promise<void> {
    return given.event === "end" ? this.end(known, given.state, given.stale) : this[given.event](known);
  }

  async enqueue(name: string): Promise<void> {
    const id = `${this.prefix}${String(this.jobs.length).padStart(4, "0")}`;
    await this.given.store.commit([{ write: "enqueue", job: aJob({ id, line: name }) }]);
    this.jobs.push({ id, line: name, state: "queued", slot: null, leaseUntil: 0, claims: 0, held: [] });
  }

  /** The oldest waiting jobs get the free slots, however many ask at once, and each is announced by one of them. */
  async admit(name: string, callers: number): Promise<void> {
    const due = this.waiting(name).slice(0, slots - this.holders(name).length);
    const rounds = await Promise.all(
      Array.from({ length: callers }, () => this.given.store.admit(name, slots, this.clock.now())),
    );
    const admitted = rounds.flat();
    assert.deepEqual(
      admitted.map(({ id }) => id).toSorted((a, b) => (a < b ? -1 : 1)),
      due.map(({ id }) => id),
    );
    for (const each of admitted) {
      const known = due.find(({ id }) => id === each.id);
      if (known !== undefined) known.slot = each.slot;
    }
    const taken = this.holders(name).map(({ slot }) => slot);
    assert.equal(new Set(taken).size, taken.length);
    assert.ok(taken.every((slot) => slot === 0 || slot === 1));
  }

  async claim(known: Known): Promise<void> {
    const now = this.clock.now();
    const free = known.state === "queued" || (known.state === "running" && known.leaseUntil <= now.getTime());
    const until = new Date(now.getTime() + leaseMs);
    const claimed = await this.given.store.claim(known.id, now, until);
    assert.equal(claimed !== null, free && known.slot !== null);
    if (claimed === null) return;
    known.claims += 1;
    assert.deepEqual(
      [claimed.id, claimed.fence, claimed.state, claimed.slot],
      [known.id, known.claims, "running", known.slot],
    );
    Object.assign(known, { state: "running", leaseUntil: until.getTime(), held: [claimed, ...known.held] });
  }

  /** A worker ends its job: the latest attempt can, one that was overtaken cannot. */
  async end(known: Known, state: "succeeded" | "failed", stale: boolean): Promise<void> {
    const before = known.held[stale ? 1 : 0];
    if (before === undefined) return;
    const finishedAt = this.clock.now().toISOString();
    const ending = this.move(before, { ...before, state, slot: null, lease: null, finishedAt });
    if (stale || known.state !== "running") {
      await assert.rejects(ending, moved);
      return;
    }
    await ending;
    Object.assign(known, { state, slot: null });
  }

  async cancel(known: Known): Promise<void> {
    const before = await this.read(known);
    if (isFinished(before.state)) return;
    if (before.state === "running") {
      await this.move(before, { ...before, cancelRequested: true });
      return;
    }
    const finishedAt = this.clock.now().toISOString();
    await this.move(before, { ...before, state: "cancelled", slot: null, finishedAt });
    Object.assign(known, { state: "cancelled", slot: null });
  }

  async yield(known: Known): Promise<void> {
    const [held] = known.held;
    if (held === undefined) return;
    await this.given.store.yieldLease(held);
    if (known.state === "running") known.leaseUntil = 0;
  }

  async requeue(known: Known): Promise<void> {
    const before = await this.read(known);
    if (before.state !== "failed" && before.state !== "cancelled") return;
    await this.move(before, {
      ...before,
      state: "queued",
      attempts: 0,
      admittedAt: null,
      slot: null,
      lease: null,
      cancelRequested: false,
      finishedAt: null,
    });
    Object.assign(known, { state: "queued", slot: null });
  }

  /** Everything that lies in a line: its taken slots and its waiting jobs, and nothing more. */
  async check(): Promise<void> {
    for (const name of this.names) {
      const { Items: items = [] } = await this.given.client.send(
        new QueryCommand({
          TableName: this.given.tableName,
          KeyConditionExpression: "pk = :pk",
          ExpressionAttributeValues: { ":pk": `LINE#${name}` },
          ConsistentRead: true,
        }),
      );
      const held = this.holders(name).map(({ id, slot }) => `SLOT#${slot} ${id}`);
      const waiting = this.waiting(name).map(({ id }) => `WAIT#${id} ${id}`);
      assert.deepEqual(
        items.map((item) => `${String(item["sk"])} ${String(item["jobId"])}`),
        [...held.toSorted((a, b) => (a < b ? -1 : 1)), ...waiting],
      );
    }
  }

  /** Works every job to its end. */
  async finish(): Promise<void> {
    const open = (): Known[] => this.jobs.filter(({ state }) => !isFinished(state));
    for (let round = 0; open().length > 0; round += 1) {
      if (round > this.jobs.length) throw new Error("a job never gets its turn");
      this.clock.advance(leaseMs);
      for (const name of this.names) await this.admit(name, 1);
      for (const known of open().filter(({ slot }) => slot !== null)) {
        await this.claim(known);
        await this.end(known, "succeeded", false);
      }
    }
  }
}

it("lines admit in order, never more than their slots, and keep no slot and no place when all is done", async () => {
  const given = await aStore();
  await fc.assert(
    fc.asyncProperty(fc.array(anEvent, { minLength: 10, maxLength: 40 }), async (events) => {
      const lines = new Lines(given);
      for (const each of events) {
        await lines.happens(each);
        await lines.check();
      }
      await lines.finish();
      await lines.check();
      for (const known of lines.jobs) expect(await given.store.job(known.id)).toMatchObject({ slot: null });
    }),
    { numRuns: 20, endOnFailure: true, interruptAfterTimeLimit: 7000, markInterruptAsFailure: false },
  );
});
