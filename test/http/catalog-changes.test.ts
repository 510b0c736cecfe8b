import { describe, expect, it } from "vitest";
import type { CatalogChange } from "#core/ports/catalog-index.ts";
import { anApp } from "#test/support/app.ts";
import { aDataSource, aPersona, aRegistrar, aRemoteTable } from "#test/support/personas.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
await governor.api.createTag({ body: { name: "PII" } });
await governor.api.createTag({ body: { name: "Finance" } });
const { schema } = await aRemoteTable("id int primary key, email text, amount int");
const source = await aDataSource(owner, connection, { schema, table: "things" });

const changes = async (): Promise<readonly CatalogChange[]> =>
  (await app.store.since(null))
    .flatMap((delta) => delta.changes)
    .filter(({ dataSourceId }) => dataSourceId === source.id);
async function tagIdsOf(names: readonly string[]) {
  const tree = await app.store.tagTree();
  return names.flatMap((name) => tree.find(name)?.id ?? []).toSorted();
}

/** Changes columns and tells what that told the index about the tags of all of them. */
async function retag(body: Parameters<typeof owner.api.updateDictionary>[0]["body"]) {
  await owner.api.updateDictionary({ params: { dataSourceId: source.id }, body });
  const last = (await changes()).at(-1);
  return { version: last?.header?.version, columnTags: last?.columnTags };
}

describe("what the index is told", () => {
  it("when a data source is created: all its parts, the names of its columns among them", async () => {
    const [created] = await changes();
    expect(Object.keys(created ?? {}).toSorted()).toEqual([
      "columns",
      "dataSourceId",
      "header",
      "health",
      "members",
    ]);
    expect(created?.columns).toEqual({ names: ["id", "email", "amount"], version: 1 });
    expect(created?.members).toEqual({
      changes: [{ principal: `user:${owner.user.id}`, role: "owner", expiresAt: null }],
      version: 1,
      whole: true,
    });
  });

  it("when columns are tagged: the tags of all columns together, as of the new header", async () => {
    const first = await retag({ changes: [{ column: "email", addTags: ["PII"] }] });
    expect(first.columnTags).toEqual({ tagIds: await tagIdsOf(["PII"]), version: first.version });
    const second = await retag({ changes: [{ column: "amount", addTags: ["Finance", "PII"] }] });
    expect(second.columnTags?.tagIds.toSorted()).toEqual(await tagIdsOf(["PII", "Finance"]));
    const last = await retag({
      changes: [
        { column: "email", removeTags: ["PII"] },
        { column: "amount", removeTags: ["PII", "Finance"] },
      ],
    });
    expect(last.columnTags).toEqual({ tagIds: [], version: last.version });
  });

  it("when columns are only described: nothing about their tags", async () => {
    const told = await retag({ changes: [{ column: "email", description: "Where to write to" }] });
    expect(told.columnTags).toBeUndefined();
    expect(told.version).toBeGreaterThan(1);
  });
});
