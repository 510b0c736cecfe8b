import { describe, expect, it } from "vitest";
import { failingAt, killedAt, type Broken } from "#test/support/broken-steps.ts";
import { reportOf } from "#test/support/bulk.ts";
import { aDbtApp, pathOf, type Key } from "#test/support/dbt-app.ts";
import { catalogOf, finishRun, jobNow, modelsOf, ranAndSynced, toldOf } from "#test/support/dbt-sync.ts";
import { checked } from "#test/support/invariants.ts";
import { unique } from "#test/support/records.ts";
import { itemsOf } from "#test/support/table-items.ts";

const dbt = await aDbtApp();
const { app, admin } = dbt;
/** One data source in each transaction: what breaks between two of them is what is looked for. */
const ways = { madeAtOnce: 1 };
const minute = 60_000;

const column = { name: "id", type: "integer", tags: ["key"] } as const;

/** A run that changes, deletes, makes and brings back one data source each, and whose sync waits for a worker. */
async function aWaitingSync() {
  const key = await dbt.integrate();
  const schema = unique("marts");
  const kept = { name: "changed", description: "Before.", tags: ["old"], columns: [column] };
  await ranAndSynced(dbt, key, modelsOf(schema, [kept, { name: "gone" }, { name: "returning" }]));
  await ranAndSynced(dbt, key, modelsOf(schema, [kept, { name: "gone" }]));
  const after = {
    ...kept,
    description: "After.",
    tags: [unique("new.")],
    columns: [{ ...column, tags: [] }],
  };
  const project = modelsOf(schema, [after, { name: "made", columns: [column] }, { name: "returning" }]);
  const runId = finishRun(dbt, key, project);
  const asked = await app.call("POST", `${pathOf(key)}/sync`, { as: admin, body: { runId } });
  const { id: jobId } = asked.body as { id: string };
  return { key, schema, project, after, jobId };
}

/** After a worker died its lease lapses, and word of the job comes again. */
async function repair(jobId: string): Promise<void> {
  for (let round = 0; (await app.store.job(jobId))?.finishedAt === null; round += 1) {
    if (round === 3) throw new Error(`the job ${jobId} does not come to an end`);
    app.outbox.lose();
    app.clock.advance(4 * minute);
    await app.outbox.send({ jobId, correlationId: "again" });
    await app.outbox.deliver(app.worker(ways), app.outbox.take(jobId));
  }
}

const isWrite = (step: string): boolean => /Transact|Put|Update|BatchWrite|send message/.test(step);

const outcomesOf = async (key: Key) =>
  (await admin.api.listDbtRuns({ params: key, query: {} })).items.map(({ outcome, state }) => [
    outcome,
    state,
  ]);

describe.each([
  ["dies", (step: number) => killedAt(step, (name) => name.startsWith("after") && isWrite(name)), 1, 12],
  // Steps come in pairs, before and after: each third meets every kind of both.
  ["fails once", (step: number) => failingAt(step, isWrite), 3, 8],
] as const)("a sync whose worker %s at any write", (_, breaking: (step: number) => Broken, stride, least) => {
  it("comes to the same end as without: nothing lost, nothing twice, each told once", async () => {
    const broken: string[] = [];
    for (let step = 1; ; step += stride) {
      const { key, schema, project, after, jobId } = await aWaitingSync();
      const at = breaking(step);
      await app.outbox.deliver(app.worker({ ...ways, breaker: at.breaker }), app.outbox.take(jobId));
      await repair(jobId);
      const job = await jobNow(dbt, jobId);
      const lines = await reportOf(admin, jobId);
      expect({
        at: at.at,
        job: { state: job.state, progress: job.progress },
        result: job.result,
        lines: lines.map(({ kind, table, detail }) => [kind, table, detail].join(" ")).toSorted(),
        catalog: toldOf(await catalogOf(dbt, key)),
        runs: (await outcomesOf(key))[0],
      }).toEqual({
        at: at.at,
        job: { state: "succeeded", progress: { done: 3, total: 3 } },
        result: expect.objectContaining({
          outcome: "applied",
          created: 1,
          updated: 1,
          deleted: 1,
          restored: 1,
        }),
        lines: [
          "created made ",
          "created returning restored",
          "deleted gone its relation is not in the project any more",
          "updated changed ",
        ],
        catalog: {
          changed: expect.objectContaining({ description: "After.", tags: after.tags }),
          made: expect.objectContaining({ name: `${schema}.made` }),
          returning: expect.objectContaining({ status: "enabled" }),
        },
        runs: ["applied", "succeeded"],
      });
      const again = await ranAndSynced(dbt, key, project);
      expect(again.result).toMatchObject({ outcome: "unchanged" });
      if (at.at === null) break;
      broken.push(at.at);
    }
    expect(broken.length).toBeGreaterThan(least);
  }, 300_000);
});

it("leaves nothing behind but what the hourly sweep takes, and that it takes", async () => {
  app.clock.advance(2 * 60 * minute);
  app.clock.advance((60 - app.clock.now().getUTCMinutes()) * minute);
  await app.sweep();
  const { findings } = await checked(app);
  expect(findings.filter(({ invariant }) => invariant !== "no-job-is-lost")).toEqual([]);
  expect(await itemsOf(app, "staged-batch")).toEqual([]);
});
