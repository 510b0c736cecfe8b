import { describe, expect, it } from "vitest";
import { anApp, caller } from "#test/support/app.ts";
import { reportOf, tableNames } from "#test/support/bulk.ts";
import { aConnectionMember } from "#test/support/catalog-records.ts";
import { aPersona, makeMember, registering, type Persona } from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";
import { aScriptedConnection, scriptedRemote } from "#test/support/scripted-remote.ts";

const app = await anApp();
const remote = scriptedRemote();
const owner = await aPersona(app, { permissions: registering });
const connection = await aScriptedConnection(app, owner, unique("warehouse"));
const post = (body: object, as: Persona = owner, headers = {}) =>
  app.call("POST", "/data-sources/bulk", {
    as,
    body: { connectionId: connection.id, schemas: ["sales"], ...body },
    headers,
  });

/** Somebody with roles on the connection. */
async function aMember(
  role: "owner" | "registrar",
  schemas: readonly string[] | null = null,
  permissions = registering,
): Promise<Persona> {
  const person = await aPersona(app, { permissions });
  const principal = { type: "user", id: person.user.id } as const;
  const record = aConnectionMember({ connectionId: connection.id, principal, role, schemas });
  await app.store.commit([{ write: "create", kind: "connection-member", record }]);
  return person;
}

/** A run over tables of two schemas, of which one table cannot be read. */
async function aRun(count = 3, measured = true) {
  const [north, south] = [unique("north_"), unique("south_")];
  remote.tables.set(north, ["broken", ...tableNames(count)]);
  remote.tables.set(south, ["t900"]);
  const { body } = await post({ schemas: [north, south] });
  const { id } = body as { readonly id: string };
  const worker = app.worker({ sessions: remote.sessions });
  await app.outbox.deliver(worker, app.outbox.take(id));
  if (measured) await app.outbox.drain(worker);
  return { jobId: id, north, south };
}

