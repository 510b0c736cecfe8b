import { afterAll, describe, expect, it } from "vitest";
import { planChunk } from "#core/sources/bulk/chunk.ts";
import { anApp, caller } from "#test/support/app.ts";
import { changedSessions, reportOf, settledBy, tableNames } from "#test/support/bulk.ts";
import { aConnectionMember } from "#test/support/catalog-records.ts";
import { faultsOf } from "#test/support/faults.ts";
import { checked } from "#test/support/invariants.ts";
import { aPersona, registering, type Persona } from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";
import { testClient } from "#test/support/store.ts";
import { aScriptedConnection, scriptedRemote } from "#test/support/scripted-remote.ts";

const app = await anApp();
const owner = await aPersona(app, { permissions: registering });
const remote = scriptedRemote();
const call = caller({ ...app.parts, remote: remote.gateway });
const jobOf = (jobId: string) => owner.api.getJob({ params: { jobId } });

async function aWarehouse(as: Persona = owner, names = tableNames(4)) {
  const schema = unique("sales");
  remote.tables.set(schema, names);
  const connection = await aScriptedConnection(app, as, schema);
  const { id } = await as.api.registerDataSources({
    body: { connectionId: connection.id, schemas: [schema], nameTemplate: `${schema} <tablename>` },
  });
  return { schema, connection, jobId: id };
}

/** A worker for which something happens each time between its look at the remote and what it makes of it. */
function meeting(happens: () => Promise<unknown>, times = 1) {
  let met = 0;
  const sessions = changedSessions(remote.sessions, (session) => ({
    ...session,
    probeMany: async (relations) => {
      const failures = await session.probeMany(relations);
      met += 1;
      if (met <= times) await happens();
      return failures;
    },
  }));
  return app.worker({ sessions, madeAtOnce: 2 });
}

const creation = (connectionId: string, schema: string, table: string, name?: string) =>
  call("POST", "/data-sources", {
    as: owner,
    body: { connectionId, schema, table, ...(name === undefined ? {} : { name }) },
  });

afterAll(async () => {
  const { findings } = await checked(app);
  expect(findings.filter(({ invariant }) => invariant !== "no-job-is-lost")).toEqual([]);
});

