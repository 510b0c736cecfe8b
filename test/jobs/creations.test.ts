import { beforeEach, describe, expect, it } from "vitest";
import type { User } from "#core/people/user.ts";
import { RemoteError, type RemoteSessions } from "#core/ports/remote.ts";
import { anApp } from "#test/support/app.ts";
import { aConnection, aPersona, registering, type Connection, type Persona } from "#test/support/personas.ts";
import {
  findingsAtEnd,
  failing,
  remains,
  waitingCreations,
  whileAsked,
  work,
  type ToldJob,
} from "#test/support/slow-remote.ts";
import { auditOf, lineOf } from "#test/support/table-items.ts";
import { until } from "#test/support/until.ts";

const app = await anApp();
const owner = await aPersona(app, { permissions: registering });
const minute = 60_000;
let connection: Connection;

beforeEach(async () => {
  connection = await aConnection(owner);
});

const kinds = ["connection", "data-source"] as const;
type Kind = (typeof kinds)[number];

/** Somebody who may create connections, and data sources on the connection. */
async function aCreator(): Promise<Persona> {
  const persona = await aPersona(app, { permissions: registering });
  await owner.api.addConnectionMember({
    params: { connectionId: connection.id },
    body: { principal: { type: "user", id: persona.user.id }, role: "registrar" },
  });
  return persona;
}

const ask = (kind: Kind, as: Persona) => waitingCreations(app, as, connection)[kind]();
const ended = ({ id }: Pick<ToldJob, "id">, as = owner) => as.api.getJob({ params: { jobId: id } });

const change = async (persona: Persona, given: Partial<User>): Promise<void> => {
  const user = (await app.store.user(persona.user.id)) ?? persona.user;
  const record = { ...user, ...given, version: user.version + 1 };
  await app.store.commit([{ write: "put", kind: "user", record }]);
};

