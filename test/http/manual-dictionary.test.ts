import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aDataSource, aPersona, aRegistrar, makeMember } from "#test/support/personas.ts";
import { auditOf, itemsOf } from "#test/support/table-items.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
for (const name of ["PII", "Secret"]) await governor.api.createTag({ body: { name } });

/** A data source as one of a technology that tells no columns is stored. */
async function aSource(): Promise<string> {
  const { id } = await aDataSource(owner, connection);
  const view = await app.store.dictionary(id);
  if (view === null) throw new Error("there is no data source");
  const { dataSource } = view;
  const record = { ...dataSource, dictionary: { ...dataSource.dictionary, source: "manual" as const } };
  await app.store.commit([{ write: "put", kind: "data-source", record }]);
  return id;
}
const put = (id: string, columns: unknown, headers = {}, as = owner) =>
  app.call("PUT", `/data-sources/${id}/dictionary`, { as, body: { columns }, headers });
const columnsOf = async (dataSourceId: string) =>
  (await owner.api.getDictionary({ params: { dataSourceId }, query: { limit: 200 } })).items;
const versionOf = async (dataSourceId: string) =>
  (await owner.api.getDataSource({ params: { dataSourceId } })).version;

describe("PUT /data-sources/{id}/dictionary", () => {
  it("states all columns in their order, with texts and tags", async () => {
    const id = await aSource();
    const { status, body } = await put(id, [
      { name: "key", dataType: "text", description: "Where it lies" },
      { name: "size", dataType: "integer", tags: ["pii"] },
    ]);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      items: [
        {
          name: "key",
          ordinal: 1,
          dataType: "text",
          nullable: true,
          description: "Where it lies",
          descriptionProvenance: "manual",
          tags: [],
        },
        { name: "size", ordinal: 2, description: "", tags: [{ name: "PII", provenance: "manual" }] },
      ],
      nextCursor: null,
    });
    expect(await owner.api.getDataSource({ params: { dataSourceId: id } })).toMatchObject({ columnCount: 2 });
    expect((await auditOf(app, "data-source", id)).at(-1)).toBe("data-source:replace-dictionary");
    await expectSound(app);
  });

  it("keeps what was stated of columns that stay or come back, and takes what is stated anew", async () => {
    const id = await aSource();
    const [a, b] = [
      { name: "a", dataType: "text" },
      { name: "b", dataType: "text" },
    ];
    await put(id, [{ ...a, description: "first", tags: ["PII"] }, b]);
    await owner.api.updateColumn({
      params: { dataSourceId: id, column: "b" },
      body: { description: "mine", addTags: ["Secret"] },
    });
    await put(id, [{ ...b, dataType: "integer" }]);
    expect(await columnsOf(id)).toMatchObject([
      { name: "b", ordinal: 1, dataType: "integer", description: "mine", tags: [{ name: "Secret" }] },
    ]);
    await put(id, [{ ...b, description: "anew", tags: [] }, a]);
    expect(await columnsOf(id)).toMatchObject([
      { name: "b", description: "anew", tags: [] },
      { name: "a", tags: [{ name: "PII" }] },
    ]);
    await expectSound(app);
  });

  it("that states what is there stores nothing, and raises no version", async () => {
    const id = await aSource();
    const columns = [{ name: "a", dataType: "text", description: "x", tags: ["PII"] }];
    await put(id, columns);
    const before = await itemsOf(app, "data-source", "column-edit", "staged-generation", "audit");
    expect((await put(id, columns)).status).toBe(200);
    expect(await itemsOf(app, "data-source", "column-edit", "staged-generation", "audit")).toEqual(before);
  });

  it("is 422 dictionary-from-remote where the remote tells the columns", async () => {
    const { id } = await aDataSource(owner, connection);
    expect(await put(id, [{ name: "a", dataType: "text" }])).toMatchObject({
      status: 422,
      body: { code: "dictionary-from-remote" },
    });
  });

  it("takes 1,600 columns and not one more, and each name once", async () => {
    const id = await aSource();
    const columns = Array.from({ length: 1600 }, (_, index) => ({ name: `c${index}`, dataType: "text" }));
    expect((await put(id, columns)).status).toBe(200);
    expect(await put(id, [...columns, { name: "more", dataType: "text" }])).toMatchObject({
      status: 422,
      body: { code: "too-many-columns" },
    });
    expect(await put(id, [columns[0], columns[1], columns[0]])).toMatchObject({
      status: 400,
      body: { code: "invalid-request", errors: [{ pointer: "/columns/2/name" }] },
    });
    expect(
      (
        await put(id, [
          { name: "a", dataType: "text" },
          { name: "A", dataType: "text" },
        ])
      ).status,
    ).toBe(200);
  });

  it("refuses unknown tags by their places, and tags of more than 80 columns at once", async () => {
    const id = await aSource();
    expect(await put(id, [{ name: "a", dataType: "text", tags: ["PII", "nope"] }])).toMatchObject({
      status: 422,
      body: { code: "tag-not-found", errors: [{ pointer: "/columns/0/tags/1" }] },
    });
    const tagged = Array.from({ length: 81 }, (_, index) => ({
      name: `c${index}`,
      dataType: "text",
      tags: ["PII"],
    }));
    expect((await put(id, tagged)).status).toBe(400);
    expect((await put(id, tagged.slice(1))).status).toBe(200);
    expect((await columnsOf(id)).filter(({ tags }) => tags.length === 1)).toHaveLength(80);
  });

  it("is for owners and experts, at the version that they saw", async () => {
    const id = await aSource();
    const [expert, subscriber, stranger] = await Promise.all([aPersona(app), aPersona(app), aPersona(app)]);
    await makeMember(app, { id }, expert, "expert");
    await makeMember(app, { id }, subscriber, "subscriber");
    const columns = [{ name: "a", dataType: "text" }];
    expect((await put(id, columns, {}, expert)).status).toBe(200);
    expect((await put(id, columns, {}, subscriber)).status).toBe(403);
    expect((await put(id, columns, {}, stranger)).status).toBe(404);
    const more = [...columns, { name: "b", dataType: "text" }];
    expect((await put(id, more, { "if-match": '"1"' })).status).toBe(412);
    expect((await put(id, more, { "if-match": `"${await versionOf(id)}"` })).status).toBe(200);
  });

  it("loses neither of two replacements nor an edit between them, and nothing dangles", async () => {
    const id = await aSource();
    const columns = [{ name: "a", dataType: "text" }];
    await put(id, columns);
    await Promise.all([
      put(id, [...columns, { name: "b", dataType: "text" }]),
      put(id, [...columns, { name: "c", dataType: "text" }]),
      owner.api.updateColumn({ params: { dataSourceId: id, column: "a" }, body: { description: "mine" } }),
    ]);
    const found = await columnsOf(id);
    expect(found[0]).toMatchObject({ name: "a", description: "mine" });
    expect(found).toHaveLength(2);
    await expectSound(app);
  });

  it("leaves no columns to detect", async () => {
    const id = await aSource();
    const reply = await app.call("POST", `/data-sources/${id}/checks`, {
      as: owner,
      body: { checks: ["column-detection"] },
    });
    expect(reply).toMatchObject({ status: 422, body: { code: "check-not-available" } });
    const all = await app.call("POST", `/data-sources/${id}/checks`, { as: owner, body: {} });
    expect(all).toMatchObject({ status: 202, body: { progress: { total: 4 } } });
  });

  it.each([
    [[{ name: "a" }]],
    [[{ name: "a", dataType: "varchar" }]],
    [[{ name: "", dataType: "text" }]],
    [[{ name: "a", dataType: "text", nullable: true }]],
    [undefined],
  ])("refuses %j", async (columns) => {
    expect(await put(await aSource(), columns)).toMatchObject({ status: 400 });
  });
});
