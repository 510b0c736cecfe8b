import { describe, expect, it } from "vitest";
import { checkNames } from "#contracts/resources/data-source.ts";
import { anApp } from "#test/support/app.ts";
import {
  aDataSource,
  aPersona,
  aRegistrar,
  aRemoteTable,
  type DataSource,
  type Persona,
} from "#test/support/personas.ts";
import { stateMember, subscribeBy } from "#test/support/standings.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
for (const name of ["Finance.Revenue", "Column.Only"]) await governor.api.createTag({ body: { name } });

const place = await aRemoteTable("id int primary key, salary_band text");
const atlas = await aDataSource(owner, connection, {
  name: "quarterly atlas",
  schema: place.schema,
  description: "Where the money goes",
  documentation: "# Confidential workings",
  tags: ["Finance.Revenue"],
});
await owner.api.updateColumn({
  params: { dataSourceId: atlas.id, column: "salary_band" },
  body: { addTags: ["Column.Only"], description: "Paid in bands" },
});
const ledger = await aDataSource(owner, connection, { name: "quarterly ledger" });
await app.drain();
await subscribeBy(app, atlas, { discoverable: true });

const visitor = await aPersona(app);
type Query = Readonly<Record<string, string | readonly string[]>>;
const get = (path: string, query: Query = {}, as: Persona = visitor) => app.call("GET", path, { as, query });
const listed = async (query: Query = {}, as: Persona = visitor) => {
  const { items } = (await get("/data-sources", query, as)).body as { items: readonly DataSource[] };
  return items.map(({ name }) => name);
};
const counts = async (query: Query = {}, as: Persona = visitor) =>
  (await get("/data-sources/facets", query, as)).body;
const detail = (of: DataSource, as: Persona = visitor) => get(`/data-sources/${of.id}`, {}, as);
const found = {
  technology: { postgresql: 1 },
  health: {},
  tag: { "Finance.Revenue": 1 },
  connection: {},
  origin: {},
};
const nothing = { technology: {}, health: {}, tag: {}, connection: {}, origin: {} };

