import { describe, expect, it } from "vitest";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Job } from "#core/jobs/job.ts";
import type { Store } from "#core/ports/store.ts";
import { aJob, unique } from "#test/support/records.ts";
import { aStore } from "#test/support/store.ts";

const minute = 60_000;
const enqueue = (store: Store, job: Job) => store.commit([{ write: "enqueue", job }]);
const inNoState = new DomainError("job-state");

/** A job that has a slot and a worker. */
async function aRunningJob() {
  const { store, clock } = await aStore();
  const job = aJob({ line: unique("con_") });
  await enqueue(store, job);
  await store.admit(job.line, 4, clock.now());
  const claimed = await store.claim(job.id, clock.now(), new Date(clock.now().getTime() + 2 * minute));
  if (claimed === null) throw new Error("the job could not be claimed");
  return { store, clock, job: claimed };
}

describe("a line", () => {
  it("gives its slots to the jobs that wait longest, and no more than there are", async () => {
    const { store, clock } = await aStore();
    const line = unique("con_");
    const jobs = Array.from({ length: 6 }, (_, index) => aJob({ id: unique(`job_${index}_`), line }));
    for (const job of jobs.toReversed()) await enqueue(store, job);
    const admitted = await store.admit(line, 4, clock.now());
    expect(admitted.map(({ id }) => id)).toEqual(jobs.slice(0, 4).map(({ id }) => id));
    expect(await store.admit(line, 4, clock.now())).toEqual([]);
  });

  it("never admits more jobs than it has slots, however many admit at once", async () => {
    const { store, clock } = await aStore();
    const line = unique("con_");
    for (let count = 0; count < 12; count += 1) await enqueue(store, aJob({ line }));
    const rounds = await Promise.all(Array.from({ length: 8 }, () => store.admit(line, 4, clock.now())));
    const admitted = rounds.flat();
    expect(new Set(admitted.map(({ id }) => id)).size).toBe(admitted.length);
    expect(new Set(admitted.map(({ slot }) => slot)).size).toBe(admitted.length);
    expect(admitted.length).toBeLessThanOrEqual(4);
    const more = await store.admit(line, 4, clock.now());
    expect(admitted.length + more.length).toBe(4);
  });

  it("lets the next job in when one ends, and takes a cancelled one out", async () => {
    const { store, clock } = await aStore();
    const line = unique("con_");
    const [first, second, third] = [aJob({ line }), aJob({ line }), aJob({ line })];
    for (const job of [first, second, third]) await enqueue(store, job);
    const [running] = await store.admit(line, 1, clock.now());
    if (running === undefined) throw new Error("nothing was admitted");
    expect(running.id).toBe(first.id);
    const cancelled: Job = { ...second, state: "cancelled", finishedAt: clock.now().toISOString() };
    await store.commit([{ write: "transition", before: second, after: cancelled, otherwise: inNoState }]);
    const ended: Job = { ...running, state: "failed", slot: null, finishedAt: clock.now().toISOString() };
    await store.commit([{ write: "transition", before: running, after: ended, otherwise: inNoState }]);
    expect((await store.admit(line, 1, clock.now())).map(({ id }) => id)).toEqual([third.id]);
  });

  it("is not blocked by a place in it whose job is gone", async () => {
    const { store, clock } = await aStore();
    const line = unique("con_");
    const [ghost, real] = [aJob({ id: unique("job_0_"), line }), aJob({ id: unique("job_1_"), line })];
    await enqueue(store, ghost);
    await enqueue(store, real);
    await store.admit(line, 1, clock.now());
    const held = await store.job(ghost.id);
    if (held === null) throw new Error("the job is gone");
    const ended: Job = { ...held, state: "failed", slot: null, finishedAt: clock.now().toISOString() };
    await store.commit([{ write: "transition", before: held, after: ended, otherwise: inNoState }]);
    expect(await store.admit(line, 1, clock.now())).toMatchObject([{ id: real.id }]);
  });
});