describe("while a bulk registration runs", () => {
  it("a table that a person exposes and a name that a person takes are left out, and nothing else is", async () => {
    const { schema, connection, jobId } = await aWarehouse();
    const elsewhere = await aWarehouse();
    const worker = meeting(async () => {
      expect((await creation(connection.id, schema, "t001")).status).toBe(201);
      const name = `${schema.toUpperCase()} T002`;
      const other = await creation(elsewhere.connection.id, elsewhere.schema, "t000", name);
      expect(other.status).toBe(201);
    });
    await app.outbox.deliver(worker, app.outbox.take(jobId));
    expect(await settledBy(owner, jobId)).toEqual({
      t000: "created",
      t001: "already-registered",
      t002: "name-taken",
      t003: "created",
    });
    app.outbox.lose();
  });

  it("one that is taken between its last look and its commit is left out as well", async () => {
    const { schema, connection, jobId } = await aWarehouse();
    const client = testClient();
    const faults = await faultsOf(client);
    faults.next("BatchWriteItem", async (send) => {
      expect((await creation(connection.id, schema, "t002")).status).toBe(201);
      return await send();
    });
    await app.outbox.deliver(app.worker({ sessions: remote.sessions, client }), app.outbox.take(jobId));
    client.destroy();
    expect(await settledBy(owner, jobId)).toEqual({
      t000: "created",
      t001: "created",
      t002: "already-registered",
      t003: "created",
    });
    expect(await jobOf(jobId)).toMatchObject({ state: "succeeded", attempts: 1 });
    app.outbox.lose();
  });

  it("one whose name alone is seen taken, because its relation was read before, is said to be registered", async () => {
    const { schema, connection } = await aWarehouse();
    const name = `${schema} t001`;
    expect((await creation(connection.id, schema, "t001", name)).status).toBe(201);
    let reads = 0;
    const guardOwners: typeof app.store.guardOwners = async (guards) => {
      reads += 1;
      const found = await app.store.guardOwners(guards);
      const early = [...found].filter(([index]) => reads > 1 || guards[index]?.guard !== "relation");
      return new Map(early);
    };
    const relation = { schema, name: "t001" };
    const candidate = {
      relation,
      name,
      found: { ...relation, kind: "table", comment: "", columns: [] },
    } as const;
    const plan = await planChunk({ guardOwners }, connection.id, [candidate]);
    expect(plan).toMatchObject({ made: [], skipped: [{ table: "t001", reason: "already-registered" }] });
    app.outbox.lose();
  });

  it("another one over the same schema makes what the first does not: each table once", async () => {
    const { schema, connection, jobId } = await aWarehouse(owner, tableNames(9));
    const second = await owner.api.registerDataSources({
      body: { connectionId: connection.id, schemas: [schema], nameTemplate: `${schema} <tablename>` },
    });
    const worker = app.worker({ sessions: remote.sessions, madeAtOnce: 2 });
    await Promise.all([jobId, second.id].map((id) => app.outbox.deliver(worker, app.outbox.take(id))));
    const reports = await Promise.all([reportOf(owner, jobId), reportOf(owner, second.id)]);
    const created = reports.flat().filter(({ kind }) => kind === "created");
    expect(created.map(({ table }) => table).toSorted()).toEqual(tableNames(9));
    const skipped = reports.flat().filter(({ kind }) => kind === "skipped");
    expect(new Set(skipped.map(({ reason }) => reason))).toEqual(new Set(["already-registered"]));
    expect(skipped).toHaveLength(9);
    for (const id of [jobId, second.id]) expect((await jobOf(id)).state).toBe("succeeded");
    app.outbox.lose();
  });

  it("changed credentials are taken up, and the work goes on with them", async () => {
    const { connection, jobId } = await aWarehouse();
    const refs: string[] = [];
    const sessions = {
      withSession: ((target, budget, work) => {
        refs.push(target.secretRef);
        return remote.sessions.withSession(target, budget, work);
      }) as typeof remote.sessions.withSession,
    };
    let met = false;
    const changing = changedSessions(sessions, (session) => ({
      ...session,
      probeMany: async (relations) => {
        if (!met) await rotate();
        met = true;
        return await session.probeMany(relations);
      },
    }));
    const rotate = () =>
      app.store.commit([
        {
          write: "put",
          kind: "connection",
          record: { ...connection, secretRef: "connections/other", version: 2 },
        },
      ]);
    await app.outbox.deliver(app.worker({ sessions: changing }), app.outbox.take(jobId));
    expect(refs).toEqual([connection.secretRef, "connections/other"]);
    expect(await jobOf(jobId)).toMatchObject({ state: "succeeded", attempts: 1, result: { created: 4 } });
    app.outbox.lose();
  });

  it("a connection that never stays as it is fails the attempt, and another one succeeds", async () => {
    const { connection, jobId } = await aWarehouse();
    let revision = 0;
    const rotate = () =>
      app.store.commit([
        {
          write: "put",
          kind: "connection",
          record: { ...connection, secretRef: `connections/${(revision += 1)}`, version: 2 },
        },
      ]);
    expect(await app.outbox.deliver(meeting(rotate, 99), app.outbox.take(jobId))).toBe(1);
    expect((await jobOf(jobId)).error).toMatchObject({ code: "contention" });
    await app.outbox.deliver(app.worker({ sessions: remote.sessions }), app.outbox.take(jobId));
    expect(await jobOf(jobId)).toMatchObject({ state: "succeeded", attempts: 2, result: { created: 4 } });
    app.outbox.lose();
  });

  it("a connection that closes ends it, with a reason", async () => {
    const { connection, jobId } = await aWarehouse();
    const close = () =>
      app.store.commit([
        { write: "put", kind: "connection", record: { ...connection, closing: true, version: 2 } },
      ]);
    expect(await app.outbox.deliver(meeting(close), app.outbox.take(jobId))).toBe(0);
    expect(await jobOf(jobId)).toMatchObject({
      state: "failed",
      attempts: 1,
      error: { code: "not-found", detail: "The connection is being deleted or is gone." },
      result: { created: 0 },
    });
    await app.store.commit([{ write: "put", kind: "connection", record: { ...connection, version: 3 } }]);
  });

  it.each([
    ["the permission", { permissions: [] }],
    ["the account", { disabled: true }],
  ])("whoever asked for it loses %s: it stops with a reason, and what it made stays", async (_, change) => {
    const person = await aPersona(app, { permissions: registering });
    const admin = await aPersona(app, { permissions: ["APPLICATION_ADMIN"] });
    const { jobId } = await aWarehouse(person);
    const lose = () =>
      app.store.commit([{ write: "put", kind: "user", record: { ...person.user, ...change, version: 2 } }]);
    await app.outbox.deliver(meeting(lose), app.outbox.take(jobId));
    expect(await admin.api.getJob({ params: { jobId } })).toMatchObject({
      state: "failed",
      error: {
        code: "forbidden",
        detail: "Who asked for it may not register these tables any more.",
        instance: expect.any(String),
      },
      result: { created: 0 },
    });
  });

  it("a change of the user that takes nothing away is no reason to stop", async () => {
    const person = await aPersona(app, { permissions: registering });
    const { jobId } = await aWarehouse(person);
    const rename = () =>
      app.store.commit([
        {
          write: "put",
          kind: "user",
          record: { ...person.user, attributes: { Country: ["US"] }, version: 2 },
        },
      ]);
    await app.outbox.deliver(meeting(rename), app.outbox.take(jobId));
    expect(await person.api.getJob({ params: { jobId } })).toMatchObject({
      state: "succeeded",
      result: { created: 4 },
    });
    app.outbox.lose();
  });

  it("the role is taken away, or given anew for other schemas: it stops with a reason", async () => {
    const { connection, jobId } = await aWarehouse();
    const principal = { type: "user", id: owner.user.id } as const;
    const other = aConnectionMember({
      connectionId: connection.id,
      principal,
      role: "registrar",
      schemas: ["hr*"],
    });
    const narrow = () => app.store.commit([{ write: "put", kind: "connection-member", record: other }]);
    await app.outbox.deliver(meeting(narrow), app.outbox.take(jobId));
    expect(await jobOf(jobId)).toMatchObject({
      state: "failed",
      error: { code: "forbidden" },
      result: { created: 0 },
    });
  });
});
