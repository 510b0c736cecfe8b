import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { aDataSource, aPersona, aRegistrar, aRemoteTable } from "#test/support/personas.ts";
import { runSql } from "#test/support/postgres-client.ts";
import { auditOf } from "#test/support/table-items.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
for (const name of ["PII.Email", "Secret"]) await governor.api.createTag({ body: { name } });

/** A data source with a comment on its first column, and columns whose names differ in case alone. */
async function aSource(): Promise<string> {
  const { schema, table } = await aRemoteTable(
    `id int primary key, email text not null, amount numeric(10,2), "Twin" int, twin int`,
  );
  await runSql(`comment on column ${schema}.${table}.id is 'The key'`);
  return (await aDataSource(owner, connection, { schema, table })).id;
}
const columnsOf = async (dataSourceId: string) =>
  (await owner.api.getDictionary({ params: { dataSourceId }, query: { limit: 200 } })).items;
const columnOf = async (dataSourceId: string, name: string) =>
  (await columnsOf(dataSourceId)).find((column) => column.name === name);
const edit = (id: string, changes: unknown, headers = {}) =>
  app.call("PATCH", `/data-sources/${id}/dictionary`, { as: owner, body: { changes }, headers });
const editOne = (id: string, column: string, body: unknown) =>
  app.call("PATCH", `/data-sources/${id}/dictionary/${encodeURIComponent(column)}`, { as: owner, body });

describe("GET /data-sources/{id}/dictionary", () => {
  it("lists the columns in the remote's order with types in both languages", async () => {
    expect(await columnsOf(await aSource())).toMatchObject([
      {
        name: "id",
        ordinal: 1,
        dataType: "integer",
        remoteType: "integer",
        nullable: false,
        description: "The key",
        descriptionProvenance: "schema",
        tags: [],
        threads: { open: 0, resolved: 0 },
      },
      {
        name: "email",
        ordinal: 2,
        dataType: "text",
        nullable: false,
        description: "",
        descriptionProvenance: null,
      },
      { name: "amount", ordinal: 3, dataType: "decimal", remoteType: "numeric(10,2)", nullable: true },
      { name: "Twin", ordinal: 4 },
      { name: "twin", ordinal: 5 },
    ]);
  });
});