describe("a claim", () => {
  it("takes an admitted job, counts the attempt and raises the fence", async () => {
    const { job, clock } = await aRunningJob();
    expect(job).toMatchObject({
      state: "running",
      attempts: 1,
      fence: 1,
      startedAt: clock.now().toISOString(),
    });
  });

  it("is refused while the job waits in line, and while another holds it", async () => {
    const { store, clock } = await aStore();
    const job = aJob({ line: unique("con_") });
    await enqueue(store, job);
    const until = new Date(clock.now().getTime() + 2 * minute);
    expect(await store.claim(job.id, clock.now(), until)).toBeNull();
    await store.admit(job.line, 1, clock.now());
    const claims = await Promise.all(
      Array.from({ length: 5 }, () => store.claim(job.id, clock.now(), until)),
    );
    expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
  });

  it("is granted once the lease has lapsed, and fences off who held it", async () => {
    const { store, clock, job } = await aRunningJob();
    clock.advance(2 * minute);
    const second = await store.claim(job.id, clock.now(), new Date(clock.now().getTime() + 2 * minute));
    expect(second).toMatchObject({ attempts: 2, fence: 2, startedAt: job.startedAt });
    expect(await store.heartbeat(job, clock.now())).toBe("lost");
    const late: Job = { ...job, state: "succeeded", slot: null, finishedAt: clock.now().toISOString() };
    await expect(
      store.commit([{ write: "transition", before: job, after: late, otherwise: inNoState }]),
    ).rejects.toBe(inNoState);
    await expect(store.commit([{ write: "fence", job, otherwise: inNoState }])).rejects.toBe(inNoState);
  });

  it("is granted at once after the lease was given back, with the reason kept", async () => {
    const { store, clock, job } = await aRunningJob();
    const error = {
      type: "t",
      title: "t",
      status: 500,
      detail: "broken",
      instance: "request-1",
      code: "internal-error",
    } as const;
    await store.yieldLease({ ...job, error });
    const again = await store.claim(job.id, clock.now(), clock.now());
    expect(again).toMatchObject({ attempts: 2, error: { detail: "broken" } });
  });

  it("is refused for a job that has ended", async () => {
    const { store, clock, job } = await aRunningJob();
    const ended: Job = {
      ...job,
      state: "succeeded",
      slot: null,
      lease: null,
      finishedAt: clock.now().toISOString(),
    };
    await store.commit([{ write: "transition", before: job, after: ended, otherwise: inNoState }]);
    clock.advance(10 * minute);
    expect(await store.claim(job.id, clock.now(), clock.now())).toBeNull();
  });
});

describe("a heartbeat", () => {
  it("prolongs the lease and tells people how far the job is", async () => {
    const { store, clock, job } = await aRunningJob();
    const until = new Date(clock.now().getTime() + 5 * minute);
    expect(await store.heartbeat({ ...job, progress: { done: 2, total: 3 } }, until)).toBe("held");
    expect(await store.job(job.id)).toMatchObject({
      progress: { done: 2, total: 3 },
      lease: { until: until.toISOString() },
    });
  });

  it("hears that the job is to be cancelled, and a cancellation undoes no progress", async () => {
    const { store, clock, job } = await aRunningJob();
    await store.heartbeat({ ...job, progress: { done: 1, total: 3 } }, clock.now());
    await store.commit([
      { write: "transition", before: job, after: { ...job, cancelRequested: true }, otherwise: inNoState },
    ]);
    expect(await store.job(job.id)).toMatchObject({ progress: { done: 1 }, cancelRequested: true });
    expect(await store.heartbeat(job, clock.now())).toBe("cancel-requested");
  });
});

describe("the list of jobs", () => {
  it("shows the newest first, over months, a page at a time, each once", async () => {
    const { store, clock } = await aStore();
    const days = ["2025-11-30", "2025-12-15", "2026-01-01", "2026-01-02"];
    const jobs = days.map((day, index) => aJob({ id: `job_${index}`, createdAt: `${day}T10:00:00.000Z` }));
    for (const job of jobs) await enqueue(store, job);
    const first = await store.listJobs({ before: null, limit: 3 });
    expect(first.items.map(({ id }) => id)).toEqual(["job_3", "job_2", "job_1"]);
    const second = await store.listJobs({ before: first.next, limit: 3 });
    expect(second.items.map(({ id }) => id)).toEqual(["job_0"]);
    expect(second.next).toBeNull();
    expect(clock.now().toISOString()).toContain("2026-01-02");
  });

  it("can be asked for one data source, for types and for states", async () => {
    const { store } = await aStore();
    const mine = aJob({ subject: { type: "data-source", id: "ds_mine", name: "mine" } });
    await enqueue(store, mine);
    await enqueue(store, aJob({ subject: { type: "data-source", id: "ds_other", name: "other" } }));
    const ofMine = await store.listJobs({ dataSourceIds: ["ds_mine"], before: null, limit: 10 });
    expect(ofMine.items.map(({ id }) => id)).toEqual([mine.id]);
    expect((await store.listJobs({ states: ["failed"], before: null, limit: 10 })).items).toEqual([]);
    expect((await store.listJobs({ types: ["health-check"], before: null, limit: 10 })).items).toHaveLength(
      2,
    );
  });

  it("of what is active holds every job that is not finished, and no other", async () => {
    const { store, clock } = await aStore();
    const jobs = Array.from({ length: 9 }, () => aJob({ line: unique("con_") }));
    for (const job of jobs) await enqueue(store, job);
    const [done] = jobs;
    if (done === undefined) throw new Error("no job");
    const after: Job = { ...done, state: "cancelled", finishedAt: clock.now().toISOString() };
    await store.commit([{ write: "transition", before: done, after, otherwise: inNoState }]);
    const seen: string[] = [];
    for (let cursor: string | null = null, page = 0; page === 0 || cursor !== null; page += 1) {
      const found = await store.activeJobs(cursor);
      seen.push(...found.items.map(({ id }) => id));
      cursor = found.next;
    }
    expect(seen.sort()).toEqual(
      jobs
        .slice(1)
        .map(({ id }) => id)
        .sort(),
    );
  });
});
