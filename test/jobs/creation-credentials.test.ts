import { describe, expect, it } from "vitest";
import { sweepSecrets } from "#core/connections/sweep-secrets.ts";
import { RemoteError } from "#core/ports/remote.ts";
import { anApp } from "#test/support/app.ts";
import { aPersona, connectionBody, registering } from "#test/support/personas.ts";
import {
  findingsAtEnd,
  failing,
  waitingCreations,
  whileAsked,
  work,
  type ToldJob,
} from "#test/support/slow-remote.ts";
import { itemsOf } from "#test/support/table-items.ts";

const app = await anApp();
const owner = await aPersona(app, { permissions: registering });
const minute = 60_000;
const ask = waitingCreations(app, owner, { id: "none" }).connection;
const ended = ({ id }: Pick<ToldJob, "id">) => owner.api.getJob({ params: { jobId: id } });

describe("the credentials of a connection that is to be", () => {
  const secretsOf = async ({ subject }: ToldJob) =>
    (await app.secrets.list(`connections/${subject.id}/`)).length;
  /** The sweep at the next full hour that is more than so many hours away. */
  async function sweepAfter(hours: number): Promise<void> {
    app.clock.advance(hours * 60 * minute);
    app.clock.advance((60 - app.clock.now().getUTCMinutes()) * minute);
    await app.sweep();
    app.clock.advance(5 * minute);
  }
  const retry = ({ id }: ToldJob) => app.call("POST", `/jobs/${id}/retry`, { as: owner });

  it("stay as long as its job waits or is worked on, and then are the connection's", async () => {
    const { job } = await ask();
    await sweepAfter(5);
    expect(await secretsOf(job)).toBe(1);
    app.outbox.lose();
    await app.outbox.send({ jobId: job.id, correlationId: "late" });
    let during = 0;
    const sessions = whileAsked(app, async () => {
      await sweepAfter(1);
      during = await secretsOf(job);
      throw new RemoteError("connection-lost", "once");
    });
    await work(app, job, { sessions });
    expect(during).toBe(1);
    app.outbox.lose();
    await app.outbox.send({ jobId: job.id, correlationId: "later" });
    await work(app, job);
    expect(await ended(job)).toMatchObject({ state: "succeeded" });
    await sweepAfter(2);
    expect(await secretsOf(job)).toBe(1);
    const path = `/connections/${job.subject.id}/test`;
    expect((await app.call("POST", path, { as: owner })).status).toBe(200);
  });

  it("are spared by a sweep that found no connection before the job had made it", async () => {
    const { job } = await ask();
    const store = {
      ...app.store,
      connections: async (ids: readonly string[]) => {
        const found = await app.store.connections(ids);
        // After the sweep's first look, and before its next.
        if (app.outbox.jobIds.includes(job.id)) await work(app, job);
        return found;
      },
    };
    const at = new Date(app.clock.now().getTime() + 3 * 60 * minute);
    await sweepSecrets({ store, secrets: app.secrets, clock: { now: () => at } });
    expect(await ended(job)).toMatchObject({ state: "succeeded" });
    expect(await secretsOf(job)).toBe(1);
  });

  it.each(["failed", "cancelled"])(
    "go with the hourly sweep once it has %s, and it cannot be tried again",
    async (end) => {
      const { job } = await ask();
      if (end === "cancelled") await app.call("POST", `/jobs/${job.id}/cancel`, { as: owner });
      else await work(app, job, { sessions: failing(new RemoteError("query-failed", "no")) });
      expect(await ended(job)).toMatchObject({ state: end });
      expect(await secretsOf(job)).toBe(1);
      await sweepAfter(1);
      expect(await secretsOf(job)).toBe(0);
      const refused = await retry(job);
      expect(refused).toMatchObject({ status: 409, body: { code: "job-state" } });
      expect(refused.text).toContain("credentials");
      expect(await ended(job)).toMatchObject({ state: end });
    },
  );

  it("are there for a retry within fifty minutes, and a sweep right behind it spares them", async () => {
    const { job } = await ask();
    await app.call("POST", `/jobs/${job.id}/cancel`, { as: owner });
    app.clock.advance(50 * minute);
    expect((await retry(job)).status).toBe(202);
    app.outbox.lose();
    await sweepAfter(1);
    expect(await secretsOf(job)).toBe(1);
    const { job: late } = await ask();
    await app.call("POST", `/jobs/${late.id}/cancel`, { as: owner });
    app.clock.advance(50 * minute + 1);
    expect((await retry(late)).status).toBe(409);
  });

  it("are nowhere else: not in the job, its reply, the table or the log", async () => {
    const body = connectionBody();
    const { job } = await ask(body);
    await work(app, job, { sessions: failing(new Error(`password=${body.credentials.password}`)) });
    const { password } = body.credentials;
    const told = [job, await ended(job), await itemsOf(app, "job", "audit", "kept-reply")];
    expect(JSON.stringify(told)).not.toContain(password);
    await work(app, job);
    expect(await ended(job)).toMatchObject({ state: "succeeded" });
  });
});

it("leaves a sound table", async () => {
  expect(await findingsAtEnd(app)).toEqual([]);
});
