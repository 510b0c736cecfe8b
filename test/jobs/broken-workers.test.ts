import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { afterwards, failingAt, killedAt, type Broken } from "#test/support/broken-steps.ts";
import { checkStates, shown } from "#test/support/health.ts";
import { aConnection, aDataSource, aPersona, registering, aRemoteTable } from "#test/support/personas.ts";
import { auditOf, lineOf } from "#test/support/table-items.ts";

const app = await anApp();
const owner = await aPersona(app, { permissions: registering });
const minute = 60_000;

/** A data source that is measured, on a connection of its own, and jobs that fill the connection's slots and wait. */
async function aBusyLine() {
  const connection = await aConnection(owner);
  const table = await aRemoteTable("id int primary key", "values (1), (2), (3)");
  const source = await aDataSource(owner, connection, table);
  await app.drain();
  const enqueue = async (): Promise<string> =>
    (await owner.api.runChecks({ params: { dataSourceId: source.id }, body: {} })).id;
  const jobs: string[] = [];
  for (let count = 0; count < 5; count += 1) jobs.push(await enqueue());
  return { connection, source, enqueue, jobs };
}

/** After a worker died, time goes on: the message comes again, and the sweep runs each minute. */
async function repair(jobId: string): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    app.clock.advance(2 * minute);
    await app.sweep();
    // Other jobs of the line are nobody's business here: word of them is sent again and again.
    const others = app.outbox.waiting.filter(({ body }) => !body.includes(jobId));
    for (const message of app.outbox.waiting.splice(0)) {
      if (!others.includes(message)) await app.outbox.deliver(app.worker(), message);
    }
    await app.outbox.deliver(app.deadLetterWorker, ...app.outbox.deadLetters.splice(0));
  }
}

describe.each([
  ["killed", (step: number) => killedAt(step, afterwards), 1],
  // Steps come in pairs, before and after: each third meets every kind of both.
  ["failing", failingAt, 3],
] as const)("a worker %s between any two steps", (_, breaking: (step: number) => Broken, stride) => {
  it("comes to the same end: nothing lost, no slot kept, one record of the end, the next in line let in", async () => {
    const { connection, source, enqueue, jobs } = await aBusyLine();
    const broken: string[] = [];
    for (let step = 1; ; step += stride) {
      const [jobId, next] = [jobs.shift() ?? "", jobs[3] ?? ""];
      app.outbox.lose();
      await app.outbox.send({ jobId, correlationId: "broken" });
      const at = breaking(step);
      await app.outbox.deliver(app.worker({ breaker: at.breaker }), app.outbox.take(jobId));
      await repair(jobId);

      const job = await owner.api.getJob({ params: { jobId } });
      expect({ at: at.at, state: job.state, error: job.error }).toEqual({
        at: at.at,
        state: "succeeded",
        error: null,
      });
      const ends = (await auditOf(app, "job", jobId)).filter((action) =>
        /succeeded|failed|cancelled/.test(action),
      );
      expect(ends).toEqual(["job:succeeded"]);
      const line = await lineOf(app, connection.id);
      expect({ at: at.at, ...line }).toEqual({
        at: at.at,
        holding: expect.arrayContaining([next]),
        waiting: [],
      });
      expect(line.holding).toHaveLength(4);
      expect(line.holding).not.toContain(jobId);
      if (at.at === null) break;
      broken.push(at.at);
      jobs.push(await enqueue());
    }
    expect(broken.length).toBeGreaterThan(8);
    const every = "UpdateItemCommand,TransactWriteItemsCommand,send message,open,countRows,columnStatistics";
    const wanted = stride === 1 ? every.split(",").map((name) => `after ${name}`) : [];
    expect(broken).toEqual(expect.arrayContaining(wanted));
    const after = await shown(owner, source);
    expect(after).toMatchObject({ health: { status: "healthy" }, statistics: { rowCount: { value: 3 } } });
    expect(checkStates(after)).toMatchObject({
      "row-count": "passed",
      "high-cardinality": "passed",
      fingerprint: "passed",
    });
  });
});

describe("a dead-letter worker killed between any two steps", () => {
  it("leaves its job failed once its message comes again", async () => {
    const connection = await aConnection(owner);
    for (let step = 1; ; step += 1) {
      const source = await aDataSource(owner, connection);
      const [job] = (await owner.api.listJobs({ query: { dataSourceId: source.id } })).items;
      const jobId = job?.id ?? "";
      const sessions = { withSession: () => Promise.reject(new Error("no")) };
      for (let attempt = 1; attempt <= 3; attempt += 1) {
        await app.outbox.deliver(app.worker({ sessions }), app.outbox.take(jobId));
      }
      const [letter] = app.outbox.deadLetters.splice(0);
      if (letter === undefined) throw new Error("there is no dead letter");
      const at = killedAt(step, afterwards);
      const failed = await app.outbox.deliver(app.breakingDeadLetterWorker(at.breaker), letter);
      if (failed > 0) await app.outbox.deliver(app.deadLetterWorker, ...app.outbox.deadLetters.splice(0));
      expect((await owner.api.getJob({ params: { jobId } })).state).toBe("failed");
      expect(await auditOf(app, "job", jobId)).toEqual(["job:failed"]);
      app.outbox.lose();
      if (at.at === null) break;
    }
    expect((await lineOf(app, connection.id)).waiting).toEqual([]);
  });
});