describe.each(kinds)("a job that makes a %s", (kind) => {
  const forbidden = { state: "failed", error: { code: "forbidden", status: 403 }, result: null };

  it("fails as forbidden where who asked was disabled while it waited", async () => {
    const persona = await aCreator();
    const { job, name } = await ask(kind, persona);
    await change(persona, { disabled: true });
    expect(await work(app, job)).toBe(0);
    expect(await app.store.job(job.id)).toMatchObject({ ...forbidden, attempts: 1 });
    expect(await remains(app, name)).toEqual([]);
  });

  it("fails as forbidden where who asked lost the permission while the remote was asked", async () => {
    const persona = await aCreator();
    const { job, name } = await ask(kind, persona);
    const sessions = whileAsked(app, () => change(persona, { permissions: [] }));
    expect(await work(app, job, { sessions })).toBe(0);
    expect(await ended(job, persona)).toMatchObject({ ...forbidden, attempts: 1 });
    expect(await remains(app, name)).toEqual([]);
  });

  it("succeeds where who asked changed in ways that matter to nobody", async () => {
    const persona = await aCreator();
    const { job } = await ask(kind, persona);
    const sessions = whileAsked(app, () => change(persona, { attributes: { Country: ["US"] } }));
    expect(await work(app, job, { sessions })).toBe(0);
    expect(await ended(job, persona)).toMatchObject({ state: "succeeded", attempts: 1, error: null });
  });

  it.each(["before", "while"])(
    "fails with the name's own problem where it was taken %s the remote was asked",
    async (when) => {
      const { job, name } = await ask(kind, owner);
      const take = () => app.call("POST", `/${kind}s`, { as: owner, body: { ...bodyOf, name } });
      const { body: bodyOf } = await ask(kind, owner);
      if (when === "before") await take();
      const sessions = when === "before" ? app.gateway : whileAsked(app, take);
      expect(await work(app, job, { sessions })).toBe(0);
      const code = `${kind}-name-taken`;
      expect(await ended(job)).toMatchObject({
        state: "failed",
        attempts: 1,
        error: { code, status: 409, instance: expect.any(String), errors: [{ pointer: "/name" }] },
        result: null,
      });
      expect(await remains(app, name)).toEqual([kind]);
      expect(await auditOf(app, "job", job.id)).toEqual(["job:failed"]);
    },
  );

  it("fails with what the remote refuses, as a request would be told, at once", async () => {
    const { job, name } = await ask(kind, owner);
    const refusal = new RemoteError("authentication-failed", "no such login");
    expect(await work(app, job, { sessions: failing(refusal) })).toBe(0);
    expect(await ended(job)).toMatchObject({
      state: "failed",
      attempts: 1,
      error: { code: "connection-failed", reason: "authentication-failed", detail: "no such login" },
    });
    expect(await remains(app, name)).toEqual([]);
  });

  it("tries again where the remote could not be reached for a moment, and says so where it stays so", async () => {
    const { job } = await ask(kind, owner);
    const gone = failing(new RemoteError("unreachable", "no answer"));
    expect(await work(app, job, { sessions: gone })).toBe(1);
    expect(await ended(job)).toMatchObject({ state: "running", error: { code: "connection-failed" } });
    expect(await work(app, job)).toBe(0);
    expect(await ended(job)).toMatchObject({ state: "succeeded", attempts: 2, error: null });
    const { job: other } = await ask(kind, owner);
    for (const failures of [1, 1, 0]) expect(await work(app, other, { sessions: gone })).toBe(failures);
    expect(await ended(other)).toMatchObject({
      state: "failed",
      attempts: 3,
      error: { code: "connection-failed", reason: "unreachable" },
    });
  });

  it("asks with a worker's time: the remote's own limit ends what takes longer", async () => {
    const { job } = await ask(kind, owner);
    const budgets: number[] = [];
    const sessions: RemoteSessions = {
      withSession: (target, budget, question) => {
        budgets.push(budget.statementTimeoutMs, budget.remainingMs?.() ?? 0);
        return app.gateway.withSession(target, budget, question);
      },
    };
    expect(await work(app, job, { sessions, statementTimeoutMs: 123_000 })).toBe(0);
    expect(budgets).toEqual([123_000, 10 * minute]);
    const { job: late } = await ask(kind, owner);
    await work(app, late, { sessions: failing(new RemoteError("statement-timeout", "still nothing")) });
    expect(await ended(late)).toMatchObject({
      state: "failed",
      error: { code: "connection-failed", reason: "statement-timeout" },
    });
  });

  it("can be cancelled before a worker has it and while one asks, and then leaves nothing", async () => {
    const { job, name } = await ask(kind, owner);
    const message = app.outbox.take(job.id);
    expect((await app.call("POST", `/jobs/${job.id}/cancel`, { as: owner })).status).toBe(202);
    await app.outbox.deliver(app.worker(), message);
    expect(await ended(job)).toMatchObject({ state: "cancelled", result: null });
    expect(await remains(app, name)).toEqual([]);

    const { job: running, name: other } = await ask(kind, owner);
    const sessions: RemoteSessions = {
      withSession: async (_, { signal }) => {
        await app.call("POST", `/jobs/${running.id}/cancel`, { as: owner });
        await app.timers.advance(minute);
        await until(
          () => Promise.resolve(signal?.aborted),
          (aborted) => aborted === true,
        );
        throw new RemoteError("cancelled", "the work was cancelled");
      },
    };
    expect(await work(app, running, { sessions })).toBe(0);
    expect(await ended(running)).toMatchObject({ state: "cancelled", result: null });
    expect(await remains(app, other)).toEqual([]);
    expect(await lineOf(app, running.subject.id)).toMatchObject({ waiting: [] });
  });

  it("comes to its end when a person sends it again, whatever it failed of", async () => {
    const { job, name } = await ask(kind, owner);
    await work(app, job, { sessions: failing(new RemoteError("query-failed", "not today")) });
    expect(await ended(job)).toMatchObject({ state: "failed" });
    expect((await app.call("POST", `/jobs/${job.id}/retry`, { as: owner })).status).toBe(202);
    expect(await work(app, job)).toBe(0);
    const after = await ended(job);
    expect(after).toMatchObject({ state: "succeeded", error: null });
    expect(await remains(app, name)).toEqual([kind]);
    expect(await auditOf(app, kind, String(after.result?.["id"]))).toContain(`${kind}:create`);
  });

  it("makes one where two workers have it at once", async () => {
    const { job, name } = await ask(kind, owner);
    const sessions = whileAsked(app, async () => {
      // The first is silent for so long that its lease lapses.
      app.clock.advance(3 * minute);
      await app.outbox.send({ jobId: job.id, correlationId: "again" });
      expect(await work(app, job)).toBe(0);
    });
    expect(await work(app, job, { sessions })).toBe(0);
    expect(await ended(job)).toMatchObject({ state: "succeeded", attempts: 2 });
    expect(await remains(app, name)).toEqual([kind]);
    expect(await auditOf(app, "job", job.id)).toEqual(["job:succeeded"]);
  });
});

it("leaves a sound table", async () => {
  expect(await findingsAtEnd(app)).toEqual([]);
});