describe("what one may only find", () => {
  it("shows its name, description and tags, and nothing else", async () => {
    const { status, body, headers } = await detail(atlas);
    expect(status).toBe(200);
    expect(headers["etag"]).toBe('"0"');
    const { appliedAt } = atlas.tags[0] ?? {};
    expect(body).toEqual({
      id: atlas.id,
      name: "quarterly atlas",
      technology: "postgresql",
      connectionId: null,
      remote: { database: "", schema: "", table: "", kind: "table" },
      description: "Where the money goes",
      descriptionProvenance: "manual",
      documentation: "",
      tags: [{ name: "Finance.Revenue", provenance: "manual", appliedBy: "", appliedAt }],
      status: "enabled",
      health: {
        status: "unknown",
        checks: checkNames.map((check) => ({
          check,
          state: "unknown",
          detail: "",
          startedAt: null,
          finishedAt: null,
        })),
      },
      statistics: { rowCount: null, highCardinalityColumn: null, fingerprintAt: null },
      unavailableMasks: [],
      statisticsPrevented: false,
      columnCount: 0,
      origin: { type: "manual" },
      queryAs: null,
      myRole: null,
      createdAt: atlas.createdAt,
      createdBy: "",
      updatedAt: atlas.createdAt,
      version: 0,
    });
  });

  it("is a line of the list that tells no more than its detail", async () => {
    const { body } = await get("/data-sources");
    const {
      descriptionProvenance: _,
      documentation: __,
      unavailableMasks: ___,
      statisticsPrevented: ____,
      queryAs: _____,
      health,
      tags,
      ...told
    } = (await detail(atlas)).body as DataSource;
    expect(body).toEqual({
      items: [{ ...told, health: { status: health.status }, tags: tags.map(({ name }) => ({ name })) }],
      nextCursor: null,
    });
  });

  it("looks the same whatever happens to what is hidden", async () => {
    const before = [await detail(atlas), await get("/data-sources")];
    app.clock.advance(60_000);
    const params = { dataSourceId: atlas.id };
    await owner.api.updateDataSource({ params, body: { documentation: "# Other workings" } });
    await owner.api.updateColumn({ params: { ...params, column: "id" }, body: { description: "x" } });
    await owner.api.runChecks({ params, body: {} });
    await app.drain();
    const after = [await detail(atlas), await get("/data-sources")];
    expect(after.map(({ body }) => body)).toEqual(before.map(({ body }) => body));
    expect(after[0]?.headers["etag"]).toBe(before[0]?.headers["etag"]);
    await owner.api.updateDataSource({ params, body: { description: "Where money went" } });
    expect((await detail(atlas)).body).toMatchObject({ description: "Where money went" });
    await owner.api.updateDataSource({ params, body: { description: "Where the money goes" } });
  });

  it.each<[string, readonly string[]]>([
    ["quarterly", ["quarterly atlas"]],
    ["atl", ["quarterly atlas"]],
    ["a", ["quarterly atlas"]],
    ["revenue", ["quarterly atlas"]],
    ["quarterly finance.rev", ["quarterly atlas"]],
    ["money", []],
    ["confidential", []],
    ["salary", []],
    ["s", []],
    ["band", []],
    ["column.only", []],
    ["atlas salary", []],
    ["things", []],
    [place.schema, []],
    ["ledger", []],
  ])("is searched by its name and its own tags alone: %j finds %j", async (search, names) => {
    expect(await listed({ search })).toEqual(names);
    expect((await counts({ search })) as object).toMatchObject({
      technology: names.length === 0 ? {} : { postgresql: 1 },
    });
  });

  it.each<[Query, boolean]>([
    [{ technology: "postgresql" }, true],
    [{ technology: "snowflake" }, false],
    [{ tag: "Finance.Revenue" }, true],
    [{ tag: "Column.Only" }, false],
    [{ connectionId: connection.id }, false],
    [{ health: ["healthy", "unhealthy", "unknown"] }, false],
    [{ status: ["enabled", "disabled"] }, false],
    [{ origin: ["manual", "bulk", "dbt", "schema-monitoring"] }, false],
    [{ role: ["owner", "expert", "subscriber", "ingest"] }, false],
    [{ technology: "postgresql", connectionId: connection.id }, false],
  ])("is let through by filters of technology and tag alone: %j", async (query, through) => {
    expect(await listed(query)).toEqual(through ? ["quarterly atlas"] : []);
    expect(await counts(query)).toEqual(through ? found : nothing);
  });

  it("is counted by technology and tag alone", async () => {
    expect(await counts()).toEqual(found);
    const reader = await aPersona(app);
    await stateMember(app, ledger, { type: "user", id: reader.user.id }, "subscriber");
    expect(await counts({}, reader)).toEqual({
      technology: { postgresql: 2 },
      health: { healthy: 1 },
      tag: { "Finance.Revenue": 1 },
      connection: { [connection.id]: 1 },
      origin: { manual: 1 },
    });
  });

  it("is refused in every other way, and to those who may not find it there is nothing", async () => {
    const path = (id: string) => `/data-sources/${id}`;
    const calls: readonly (readonly [string, string, unknown?])[] = [
      ["PATCH", "", { description: "x" }],
      ["DELETE", ""],
      ["POST", "/restore"],
      ["GET", "/dictionary"],
      ["PATCH", "/dictionary", { changes: [{ column: "id", description: "x" }] }],
      ["PUT", "/dictionary", { columns: [] }],
      ["PATCH", "/dictionary/id", { description: "x" }],
      ["POST", "/analytics", { columns: ["id"] }],
      ["GET", "/documentation/versions"],
      ["POST", "/documentation/versions/1/restore"],
      ["GET", "/queries"],
      ["POST", "/queries", { name: "q", sql: "select 1" }],
      ["GET", "/queries/qry_x"],
      ["POST", "/checks", {}],
      ["POST", "/fingerprint"],
      ["GET", "/statistics/history"],
      ["POST", "/tags", { tags: ["Finance.Revenue"] }],
      ["DELETE", "/tags/Finance.Revenue"],
      ["GET", "/activity"],
      ["GET", "/threads"],
      ["POST", "/threads", { text: "Who may know?" }],
    ];
    for (const [method, rest, body] of calls) {
      const sent = { as: visitor, ...(body === undefined ? {} : { body }) };
      const found = await app.call(method, path(atlas.id) + rest, sent);
      const hidden = await app.call(method, path(ledger.id) + rest, sent);
      const ghost = await app.call(method, path("ds_ghost") + rest, sent);
      expect([method, rest, found.status, hidden.status]).toEqual([method, rest, 403, 404]);
      expect({ ...(hidden.body as object), instance: "" }).toEqual({
        ...(ghost.body as object),
        instance: "",
      });
    }
  });

  it("keeps its threads and its jobs to its members", async () => {
    const params = { dataSourceId: atlas.id };
    const { id: threadId } = await owner.api.createThread({ params, body: { text: "Among us" } });
    const { id: jobId } = await owner.api.runChecks({ params, body: {} });
    expect((await get(`/threads/${threadId}`)).status).toBe(403);
    expect((await get(`/jobs/${jobId}`)).status).toBe(404);
    expect((await get("/jobs", { dataSourceId: atlas.id })).body).toEqual({ items: [], nextCursor: null });
    await app.drain();
  });

  it("tells in no byte where it lies, who made it, or what it is made of", async () => {
    const paths: readonly (readonly [string, Query?])[] = [
      [`/data-sources/${atlas.id}`],
      ["/data-sources"],
      ["/data-sources", { search: "atlas", sort: "-createdAt" }],
      ["/data-sources/facets"],
      [`/data-sources/${atlas.id}/dictionary`],
      [`/data-sources/${atlas.id}/activity`],
      ["/data-sources/deleted"],
      ["/jobs"],
      ["/connections"],
    ];
    const secrets = [
      connection.id,
      place.schema,
      "things",
      "salary",
      "Confidential",
      "Column.Only",
      owner.user.id,
    ];
    for (const [path, query] of paths) {
      const { text, headers } = await get(path, query);
      for (const secret of [...secrets, ledger.id, ledger.name]) {
        expect(text + JSON.stringify(headers)).not.toContain(secret);
      }
    }
  });

  it("is wholly there for its members, and for GOVERNANCE", async () => {
    for (const as of [owner, governor]) {
      expect((await detail(atlas, as)).body).toMatchObject({ connectionId: connection.id, columnCount: 2 });
      expect(await listed({ search: "salary", connectionId: connection.id }, as)).toEqual([
        "quarterly atlas",
      ]);
    }
  });

  it("is gone once it is disabled, or may not be found any more", async () => {
    const params = { dataSourceId: atlas.id };
    const status = (value: "enabled" | "disabled") =>
      owner.api.updateDataSource({ params, body: { status: value } });
    await status("disabled");
    expect([(await detail(atlas)).status, await listed()]).toEqual([404, []]);
    await status("enabled");
    expect(await listed()).toEqual(["quarterly atlas"]);
    await subscribeBy(app, atlas, { discoverable: false });
    expect([(await detail(atlas)).status, await listed(), await counts()]).toEqual([404, [], nothing]);
  });
});
