import { describe, expect, it } from "vitest";
import type { RunRecord } from "#core/dbt/run-record.ts";
import { aDbtApp, aDelivery, aRunId, pathOf } from "#test/support/dbt-app.ts";
import { aRunRecord } from "#test/support/dbt-records.ts";
import { itemsOf } from "#test/support/table-items.ts";

const { app, admin, listening, deliver } = await aDbtApp();

const deliveriesOf = async (id: string) =>
  (await itemsOf(app, "dbt-delivery")).filter(({ integrationId }) => integrationId === id);
const jobsOf = async (id: string) => (await itemsOf(app, "job")).filter(({ line }) => line === id);
const received = { status: 202, body: { received: true } };

describe("a run that was told of already", () => {
  /** A run of an integration that has come to something, and the jobs that a delivery of it makes. */
  async function toldAgain(run: Partial<RunRecord>, jobId: string | null = null) {
    const { key, secret, id } = await listening();
    const runId = aRunId();
    const at = app.clock.now().toISOString();
    const record = aRunRecord({ integrationId: id, runId, jobId, reason: "", at, ...run });
    await app.store.commit([{ write: "put", kind: "dbt-run", record }]);
    expect(await deliver(key, aDelivery(key, { secret, runId }))).toMatchObject(received);
    const [delivery] = (await deliveriesOf(id)).filter(
      ({ eventId }) => !String(eventId).startsWith("again:"),
    );
    return { jobs: (await jobsOf(id)).length, outcome: delivery?.["outcome"] };
  }

  it.each([
    ["was applied", { outcome: "applied" as const }],
    ["changed nothing", { outcome: "unchanged" as const }],
    ["waits for a person", { outcome: "awaiting-approval" as const }],
    ["was ignored for good", { outcome: "ignored" as const, reason: "ci-job: its job checks pull requests" }],
  ])("makes no second job where it %s", async (_, run) => {
    expect(await toldAgain(run)).toEqual({ jobs: 0, outcome: "duplicate" });
  });

  it.each([
    ["failed", { outcome: "failed" as const, reason: "dbt-cloud-unreachable: no answer" }],
    [
      "was not finished when it was looked at",
      { outcome: "ignored" as const, reason: "run-not-finished: it runs" },
    ],
    ["has lost its job", { outcome: null }],
  ])("makes another job where it %s", async (_, run) => {
    expect(await toldAgain(run, "job_gone")).toEqual({ jobs: 1, outcome: "accepted" });
  });

  it("makes no second job for the same event, nor while the first is at it, by whatever event", async () => {
    const { key, secret, id } = await listening();
    const runId = aRunId();
    const completed = aDelivery(key, { secret, runId });
    const errored = aDelivery(key, { secret, runId, eventType: "job.run.errored" });
    for (const delivery of [completed, completed, errored, errored]) {
      expect(await deliver(key, delivery)).toMatchObject(received);
    }
    expect(await jobsOf(id)).toHaveLength(1);
    const outcomes = (await deliveriesOf(id)).map(({ outcome }) => outcome);
    expect(outcomes.toSorted()).toEqual(["accepted", "duplicate"]);
  });

  it("told of by many deliveries at the same moment makes one job", async () => {
    const { key, secret, id } = await listening();
    const runId = aRunId();
    const deliveries = Array.from({ length: 12 }, () => aDelivery(key, { secret, runId }));
    const replies = await Promise.all(deliveries.map((delivery) => deliver(key, delivery)));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([202]));
    expect(await jobsOf(id)).toHaveLength(1);
    expect(await deliveriesOf(id)).toHaveLength(12);
  });

  it("that failed, told of by many deliveries at the same moment, makes one job more", async () => {
    const { key, secret, id } = await listening();
    const runId = aRunId();
    const at = app.clock.now().toISOString();
    const failed = aRunRecord({ integrationId: id, runId, jobId: "job_gone", outcome: "failed", at });
    await app.store.commit([{ write: "put", kind: "dbt-run", record: failed }]);
    const deliveries = Array.from({ length: 12 }, () => aDelivery(key, { secret, runId }));
    const replies = await Promise.all(deliveries.map((delivery) => deliver(key, delivery)));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([202]));
    const jobs = await jobsOf(id);
    expect(jobs).toHaveLength(1);
    expect(await app.store.runRecord(id, runId)).toMatchObject({ jobId: jobs[0]?.["id"], outcome: null });
  });

  it("so long ago that its record has expired counts as one that was never heard of", async () => {
    const { key, secret, id } = await listening();
    const runId = aRunId();
    // Until the clock has come to it, DynamoDB keeps it.
    const at = new Date(app.clock.now().getTime() - 120 * 86_400_000 + 3_600_000).toISOString();
    await app.store.commit([
      { write: "put", kind: "dbt-run", record: aRunRecord({ integrationId: id, runId, at }) },
    ]);
    app.clock.advance(2 * 3_600_000);
    expect(await deliver(key, aDelivery(key, { secret, runId }))).toMatchObject(received);
    expect(await jobsOf(id)).toHaveLength(1);
  });

  it("is no run of another integration of the same account", async () => {
    const [one, other] = [await listening(), await listening()];
    const runId = aRunId();
    for (const { key, secret } of [one, other]) {
      expect(await deliver(key, aDelivery(key, { secret, runId }))).toMatchObject(received);
    }
    expect([(await jobsOf(one.id)).length, (await jobsOf(other.id)).length]).toEqual([1, 1]);
  });
});

describe("a delivery and a removal at the same moment", () => {
  it("come to one end: what was acknowledged has its job, what was refused has none", async () => {
    const { key, secret, id } = await listening();
    const [delivered] = await Promise.all([
      deliver(key, aDelivery(key, { secret })),
      app.call("DELETE", pathOf(key), { as: admin }),
    ]);
    const syncs = (await jobsOf(id)).filter(({ type }) => type === "dbt-sync");
    expect(syncs).toHaveLength(delivered.status === 202 ? 1 : 0);
    expect([202, 401]).toContain(delivered.status);
  });
});
