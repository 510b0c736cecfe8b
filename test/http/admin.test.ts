import { DeleteCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, it } from "vitest";
import { checkReport } from "#contracts/resources/check-report.ts";
import { anApp } from "#test/support/app.ts";
import { aDataSource, aPersona, aRegistrar, aRemoteTable } from "#test/support/personas.ts";
import { auditOf, itemsOf } from "#test/support/table-items.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const administrator = await aPersona(app, { permissions: ["APPLICATION_ADMIN"] });
const source = await aDataSource(owner, connection, await aRemoteTable());
await app.drain();

/** What a check says, asked for by an administrator and done by a worker. */
async function report() {
  const { id } = await administrator.api.checkTable();
  await app.drain();
  const job = await administrator.api.getJob({ params: { jobId: id } });
  expect(job).toMatchObject({ type: "table-check", state: "succeeded", progress: { done: 1, total: 1 } });
  return checkReport.parse(job.result);
}

describe("POST /admin/check", () => {
  it("reads everything and finds that all is well, the job itself included", async () => {
    const { items, kinds, ...rest } = await report();
    expect(rest).toEqual({ broken: 0, findings: [], truncated: false });
    expect(items).toBeGreaterThan(20);
    expect(kinds).toMatchObject({ "data-source": 1, job: 2, slot: 1 });
  });

  it("tells what does not hold as the result of a job that succeeded", async () => {
    const [health] = await itemsOf(app, "data-source-health");
    await app.client.send(
      new DeleteCommand({ TableName: app.tableName, Key: { pk: health?.["pk"], sk: health?.["sk"] } }),
    );
    expect((await report()).findings).toEqual([
      { invariant: "data-source-is-whole", subject: source.id, detail: "its health is missing" },
    ]);
  });

  it("is for APPLICATION_ADMIN, and so are its job and what it found", async () => {
    const refused = await app.call("POST", "/admin/check", { as: owner });
    expect([refused.status, refused.body]).toEqual([403, expect.objectContaining({ code: "forbidden" })]);
    expect((await app.call("POST", "/admin/check")).status).toBe(401);
    const { id } = await administrator.api.checkTable();
    expect((await app.call("GET", `/jobs/${id}`, { as: owner })).status).toBe(404);
    const { items } = await owner.api.listJobs({ query: {} });
    expect(items.map(({ type }) => type)).not.toContain("table-check");
    const other = await aPersona(app, { permissions: ["APPLICATION_ADMIN"] });
    expect(await other.api.getJob({ params: { jobId: id } })).toMatchObject({ id });
    await app.drain();
  });

  it("is recorded, and done once under one idempotency key", async () => {
    const before = (await auditOf(app, "catalog", "catalog")).length;
    const first = await administrator.api.checkTable({ idempotencyKey: "once" });
    const again = await administrator.api.checkTable({ idempotencyKey: "once" });
    expect(again.id).toBe(first.id);
    expect((await auditOf(app, "catalog", "catalog")).slice(before)).toEqual(["catalog:check"]);
    await app.drain();
  });
});

describe("POST /admin/rebuild", () => {
  it("makes the index anew, with all that was listed before", async () => {
    const before = await owner.api.listDataSources({ query: {} });
    const other = await aDataSource(owner, connection, await aRemoteTable());
    await app.drain();
    const { id } = await administrator.api.rebuildCatalog();
    await app.drain();
    const job = await administrator.api.getJob({ params: { jobId: id } });
    expect(job).toMatchObject({
      type: "rebuild",
      state: "succeeded",
      result: { index: "written", placesRepaired: 0 },
    });
    const after = await owner.api.listDataSources({ query: {} });
    const ids = (items: typeof after.items) => items.map((item) => item.id).toSorted();
    expect(ids(after.items)).toEqual([...ids(before.items), other.id].toSorted());
  });

  it("finds columns, tags of columns and owners again from the records alone", async () => {
    await aPersona(app, { permissions: ["GOVERNANCE"] }).then(({ api }) =>
      api.createTag({ body: { name: "Rebuilt" } }),
    );
    const { schema } = await aRemoteTable("id int, unusual_column text");
    const made = await aDataSource(owner, connection, { schema });
    const params = { dataSourceId: made.id, column: "unusual_column" };
    await owner.api.updateColumn({ params, body: { addTags: ["Rebuilt"] } });
    app.clock.advance(120_000);
    await app.maintenance.rebuild();
    for (const search of ["unusual", "rebuilt"]) {
      const { items } = await owner.api.listDataSources({ query: { search, role: "owner" } });
      expect(items.map((item) => item.id)).toEqual([made.id]);
    }
  });

  it("gives a job its place in its line again where that was lost", async () => {
    const lone = await aDataSource(owner, connection, await aRemoteTable());
    await app.drain();
    // More jobs than the connection has slots: the last ones wait in line.
    for (let n = 0; n < 6; n += 1) await owner.api.runChecks({ params: { dataSourceId: lone.id }, body: {} });
    const [place] = await itemsOf(app, "waiting-job");
    const Key = { pk: place?.["pk"], sk: place?.["sk"] };
    await app.client.send(new DeleteCommand({ TableName: app.tableName, Key }));
    const { id } = await administrator.api.rebuildCatalog();
    await app.drain();
    const { result } = await administrator.api.getJob({ params: { jobId: id } });
    expect(result).toMatchObject({ placesRepaired: 1 });
  });

  it("is for APPLICATION_ADMIN, recorded, and done once under one idempotency key", async () => {
    const refused = await app.call("POST", "/admin/rebuild", { as: owner });
    expect([refused.status, refused.body]).toEqual([403, expect.objectContaining({ code: "forbidden" })]);
    expect((await app.call("POST", "/admin/rebuild")).status).toBe(401);
    const before = (await auditOf(app, "catalog", "catalog")).length;
    const first = await administrator.api.rebuildCatalog({ idempotencyKey: "rebuilt-once" });
    const again = await administrator.api.rebuildCatalog({ idempotencyKey: "rebuilt-once" });
    expect(again.id).toBe(first.id);
    expect((await auditOf(app, "catalog", "catalog")).slice(before)).toEqual(["catalog:rebuild"]);
    await app.drain();
  });
});
