import { describe, expect, it } from "vitest";
import { anApp, caller } from "#test/support/app.ts";
import { testGateway } from "#test/support/composition.ts";
import {
  aConnection,
  aPersona,
  aRegistrar,
  atOnce,
  connectionBody,
  everyPermission,
  registering,
  type Persona,
} from "#test/support/personas.ts";
import { runSql, uniqueName } from "#test/support/postgres-client.ts";
import { unique } from "#test/support/records.ts";
import {
  aCreation,
  findingsAtEnd,
  hurried,
  waitingCreations,
  type ToldJob,
} from "#test/support/slow-remote.ts";
import { auditOf, itemsOf } from "#test/support/table-items.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const admin = await aPersona(app, { permissions: everyPermission });
const call = hurried(app);
const waiting = waitingCreations(app, owner, connection);

const registrarOf = async (schemas?: readonly string[]): Promise<Persona> => {
  const persona = await aPersona(app, { permissions: registering });
  await owner.api.addConnectionMember({
    params: { connectionId: connection.id },
    body: {
      principal: { type: "user", id: persona.user.id },
      role: "registrar",
      ...(schemas === undefined ? {} : { schemas: [...schemas] }),
    },
  });
  return persona;
};

const mayRead = async (as: Persona, jobId: string) => {
  const { status } = await app.call("GET", `/jobs/${jobId}`, { as });
  const { items } = await as.api.listJobs({ query: { limit: 200 } });
  expect(items.some(({ id }) => id === jobId)).toBe(status === 200);
  return status;
};

