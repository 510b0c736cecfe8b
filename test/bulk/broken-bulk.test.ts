import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { failingAt, killedAt, type Broken } from "#test/support/broken-steps.ts";
import { settledBy, tableNames } from "#test/support/bulk.ts";
import { checked } from "#test/support/invariants.ts";
import { aPersona, registering } from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";
import { aScriptedConnection, scriptedRemote } from "#test/support/scripted-remote.ts";
import { auditOf, itemsOf } from "#test/support/table-items.ts";

const app = await anApp();
const owner = await aPersona(app, { permissions: registering });
const remote = scriptedRemote();
/** Chunks of one data source: what breaks between two of them is what is looked for. */
const ways = { sessions: remote.sessions, madeAtOnce: 1 };
const minute = 60_000;

/** More than fit into one chunk, and one that cannot be read. */
const names = tableNames(2);
const expected = { ...Object.fromEntries(names.map((name) => [name, "created"])), broken: "query-failed" };

/** A connection of its own with a schema of its own, and a bulk registration that waits for a worker. */
async function aWaitingRun() {
  const schema = unique("sales");
  remote.tables.set(schema, ["broken", ...names]);
  const connection = await aScriptedConnection(app, owner, schema);
  const { id } = await owner.api.registerDataSources({
    body: { connectionId: connection.id, schemas: [schema] },
  });
  return { connection, jobId: id };
}

/** After a worker died its lease lapses, and word of the job comes again. */
async function repair(jobId: string): Promise<void> {
  for (let round = 0; (await app.store.job(jobId))?.finishedAt === null; round += 1) {
    if (round === 3) throw new Error(`the job ${jobId} does not come to an end`);
    // What checks the new data sources is nobody's business here: that it is there is looked at in the end.
    app.outbox.lose();
    app.clock.advance(4 * minute);
    await app.outbox.send({ jobId, correlationId: "again" });
    await app.outbox.deliver(app.worker(ways), app.outbox.take(jobId));
  }
}

/** Writes alone: what comes of a read that fails is tried with the worker that dies. */
const isWrite = (step: string): boolean => /Transact|Put|Update|BatchWrite|send message/.test(step);

describe.each([
  // To die before a step is to die after the one before it.
  ["dies", (step: number) => killedAt(step, (name) => name.startsWith("after")), 1, 25],
  // Steps come in pairs, before and after: each third meets every kind of both.
  ["fails once", (step: number) => failingAt(step, isWrite), 3, 6],
] as const)(
  "a bulk registration whose worker %s at any step",
  (_, breaking: (step: number) => Broken, stride, least) => {
    it("comes to the same end as without: nothing lost, nothing twice, nothing told that is not so", async () => {
      const broken: string[] = [];
      for (let step = 1; ; step += stride) {
        const { jobId, connection } = await aWaitingRun();
        const at = breaking(step);
        await app.outbox.deliver(app.worker({ ...ways, breaker: at.breaker }), app.outbox.take(jobId));
        await repair(jobId);
        const job = await owner.api.getJob({ params: { jobId } });
        const { items } = await owner.api.listDataSources({ query: { connectionId: connection.id } });
        expect({
          at: at.at,
          state: job.state,
          progress: job.progress,
          result: job.result,
          settled: await settledBy(owner, jobId),
          listed: items.map(({ remote: { table } }) => table),
          audit: await auditOf(app, "job", jobId),
        }).toEqual({
          at: at.at,
          state: "succeeded",
          progress: { done: names.length + 1, total: names.length + 1 },
          result: expect.objectContaining({ created: names.length, skipped: { "query-failed": 1 } }),
          settled: expected,
          listed: names,
          audit: ["data-source:create", "data-source:create", "job:succeeded"],
        });
        if (at.at === null) break;
        broken.push(at.at);
      }
      expect(broken.length).toBeGreaterThan(least);
    }, 60_000);
  },
);

it("leaves nothing behind but jobs for the checks and what the hourly sweep takes, and that it takes", async () => {
  app.clock.advance(2 * 60 * minute);
  app.clock.advance((60 - app.clock.now().getUTCMinutes()) * minute);
  await app.sweep();
  const { findings } = await checked(app);
  expect(findings.filter(({ invariant }) => invariant !== "no-job-is-lost")).toEqual([]);
  expect(await itemsOf(app, "staged-batch")).toEqual([]);
  const headers = await itemsOf(app, "data-source");
  expect(await itemsOf(app, "dictionary-chunk")).toHaveLength(headers.length);
});
