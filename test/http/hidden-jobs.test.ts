import { describe, expect, it } from "vitest";
import type { Job } from "#core/jobs/job.ts";
import { anApp } from "#test/support/app.ts";
import {
  aDataSource,
  aPersona,
  aRegistrar,
  everyPermission,
  type DataSource,
  type Persona,
} from "#test/support/personas.ts";
import { aJob, unique } from "#test/support/records.ts";
import { stateMember, subscribeBy } from "#test/support/standings.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const administrator = await aPersona(app, {
  permissions: everyPermission.filter((one) => one !== "GOVERNANCE"),
});

/** A data source with a job that an expert asked for. */
async function anAskedJob() {
  const source = await aDataSource(owner, connection, { name: unique("ledger ") });
  await app.drain();
  const expert = await aPersona(app);
  await stateMember(app, source, { type: "user", id: expert.user.id }, "expert");
  const { id } = await expert.api.runChecks({ params: { dataSourceId: source.id }, body: {} });
  return { source, expert, id, leave: () => stateMember(app, source, idOf(expert), null) };
}
const idOf = ({ user: { id } }: Persona) => ({ type: "user", id }) as const;

const show = (id: string, as: Persona) => app.call("GET", `/jobs/${id}`, { as });
const listed = (as: Persona, query = {}) => app.call("GET", "/jobs", { as, query: { limit: 200, ...query } });
const isListed = async (id: string, as: Persona) => {
  const { body } = await listed(as);
  return (body as { items: readonly Job[] }).items.some((job) => job.id === id);
};

/** That nothing of what is hidden is in any of these replies. */
function expectSilent(replies: readonly { readonly text: string }[], source: DataSource): void {
  for (const { text } of replies) {
    for (const secret of [source.id, source.name, source.remote.schema]) expect(text).not.toContain(secret);
  }
}

describe("a job about a data source", () => {
  it("is gone for whoever asked for it once they may not read the data source any more", async () => {
    const { source, expert, id, leave } = await anAskedJob();
    expect([(await show(id, expert)).status, await isListed(id, expert)]).toEqual([200, true]);
    await leave();
    const ghost = await show("job_ghost", expert);
    for (const [verb, to] of [
      ["GET", ""],
      ["GET", "/report"],
      ["POST", "/retry"],
      ["POST", "/approve"],
      ["POST", "/cancel"],
    ] as const) {
      const reply = await app.call(verb, `/jobs/${id}${to}`, { as: expert });
      expect([verb, to, reply.status]).toEqual([verb, to, 404]);
      expect({ ...(reply.body as object), instance: "" }).toEqual({
        ...(ghost.body as object),
        instance: "",
      });
    }
    const lists = [await listed(expert), await listed(expert, { dataSourceId: source.id })];
    for (const { body } of lists) expect(body).toEqual({ items: [], nextCursor: null });
    await stateMember(app, source, idOf(expert), "subscriber");
    expect([(await show(id, expert)).status, await isListed(id, expert)]).toEqual([200, true]);
    await app.drain();
  });

  it("is gone for them, too, where they may still find the data source, and where it is deleted", async () => {
    const { source, expert, id, leave } = await anAskedJob();
    await leave();
    await subscribeBy(app, source, { discoverable: true });
    expect([(await show(id, expert)).status, await isListed(id, expert)]).toEqual([404, false]);
    await app.drain();
    await owner.api.deleteDataSource({ params: { dataSourceId: source.id } });
    expect([(await show(id, owner)).status, await isListed(id, owner)]).toEqual([404, false]);
    await owner.api.restoreDataSource({ params: { dataSourceId: source.id } });
    expect([(await show(id, owner)).status, await isListed(id, owner)]).toEqual([200, true]);
    await app.drain();
  });

  it("is moved on by APPLICATION_ADMIN, who is not told what it is about", async () => {
    const { source, id } = await anAskedJob();
    const replies = [
      await show(id, administrator),
      await listed(administrator),
      await app.call("POST", `/jobs/${id}/cancel`, { as: administrator }),
    ];
    expect(replies[0]).toMatchObject({
      status: 200,
      body: { id, state: "queued", subject: { type: "data-source", id: "", name: "" }, result: null },
    });
    expect(replies[2]).toMatchObject({ status: 202, body: { state: "cancelled" } });
    expectSilent(replies, source);
    await stateMember(app, source, idOf(administrator), "subscriber");
    expect((await show(id, administrator)).body).toMatchObject({
      subject: { id: source.id, name: source.name },
    });
  });

  it("that failed tells APPLICATION_ADMIN with which problem, and nothing of what the remote said", async () => {
    const source = await aDataSource(owner, connection);
    await app.drain();
    const job = aJob({
      state: "failed",
      line: connection.id,
      subject: { type: "data-source", id: source.id, name: source.name },
      createdBy: owner.user.id,
      createdAt: app.clock.now().toISOString(),
      finishedAt: app.clock.now().toISOString(),
      error: {
        type: "https://reeve.dev/errors/connection-failed",
        title: "The remote database refused",
        status: 422,
        detail: `relation "${source.remote.schema}"."things" is locked`,
        instance: "request-1",
        code: "connection-failed",
      },
    });
    await app.store.commit([{ write: "enqueue", job }]);
    const replies = [await show(job.id, administrator), await listed(administrator)];
    expect(replies[0]?.body).toMatchObject({ error: { code: "connection-failed" } });
    expectSilent(replies, source);
    expect((await show(job.id, owner)).text).toContain("is locked");
  });
});

describe("a job that made a data source", () => {
  it("tells the other owners of its connection what it came to only where they may see that", async () => {
    const source = await aDataSource(owner, connection);
    await app.drain();
    const other = await aPersona(app);
    await owner.api.addConnectionMember({
      params: { connectionId: connection.id },
      body: { principal: idOf(other), role: "owner" },
    });
    const job = aJob({
      type: "data-source-creation",
      state: "succeeded",
      line: connection.id,
      subject: { type: "connection", id: connection.id, name: connection.name },
      input: {
        connectionId: connection.id,
        schema: source.remote.schema,
        table: "things",
        name: source.name,
        description: null,
        documentation: "",
        tagIds: [],
      },
      result: { id: source.id },
      createdBy: owner.user.id,
      createdAt: app.clock.now().toISOString(),
      finishedAt: app.clock.now().toISOString(),
    });
    await app.store.commit([{ write: "enqueue", job }]);
    const replies = [await show(job.id, other), await listed(other)];
    expect(replies[0]).toMatchObject({ status: 200, body: { state: "succeeded", result: null } });
    expectSilent(replies, source);
    expect((await show(job.id, owner)).body).toMatchObject({ result: { id: source.id } });
    await stateMember(app, source, idOf(other), "subscriber");
    expect((await show(job.id, other)).body).toMatchObject({ result: { id: source.id } });
    expect((await listed(other)).text).toContain(source.id);
  });
});