describe("POST /data-sources, where the remote database needs longer", () => {
  it("answers 202 with a job that comes to the data source, as a request would have made it", async () => {
    const body = await aCreation(connection, { description: "what it is", documentation: "# More" });
    const reply = await call("POST", "/data-sources", { as: owner, body });
    expect(reply).toMatchObject({
      status: 202,
      body: {
        type: "data-source-creation",
        state: "queued",
        progress: { done: 0, total: 1 },
        subject: { type: "connection", id: connection.id, name: connection.name },
        createdBy: owner.user.id,
        result: null,
      },
    });
    expect(reply.headers).not.toHaveProperty("location");
    const job = reply.body as ToldJob;
    app.clock.advance(1000);
    await app.drain();
    const ended = await owner.api.getJob({ params: { jobId: job.id } });
    expect(ended).toMatchObject({ state: "succeeded", progress: { done: 1, total: 1 }, error: null });
    const dataSourceId = String(ended.result?.["id"]);
    expect(ended.result).toEqual({ id: dataSourceId });
    const slow = await owner.api.getDataSource({ params: { dataSourceId } });
    const quick = atOnce(
      await owner.api.createDataSource({
        body: await aCreation(connection, { description: "what it is", documentation: "# More" }),
      }),
    );
    await app.drain();
    const own = { id: "", name: "", remote: {}, health: {}, statistics: {}, createdAt: "", updatedAt: "" };
    const checked = await owner.api.getDataSource({ params: { dataSourceId: quick.id } });
    expect({ ...slow, ...own }).toEqual({ ...checked, ...own });
    expect(slow).toMatchObject({ name: body.name, remote: { schema: body.schema, table: body.table } });
    expect(slow).toMatchObject({ statistics: { rowCount: { value: 0 } }, health: { status: "healthy" } });
    expect(await auditOf(app, "data-source", dataSourceId)).toEqual(["data-source:create"]);
    const { items } = await owner.api.listActivity({ params: { dataSourceId } });
    expect(items.map(({ actor }) => actor)).toEqual([owner.user.id]);
    expect(await auditOf(app, "connection", connection.id)).toContain("connection:request-data-source");
  });

  it("waits for a view that is slow to be tried, and then has it", async () => {
    const schema = uniqueName("slow");
    await runSql(
      `create schema ${schema}`,
      `create view ${schema}.things as select 1 as id from pg_sleep(0.7)`,
    );
    const remote = testGateway(app.secrets, {
      connectTimeoutMs: 8000,
      statementTimeoutMs: 250,
      totalMs: 19_000,
    });
    const body = { connectionId: connection.id, schema, table: "things", name: unique("view ") };
    const reply = await caller({ ...app.parts, remote })("POST", "/data-sources", { as: owner, body });
    expect(reply).toMatchObject({ status: 202, body: { type: "data-source-creation" } });
    const { id } = reply.body as ToldJob;
    await app.outbox.deliver(app.worker(), app.outbox.take(id));
    app.outbox.lose();
    expect(await owner.api.getJob({ params: { jobId: id } })).toMatchObject({ state: "succeeded" });
  });

  it("refuses at once what is wrong whatever the remote database says, and makes no job", async () => {
    const source = atOnce(await owner.api.createDataSource({ body: await aCreation(connection) }));
    const held = await registrarOf(["elsewhere"]);
    const jobs = await itemsOf(app, "job");
    const tries: readonly (readonly [Persona, object, number, string])[] = [
      [owner, { name: source.name }, 409, "data-source-name-taken"],
      [owner, { schema: source.remote.schema }, 409, "data-source-exists"],
      [owner, { schema: "pg_catalog" }, 422, "reserved-schema"],
      [owner, { tags: [unique("none")] }, 422, "tag-not-found"],
      [owner, { connectionId: "con_none" }, 404, "not-found"],
      [held, {}, 403, "forbidden"],
      [owner, { name: "" }, 400, "invalid-request"],
    ];
    for (const [as, given, status, code] of tries) {
      const body = await aCreation(connection, given);
      expect(await call("POST", "/data-sources", { as, body })).toMatchObject({ status, body: { code } });
    }
    expect(await itemsOf(app, "job")).toHaveLength(jobs.length);
  });

  it("is steered by who asked, by owners of the connection and by administrators", async () => {
    const asking = await registrarOf();
    const { job } = await waitingCreations(app, asking, connection)["data-source"]();
    const steer = async (as: Persona, verb: string) =>
      (await app.call("POST", `/jobs/${job.id}/${verb}`, { as })).status;
    expect([
      await steer(await aPersona(app, { permissions: registering }), "cancel"),
      await steer(await registrarOf(["elsewhere"]), "cancel"),
      await steer(await registrarOf(), "cancel"),
      await steer(asking, "cancel"),
      await steer(owner, "retry"),
      await steer(admin, "cancel"),
    ]).toEqual([404, 404, 403, 202, 202, 202]);
  });

  it("is shown to who asked, to owners and administrators, and to registrars of that schema", async () => {
    const { job, body } = await waiting["data-source"]();
    const schema = String(body["schema"]);
    const readers = {
      owner: await mayRead(owner, job.id),
      admin: await mayRead(admin, job.id),
      "other registrar": await mayRead(await registrarOf(), job.id),
      "registrar of the schema": await mayRead(await registrarOf([schema]), job.id),
      "registrar of other schemas": await mayRead(await registrarOf(["elsewhere"]), job.id),
      stranger: await mayRead(await aPersona(app, { permissions: registering }), job.id),
    };
    expect(readers).toEqual({
      owner: 200,
      admin: 200,
      "other registrar": 200,
      "registrar of the schema": 200,
      "registrar of other schemas": 404,
      stranger: 404,
    });
  });
});