describe("POST /data-sources/bulk", () => {
  it("answers the job that will do it", async () => {
    remote.tables.set("sales", ["orders"]);
    const reply = await post({ include: ["or*"], exclude: ["x*"], nameTemplate: "<tablename>", tags: [] });
    expect(reply).toMatchObject({
      status: 202,
      body: {
        type: "bulk-registration",
        state: "queued",
        progress: { done: 0, total: 0 },
        subject: { type: "connection", id: connection.id, name: connection.name },
        result: null,
        createdBy: owner.user.id,
      },
    });
    await app.outbox.drain(app.worker({ sessions: remote.sessions }));
  });

  it("sent twice under one key answers the same job, and does it once", async () => {
    const key = { "idempotency-key": unique("key") };
    const first = await post({ schemas: ["nothing"] }, owner, key);
    const again = await post({ schemas: ["nothing"] }, owner, key);
    expect(again.body).toEqual(first.body);
    expect(await post({ schemas: ["other"] }, owner, key)).toMatchObject({
      status: 422,
      body: { code: "idempotency-key-reused" },
    });
    expect(app.outbox.jobIds).toHaveLength(1);
    await app.outbox.drain(app.worker({ sessions: remote.sessions }));
  });

  it.each([
    ["no schemas", { schemas: [] }, "/schemas"],
    ["too many schemas", { schemas: Array.from({ length: 51 }, String) }, "/schemas"],
    ["an empty glob", { include: [""] }, "/include/0"],
    ["NUL in a glob", { exclude: ["a\0"] }, "/exclude/0"],
    ["a glob that is no text", { schemas: [1] }, "/schemas/0"],
    ["an empty template", { nameTemplate: "" }, "/nameTemplate"],
    ["a template that is too long", { nameTemplate: `<tablename>${"x".repeat(200)}` }, "/nameTemplate"],
    ["an unknown placeholder", { nameTemplate: "<schema>.<table>" }, "/nameTemplate"],
    ["a template without the table", { nameTemplate: "<schema>" }, "/nameTemplate"],
    ["an unknown field", { schema: "sales" }, "/schema"],
    ["a tag that is none", { tags: [".."] }, "/tags/0"],
  ])("refuses %s, and says where", async (_, body, pointer) => {
    expect(await post(body)).toMatchObject({
      status: 400,
      body: { code: "invalid-request", errors: [{ in: "body", pointer }] },
    });
  });

  it("says at which character a template is wrong", async () => {
    const { body } = await post({ nameTemplate: "<schema>.<table>" });
    expect(body).toMatchObject({
      errors: [
        {
          detail:
            'there is no placeholder "<table>"; there are <database>, <schema>, <tablename> (at character 10)',
        },
      ],
    });
  });

  it("refuses tags that are not there, and schemas that are never exposed", async () => {
    expect(await post({ tags: ["No such tag"] })).toMatchObject({
      status: 422,
      body: { code: "tag-not-found", errors: [{ pointer: "/tags/0" }] },
    });
    expect(await post({ schemas: ["pg_catalog", "information_schema"] })).toMatchObject({
      status: 422,
      body: { code: "reserved-schema" },
    });
  });

  it("is 404 for who may not know of the connection, and 403 for who may not register through it", async () => {
    const stranger = await aPersona(app, { permissions: registering });
    expect(await post({}, stranger)).toMatchObject({ status: 404, body: { code: "not-found" } });
    expect((await post({ connectionId: "con_none" })).status).toBe(404);
    const admin = await aPersona(app, { permissions: ["APPLICATION_ADMIN"] });
    expect((await post({}, admin)).status).toBe(403);
    expect((await post({}, await aMember("owner"))).status).toBe(403);
    expect((await post({}, await aMember("registrar", null, []))).status).toBe(403);
    const closing = await aScriptedConnection(app, owner, unique("closing"));
    await app.store.commit([{ write: "put", kind: "connection", record: { ...closing, closing: true } }]);
    expect((await post({ connectionId: closing.id })).status).toBe(404);
  });

  it("leaves out schemas beyond the caller's role, and is 403 where nothing remains", async () => {
    const [mine, theirs] = [unique("mine_"), unique("theirs_")];
    remote.tables.set(mine, ["a"]);
    remote.tables.set(theirs, ["b"]);
    const registrar = await aMember("registrar", [`${mine.slice(0, -1)}*`]);
    expect(await post({ schemas: [theirs, "x*"] }, registrar)).toMatchObject({
      status: 403,
      body: { code: "forbidden" },
    });
    const { body } = await post({ schemas: [mine, theirs] }, registrar);
    await app.outbox.drain(app.worker({ sessions: remote.sessions }));
    const { id } = body as { readonly id: string };
    expect(await reportOf(registrar, id)).toMatchObject([
      { kind: "created", schema: mine, table: "a" },
      {
        kind: "skipped",
        schema: theirs,
        table: null,
        name: null,
        dataSourceId: null,
        reason: "out-of-scope",
      },
    ]);
  });
});

