import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { aDataSource, aPersona, aRegistrar, everyPermission } from "#test/support/personas.ts";
import { allItems } from "#test/support/table-items.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const admin = await aPersona(app, { permissions: everyPermission });
await admin.api.createTag({ body: { name: "PII" } });
const source = await aDataSource(owner, connection, { description: "x", documentation: "y", tags: ["PII"] });
const column = { description: "mine", addTags: ["PII"] };
await owner.api.updateColumn({ params: { dataSourceId: source.id, column: "name" }, body: column });
await app.drain();
const { preventStatisticsTag } = await admin.api.getSettings();

describe("a PATCH that states what is there", () => {
  it.each([
    ["nothing of a data source", `/data-sources/${source.id}`, {}],
    [
      "a data source",
      `/data-sources/${source.id}`,
      { name: source.name, description: "x", documentation: "y" },
    ],
    ["nothing of a column", `/data-sources/${source.id}/dictionary/name`, {}],
    ["a column", `/data-sources/${source.id}/dictionary/name`, { ...column, removeTags: ["never there"] }],
    [
      "columns, some by nothing",
      `/data-sources/${source.id}/dictionary`,
      {
        changes: [
          { column: "id", description: null, addTags: [] },
          { column: "NAME", ...column },
        ],
      },
    ],
    ["the settings", "/settings", { preventStatisticsTag }],
    ["nothing of a connection", `/connections/${connection.id}`, {}],
    [
      "a connection",
      `/connections/${connection.id}`,
      { name: connection.name, config: { port: connection.config["port"] } },
    ],
  ])("of %s answers 200, writes nothing and raises no version", async (_, path, body) => {
    const as = path === "/settings" ? admin : owner;
    const before = await allItems(app);
    const reply = await app.call("PATCH", path, { as, body });
    expect(reply.status).toBe(200);
    expect(await allItems(app)).toEqual(before);
  });

  it("is still refused at another version than was seen", async () => {
    const reply = await app.call("PATCH", `/data-sources/${source.id}`, {
      as: owner,
      body: {},
      headers: { "if-match": '"99"' },
    });
    expect(reply.status).toBe(412);
  });
});
