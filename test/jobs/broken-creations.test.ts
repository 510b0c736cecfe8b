import { describe, expect, it, onTestFinished } from "vitest";
import { dynamoStore } from "#adapters/dynamodb/dynamo-store.ts";
import { anApp, caller } from "#test/support/app.ts";
import {
  breakingClient,
  breakingMessages,
  breakingSecrets,
  failingAt,
  killedAt,
  type Broken,
} from "#test/support/broken-steps.ts";
import { aConnection, aPersona, connectionBody, registering } from "#test/support/personas.ts";
import {
  aCreation,
  findingsAtEnd,
  hurriedRemote,
  waitingCreations,
  type ToldJob,
} from "#test/support/slow-remote.ts";
import { testClient } from "#test/support/store.ts";
import { unique } from "#test/support/records.ts";
import { auditOf, itemsOf } from "#test/support/table-items.ts";

const app = await anApp();
const owner = await aPersona(app, { permissions: registering });
const minute = 60_000;
const kinds = ["connection", "data-source"] as const;

/** After a worker died its lease lapses, and word of the job comes again. */
async function repair(jobId: string): Promise<void> {
  for (let round = 0; (await app.store.job(jobId))?.finishedAt === null; round += 1) {
    if (round === 3) throw new Error(`the job ${jobId} does not come to an end`);
    app.outbox.lose();
    app.clock.advance(4 * minute);
    await app.outbox.send({ jobId, correlationId: "again" });
    await app.outbox.deliver(app.worker(), app.outbox.take(jobId));
  }
}

/** Writes alone: what comes of a read that fails is tried with the worker that dies. */
const isWrite = (step: string): boolean => /Transact|Put|Update|BatchWrite|send message/.test(step);

const ways = [
  // To die before a step is to die after the one before it.
  ["dies", (step: number) => killedAt(step, (name) => /^after (?!BatchGetItem|Query)/.test(name)), 1],
  // Steps come in pairs, before and after: each third meets every kind of both.
  ["fails once", (step: number) => failingAt(step, isWrite), 3],
] as const;
const cases = kinds.flatMap((kind) =>
  ways.map(([way, breaking, stride]) => ({ kind, way, breaking, stride })),
);

describe.each(cases)(
  "a job that makes a $kind, whose worker $way at any step",
  ({ kind, breaking, stride }) => {
    it("makes it once, with one record of it and of its end", async () => {
      const broken: string[] = [];
      for (let step = 1; ; step += stride) {
        const connection = kind === "connection" ? { id: "none" } : await aConnection(owner);
        const { job, name } = await waitingCreations(app, owner, connection)[kind]();
        const at: Broken = breaking(step);
        await app.outbox.deliver(app.worker({ breaker: at.breaker }), app.outbox.take(job.id));
        await repair(job.id);
        const { state, result, error } = await owner.api.getJob({ params: { jobId: job.id } });
        const madeAs = await auditOf(app, kind, String(result?.["id"]));
        const made = (await itemsOf(app, kind)).filter((item) => item["name"] === name);
        expect({ at: at.at, state, error, made: made.map(({ id }) => id), madeAs }).toEqual({
          at: at.at,
          state: "succeeded",
          error: null,
          made: [result?.["id"]],
          madeAs: [...(kind === "connection" ? ["connection:request"] : []), `${kind}:create`],
        });
        expect(await auditOf(app, "job", job.id)).toEqual(["job:succeeded"]);
        if (at.at === null) break;
        broken.push(at.at);
      }
      expect(broken.length * stride).toBeGreaterThan(kind === "connection" ? 3 : 7);
    }, 60_000);
  },
);

/** Sends a request that has next to no time, through functions whose steps break. */
async function callBroken({ breaker }: Broken, path: string, body: object) {
  const client = breakingClient(testClient(), breaker);
  onTestFinished(() => client.destroy());
  const call = caller({
    ...app.parts,
    store: dynamoStore({ client, tableName: app.tableName, clock: app.clock }),
    secrets: breakingSecrets(app.secrets, breaker),
    messages: breakingMessages(app.outbox, breaker),
    remote: hurriedRemote(app),
  });
  return await call("POST", path, { as: owner, body });
}

describe.each(kinds)("a request for a %s that only a job can go on with, broken at any step", (kind) => {
  it("leaves a job that comes to its end, or nothing for good", async () => {
    const outcomes = new Set<number>();
    for (let step = 1; ; step += 1) {
      const at = killedAt(step, (name) => !/BatchGetItem|Query/.test(name));
      const name = unique("broken ");
      const body =
        kind === "connection"
          ? connectionBody(name)
          : { ...(await aCreation(await aConnection(owner))), name };
      const { status } = await callBroken(at, `/${kind}s`, body);
      app.clock.advance(3 * minute);
      await app.sweep();
      await app.drain();
      const jobs = (await itemsOf(app, "job")) as unknown as readonly (ToldJob & { input: object })[];
      const own = jobs.filter(({ input }) => Reflect.get(input, "name") === name);
      expect(own.map(({ state }) => state)).toEqual(own.map(() => "succeeded"));
      expect(own.length).toBeLessThan(2);
      const made = (await itemsOf(app, kind)).filter((item) => item["name"] === name);
      expect(made).toHaveLength(own.length);
      outcomes.add(own.length);
      expect(status !== 202 || own.length === 1).toBe(true);
      if (at.at === null) break;
    }
    expect([...outcomes].toSorted()).toEqual([0, 1]);
  }, 60_000);
});

it("leaves nothing behind but what the hourly sweep takes, and that it takes", async () => {
  app.clock.advance(2 * 60 * minute);
  app.clock.advance((60 - app.clock.now().getUTCMinutes()) * minute);
  await app.sweep();
  expect(await findingsAtEnd(app)).toEqual([]);
  const connections = await itemsOf(app, "connection");
  const refs = (await app.secrets.list("connections/")).map(({ ref }) => ref);
  expect(refs.toSorted()).toEqual(connections.map(({ secretRef }) => String(secretRef)).toSorted());
  expect(await itemsOf(app, "staged-generation")).toEqual([]);
});