describe("GET /jobs/{jobId}/report", () => {
  it("lists what was made and what was left out, by kind, in pages", async () => {
    const { jobId, north, south } = await aRun();
    const lines = await reportOf(owner, jobId);
    expect(lines.map(({ kind, schema, table, reason }) => [kind, schema, table, reason])).toEqual([
      ["created", north, "t000", null],
      ["created", north, "t001", null],
      ["created", north, "t002", null],
      ["created", south, "t900", null],
      ["skipped", north, "broken", "query-failed"],
    ]);
    expect(lines.at(-1)).toMatchObject({ name: null, dataSourceId: null, detail: "the view is broken" });
    const params = { jobId };
    const skipped = await owner.api.getJobReport({ params, query: { kind: "skipped" } });
    expect(skipped).toEqual({ items: lines.slice(4), nextCursor: null });
    const both = await owner.api.getJobReport({ params, query: { kind: ["skipped", "created"] } });
    expect(both).toEqual({ items: lines, nextCursor: null });
    const first = await owner.api.getJobReport({ params, query: { kind: "created", limit: 3 } });
    expect(first.items).toEqual(lines.slice(0, 3));
    const cursor = first.nextCursor ?? "";
    const rest = await owner.api.getJobReport({ params, query: { kind: "created", limit: 3, cursor } });
    expect(rest).toEqual({ items: lines.slice(3, 4), nextCursor: null });
    const misused = await app.call("GET", `/jobs/${jobId}/report`, { as: owner, query: { cursor } });
    expect(misused).toMatchObject({ status: 400, body: { code: "invalid-cursor" } });
    const wrong = await app.call("GET", `/jobs/${jobId}/report`, { as: owner, query: { kind: "x" } });
    expect(wrong.status).toBe(400);
  });

  it("is looked through a little, not to its end, for the first lines that somebody may see", async () => {
    const { jobId } = await aRun(1);
    const admin = await aPersona(app, { permissions: ["APPLICATION_ADMIN"] });
    const [part] = await app.store.jobReport(jobId, { kind: "created", from: null, limit: 1 });
    if (part === undefined) throw new Error("no part");
    let reads = 0;
    const store: typeof app.store = {
      ...app.store,
      jobReport: (_, { kind, from, limit }) => {
        reads += 1;
        const first = (from?.number ?? -1) + 1;
        return Promise.resolve(
          Array.from({ length: limit }, (__, n) => ({ ...part, kind: kind ?? "created", number: first + n })),
        );
      },
    };
    const call = caller({ ...app.parts, store });
    const { body } = await call("GET", `/jobs/${jobId}`, { as: admin });
    expect(body).toMatchObject({ result: { createdDataSources: [], skippedTables: [], truncated: true } });
    expect(reads).toBe(10);
    const page = await call("GET", `/jobs/${jobId}/report`, { as: admin, query: { kind: "created" } });
    expect(page.body).toMatchObject({ items: [], nextCursor: expect.any(String) });
  });

  it("shows a registrar tables of their schemas, and data sources only to who may see them", async () => {
    const { jobId, north, south } = await aRun(1);
    const registrar = await aMember("registrar", [north]);
    expect(await reportOf(registrar, jobId)).toMatchObject([
      { schema: north, table: "t000", name: null, dataSourceId: null },
      { schema: north, table: "broken", reason: "query-failed" },
    ]);
    const job = await registrar.api.getJob({ params: { jobId } });
    expect(job.result).toMatchObject({
      created: 2,
      createdDataSources: [{ id: null, name: null, schema: north, table: "t000" }],
      skippedTables: [{ table: "broken" }],
      truncated: false,
    });
    const [, made] = await reportOf(owner, jobId);
    await makeMember(app, { id: made?.dataSourceId ?? "" }, registrar, "subscriber");
    expect(await reportOf(registrar, jobId)).toMatchObject([
      { dataSourceId: null },
      { schema: south, table: "t900", name: `${south}.t900`, dataSourceId: made?.dataSourceId },
      { table: "broken" },
    ]);
  });

  it("names nothing to who may read the job and register nothing, and is 404 for everyone else", async () => {
    const { jobId } = await aRun(1);
    const admin = await aPersona(app, { permissions: ["APPLICATION_ADMIN"] });
    expect(await reportOf(admin, jobId)).toEqual([]);
    expect((await admin.api.getJob({ params: { jobId } })).result).toMatchObject({
      created: 2,
      skipped: { "query-failed": 1 },
      createdDataSources: [],
      skippedTables: [],
    });
    const stranger = await aPersona(app, { permissions: registering });
    const refused = await app.call("GET", `/jobs/${jobId}/report`, { as: stranger });
    expect(refused).toMatchObject({ status: 404, body: { code: "not-found" } });
  });

  it("holds all where the result holds a hundred", async () => {
    const { jobId } = await aRun(120, false);
    expect(await reportOf(owner, jobId)).toHaveLength(122);
    const { result } = await owner.api.getJob({ params: { jobId } });
    expect(result).toMatchObject({ created: 121, truncated: true });
    expect(result?.["createdDataSources"]).toHaveLength(100);
    const { items } = await owner.api.listJobs({ query: { type: "bulk-registration", limit: 1 } });
    expect(items[0]?.result).toEqual({ created: 121, skipped: { "query-failed": 1 } });
  });

  it("of a job that reports nothing is empty", async () => {
    const { items } = await owner.api.listJobs({ query: { type: "health-refresh", limit: 1 } });
    expect(await reportOf(owner, items[0]?.id ?? "")).toEqual([]);
  });
});