describe("POST /connections, where the remote database needs longer", () => {
  it("answers 202 with a job that comes to the connection, as a request would have made it", async () => {
    const body = { ...connectionBody(), concurrentJobs: 2 };
    const reply = await call("POST", "/connections", { as: owner, body });
    const job = reply.body as ToldJob;
    expect(reply).toMatchObject({
      status: 202,
      body: {
        type: "connection-creation",
        state: "queued",
        subject: { type: "connection", name: body.name },
      },
    });
    const path = `/connections/${job.subject.id}`;
    expect((await app.call("GET", path, { as: admin })).status).toBe(404);
    await app.drain();
    const ended = await owner.api.getJob({ params: { jobId: job.id } });
    expect(ended).toMatchObject({ state: "succeeded", result: { id: job.subject.id } });
    const made = await owner.api.getConnection({ params: { connectionId: job.subject.id } });
    const quick = await aConnection(owner, { concurrentJobs: 2 });
    const own = { id: "", name: "", createdAt: "", updatedAt: "" };
    expect({ ...made, ...own }).toEqual({ ...quick, ...own });
    expect(made).toMatchObject({ name: body.name, createdBy: owner.user.id });
    expect((await app.call("POST", `${path}/test`, { as: owner })).status).toBe(200);
    expect(await auditOf(app, "connection", made.id)).toEqual(["connection:request", "connection:create"]);
    const members = await owner.api.listConnectionMembers({ params: { connectionId: made.id } });
    expect(members.items.map(({ role }) => role).toSorted()).toEqual(["owner", "registrar"]);
  });

  it("refuses at once what is wrong whatever the remote database says, and keeps no credentials", async () => {
    const before = await app.secrets.list("connections/");
    const jobs = await itemsOf(app, "job");
    const tries: readonly (readonly [Persona, object, number, string])[] = [
      [owner, { name: connection.name }, 409, "connection-name-taken"],
      [await aPersona(app), {}, 403, "forbidden"],
      [owner, { credentials: {} }, 400, "invalid-request"],
    ];
    for (const [as, given, status, code] of tries) {
      const body = { ...connectionBody(), ...given };
      expect(await call("POST", "/connections", { as, body })).toMatchObject({ status, body: { code } });
    }
    expect(await app.secrets.list("connections/")).toHaveLength(before.length);
    expect(await itemsOf(app, "job")).toHaveLength(jobs.length);
  });

  it("is shown to who asked and to administrators, and to the connection's members once it is there", async () => {
    const { job } = await waiting.connection();
    const stranger = await aPersona(app, { permissions: registering });
    expect(await Promise.all([owner, admin, stranger].map((as) => mayRead(as, job.id)))).toEqual([
      200, 200, 404,
    ]);
    await app.drain();
    await owner.api.addConnectionMember({
      params: { connectionId: job.subject.id },
      body: { principal: { type: "user", id: stranger.user.id }, role: "registrar" },
    });
    expect(await mayRead(stranger, job.id)).toBe(200);
  });
});

describe.each(["/connections", "/data-sources"])("POST %s", (path) => {
  const aBody = async () => (path === "/connections" ? connectionBody() : await aCreation(connection));

  it("sent again under its Idempotency-Key answers the same 202 and makes no second job", async () => {
    const [body, headers] = [await aBody(), { "Idempotency-Key": unique("key-") }];
    const first = await call("POST", path, { as: owner, body, headers });
    const jobs = await itemsOf(app, "job");
    app.clock.advance(1000);
    const again = await call("POST", path, { as: owner, body, headers });
    await app.drain();
    const later = await app.call("POST", path, { as: owner, body, headers });
    expect([first.status, again.status, later.status]).toEqual([202, 202, 202]);
    expect([again.body, later.body]).toEqual([first.body, first.body]);
    expect(await itemsOf(app, "job")).toHaveLength(jobs.length + (path === "/connections" ? 0 : 1));
    const { id } = first.body as ToldJob;
    expect(await owner.api.getJob({ params: { jobId: id } })).toMatchObject({ state: "succeeded" });
  });

  it("answers 422 at once where the remote cannot be reached or refuses, however little time there is", async () => {
    const jobs = await itemsOf(app, "job");
    const remote = testGateway(app.secrets, {
      connectTimeoutMs: 8000,
      statementTimeoutMs: 1,
      totalMs: 19_000,
    });
    const body = { ...connectionBody(), config: { ...connectionBody().config, port: 1 } };
    const [reply, refused] = await Promise.all([
      caller({ ...app.parts, remote })("POST", "/connections", { as: owner, body }),
      app.call("POST", path, {
        as: owner,
        body:
          path === "/connections"
            ? { ...connectionBody(), credentials: { username: "nobody", password: "wrong" } }
            : { ...(await aCreation(connection)), table: "ghost" },
      }),
    ]);
    expect(reply).toMatchObject({ status: 422, body: { code: "connection-failed", reason: "unreachable" } });
    expect(refused?.status).toBe(422);
    expect(await itemsOf(app, "job")).toHaveLength(jobs.length);
  });
});

it("leaves a sound table", async () => {
  expect(await findingsAtEnd(app)).toEqual([]);
});