describe("PATCH /data-sources/{id}/dictionary", () => {
  it("puts a tag on once, however often and in whatever case it is named", async () => {
    const id = await aSource();
    const body = { addTags: ["Secret", "Secret", "secret"] };
    expect((await editOne(id, "email", body)).status).toBe(200);
    expect((await columnOf(id, "email"))?.tags).toEqual([{ name: "Secret", provenance: "manual" }]);
  });

  it("answers the changed columns, and raises the version of the data source once", async () => {
    const id = await aSource();
    const { status, body } = await edit(id, [
      { column: "email", description: "Their mail", addTags: ["pii.email"] },
      { column: "amount", addTags: ["Secret", "PII.Email"] },
    ]);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      items: [
        {
          name: "email",
          description: "Their mail",
          descriptionProvenance: "manual",
          tags: [{ name: "PII.Email", provenance: "manual" }],
        },
        { name: "amount", description: "", tags: [{ name: "Secret" }, { name: "PII.Email" }] },
      ],
      nextCursor: null,
    });
    expect(await owner.api.getDataSource({ params: { dataSourceId: id } })).toMatchObject({
      version: 2,
      tags: [],
    });
    expect(await auditOf(app, "data-source", id)).toEqual([
      "data-source:create",
      "data-source:describe-columns",
    ]);
  });

  it("lays a person's text over the remote's comment, until null takes it away", async () => {
    const id = await aSource();
    await editOne(id, "id", { description: "Mine" });
    expect(await columnOf(id, "id")).toMatchObject({ description: "Mine", descriptionProvenance: "manual" });
    await editOne(id, "id", { description: "" });
    expect(await columnOf(id, "id")).toMatchObject({ description: "", descriptionProvenance: "manual" });
    await editOne(id, "id", { description: null });
    expect(await columnOf(id, "id")).toMatchObject({
      description: "The key",
      descriptionProvenance: "schema",
    });
  });

  it("leaves alone what a change does not mention", async () => {
    const id = await aSource();
    await editOne(id, "email", { description: "Mine", addTags: ["Secret"] });
    await editOne(id, "email", { addTags: ["PII.Email"] });
    await editOne(id, "email", { removeTags: ["secret", "never there", "PII"] });
    await editOne(id, "email", {});
    expect(await columnOf(id, "email")).toMatchObject({ description: "Mine", tags: [{ name: "PII.Email" }] });
  });

  it("takes all changes or none, and names every place that is wrong", async () => {
    const id = await aSource();
    const before = await columnsOf(id);
    const missing = await edit(id, [
      { column: "email", description: "x" },
      { column: "nothing", description: "x" },
      { column: "neither" },
    ]);
    expect(missing).toMatchObject({
      status: 422,
      body: {
        code: "column-not-found",
        errors: [{ pointer: "/changes/1/column" }, { pointer: "/changes/2/column" }],
      },
    });
    const untagged = await edit(id, [
      { column: "email", description: "x", addTags: ["Secret"] },
      { column: "amount", addTags: ["Secret", "nope"] },
    ]);
    expect(untagged).toMatchObject({
      status: 422,
      body: { code: "tag-not-found", errors: [{ pointer: "/changes/1/addTags/1" }] },
    });
    expect(await columnsOf(id)).toEqual(before);
    expect(await owner.api.getDataSource({ params: { dataSourceId: id } })).toMatchObject({ version: 1 });
  });

  it("finds a column exactly, else ignoring case where that is one", async () => {
    const id = await aSource();
    expect(await editOne(id, "EMAIL", { description: "x" })).toMatchObject({
      status: 200,
      body: { name: "email" },
    });
    expect(await editOne(id, "Twin", { description: "x" })).toMatchObject({
      status: 200,
      body: { name: "Twin" },
    });
    expect(await editOne(id, "TWIN", { description: "x" })).toMatchObject({
      status: 422,
      body: { code: "column-not-found" },
    });
    expect(await columnOf(id, "twin")).toMatchObject({ description: "" });
  });

  it("applies several changes of one column in their order", async () => {
    const id = await aSource();
    const { body } = await edit(id, [
      { column: "email", description: "first", addTags: ["Secret"] },
      { column: "email", description: "second", removeTags: ["Secret"], addTags: ["PII.Email"] },
    ]);
    expect(body).toMatchObject({
      items: [{ name: "email", description: "second", tags: [{ name: "PII.Email" }] }],
    });
    expect((body as { items: unknown[] }).items).toHaveLength(1);
  });

  it("takes 80 columns at once with long descriptions, and not 81", async () => {
    const { schema, table } = await aRemoteTable(
      Array.from({ length: 81 }, (_, index) => `c${index} int`).join(", "),
    );
    const { id } = await aDataSource(owner, connection, { schema, table });
    const change = (index: number) => ({ column: `c${index}`, description: `${index} `.padEnd(12_000, "x") });
    const changes = Array.from({ length: 81 }, (_, index) => change(index));
    expect((await edit(id, changes)).status).toBe(400);
    expect((await edit(id, changes.slice(0, 80))).status).toBe(200);
    expect((await columnOf(id, "c79"))?.description).toBe(change(79).description);
    expect(await auditOf(app, "data-source", id)).toEqual([
      "data-source:create",
      "data-source:describe-columns",
    ]);
  });

  it("loses no update: If-Match is the data source's version", async () => {
    const id = await aSource();
    const both = await Promise.all(
      ["a", "b"].map((description) => edit(id, [{ column: "email", description }], { "if-match": '"1"' })),
    );
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 412]);
    await Promise.all(
      ["id", "email", "amount", "twin"].map((column) => editOne(id, column, { description: `of ${column}` })),
    );
    const texts = (await columnsOf(id)).map(({ description }) => description);
    expect(texts).toEqual(["of id", "of email", "of amount", "", "of twin"]);
  });

  it.each([
    [{ changes: [] }],
    [{ changes: [{ description: "no column" }] }],
    [{ changes: [{ column: "email", tags: [] }] }],
    [{ changes: [{ column: "email", description: 7 }] }],
    [{ changes: [{ column: "email", description: "x".repeat(20_001) }] }],
    [{ changes: [{ column: "email", addTags: ["a..b"] }] }],
    [{}],
  ])("refuses %j", async (body) => {
    const id = await aSource();
    const reply = await app.call("PATCH", `/data-sources/${id}/dictionary`, { as: owner, body });
    expect(reply).toMatchObject({ status: 400, body: { code: "invalid-request" } });
  });
});
