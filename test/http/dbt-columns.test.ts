import { expect, describe, it } from "vitest";
import { catalogRecords } from "#adapters/dynamodb/stores/catalog-records.ts";
import type { CatalogChange } from "#core/ports/catalog-index.ts";
import { anApp } from "#test/support/app.ts";
import { aConnectionless, aKeptIntegration, bindingNow, layOn, type Word } from "#test/support/dbt-layer.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aDataSource, aPersona, aRegistrar, aRemoteTable, everyPermission } from "#test/support/personas.ts";
import { runSql } from "#test/support/postgres-client.ts";
import { unique } from "#test/support/records.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const governor = await aPersona(app, { permissions: everyPermission });
const integration = await aKeptIntegration(app);

const aTag = async (): Promise<string> =>
  (await governor.api.createTag({ body: { name: unique("Dbt ") } })).name;

/** A data source of two columns, `id` and `name`, with dbt's word on it. */
async function said(columns: NonNullable<Word["columns"]>) {
  const remote = await aRemoteTable();
  const { id } = await aDataSource(owner, connection, remote);
  return { id, remote, layer: await layOn(app, integration, id, { columns }) };
}

type Source = Pick<Awaited<ReturnType<typeof said>>, "id" | "layer">;

/** A column as it is shown. */
async function shown({ id: dataSourceId }: Pick<Source, "id">, name = "name") {
  const { items } = await owner.api.getDictionary({ params: { dataSourceId } });
  const column = items.find((one) => one.name === name);
  if (column === undefined) throw new Error(`there is no column ${name}`);
  const { description, descriptionProvenance, tags } = column;
  return {
    description,
    by: descriptionProvenance,
    tags: tags.map((tag) => `${tag.name} ${tag.provenance}`).toSorted(),
  };
}

const patch = ({ id: dataSourceId }: Pick<Source, "id">, body: object, column = "name") =>
  owner.api.updateColumn({ params: { dataSourceId, column }, body });
const awaitsRun = async ({ layer }: Source) => (await bindingNow(app, layer))?.digest === null;
const runAgain = async (source: Source, columns: NonNullable<Word["columns"]>): Promise<Source> => ({
  ...source,
  layer: await layOn(app, integration, source.id, { columns }),
});
/** Whether the list finds a data source by a tag that one of its columns carries. */
const isFoundBy = async (tag: string, { id }: Pick<Source, "id">) =>
  (await owner.api.listDataSources({ query: { search: tag } })).items.some((one) => one.id === id);

describe("what dbt says of a column", () => {
  it("stands below a person's word, also an empty one, and above the remote's comment", async () => {
    const source = await said([{ name: "NAME", description: "dbt's" }]);
    await runSql(`comment on column ${source.remote.schema}.things.name is 'the remote''s'`);
    await owner.api.runChecks({
      params: { dataSourceId: source.id },
      body: { checks: ["column-detection"] },
    });
    await app.drain();
    expect(await shown(source)).toEqual({ description: "dbt's", by: "dbt", tags: [] });
    await patch(source, { description: "ours" });
    expect(await shown(source)).toMatchObject({ description: "ours", by: "manual" });
    await patch(source, { description: "" });
    expect(await shown(source)).toMatchObject({ description: "", by: "manual" });
    expect(await patch(source, { description: null })).toMatchObject({
      description: "dbt's",
      descriptionProvenance: "dbt",
    });
    await runAgain(source, []);
    expect(await shown(source)).toMatchObject({ description: "the remote's", by: "schema" });
    await expectSound(app);
  });

  it("stays when the schema layer is read anew, and goes with a column of dbt's name", async () => {
    const tag = await aTag();
    const source = await said([{ name: "name", description: "dbt's", tags: [tag] }]);
    const { schema } = source.remote;
    await runSql(
      `alter table ${schema}.things drop column name`,
      `alter table ${schema}.things add column other text`,
    );
    const detect = async () => {
      const body = { checks: ["column-detection" as const] };
      await owner.api.runChecks({ params: { dataSourceId: source.id }, body });
      await app.drain();
    };
    await detect();
    expect((await app.store.dictionary(source.id))?.dbt?.columns).toHaveLength(1);
    expect(await shown(source, "other")).toEqual({ description: "", by: null, tags: [] });
    expect(await isFoundBy(tag, source)).toBe(false);
    await runSql(`alter table ${schema}.things rename column other to name`);
    await detect();
    expect(await shown(source)).toEqual({ description: "dbt's", by: "dbt", tags: [`${tag} dbt`] });
    expect(await isFoundBy(tag, source)).toBe(true);
    await expectSound(app);
  });
});

describe("a tag that dbt puts on a column", () => {
  it("is shown once, as the person's, where both put it there, and found by the search", async () => {
    const [both, dbts] = [await aTag(), await aTag()];
    const source = await said([{ name: "name", tags: [both, dbts] }]);
    expect(await isFoundBy(dbts, source)).toBe(true);
    await patch(source, { addTags: [both] });
    expect((await shown(source)).tags).toEqual([`${both} manual`, `${dbts} dbt`].toSorted());
    expect(await awaitsRun(source)).toBe(false);
  });

  it("goes when a person takes it off, for the list too, and the next run puts it back", async () => {
    const tag = await aTag();
    const columns = [{ name: "name", tags: [tag] }];
    const source = await said(columns);
    await patch(source, { addTags: [tag] });
    expect(await patch(source, { removeTags: [tag] })).toMatchObject({ tags: [] });
    expect((await shown(source)).tags).toEqual([]);
    expect(await isFoundBy(tag, source)).toBe(false);
    expect(await awaitsRun(source)).toBe(true);
    const again = await runAgain(source, columns);
    expect((await shown(again)).tags).toEqual([`${tag} dbt`]);
    expect(await isFoundBy(tag, again)).toBe(true);
  });

  it("is kept away where a person says so, until they take it off without that, or put it there", async () => {
    const tag = await aTag();
    const columns = [{ name: "name", tags: [tag] }];
    let source: Source = await said(columns);
    await patch(source, { removeTags: [tag], keepAway: true });
    expect(await awaitsRun(source)).toBe(false);
    const [deed] = (await app.store.activity("data-source", source.id, null, 1)).items;
    expect(deed?.details).toMatchObject({ changes: [{ column: "name", keptAway: true }] });
    source = await runAgain(source, columns);
    expect((await shown(source)).tags).toEqual([]);
    await patch(source, { removeTags: [tag] });
    expect(await awaitsRun(source)).toBe(true);
    source = await runAgain(source, columns);
    expect((await shown(source)).tags).toEqual([`${tag} dbt`]);
    await patch(source, { removeTags: [tag], keepAway: true });
    await patch(source, { addTags: [tag] });
    expect((await shown(source)).tags).toEqual([`${tag} manual`]);
    expect(await awaitsRun(source)).toBe(true);
  });

  it("that only a person put there goes without a word to dbt, and so does a change that changes nothing", async () => {
    const [own, dbts] = [await aTag(), await aTag()];
    const source = await said([{ name: "name", tags: [dbts] }]);
    await patch(source, { addTags: [own] });
    await patch(source, { removeTags: [own] });
    await patch(source, { removeTags: [dbts], keepAway: true });
    const { version } = await owner.api.getDataSource({ params: { dataSourceId: source.id } });
    await patch(source, { removeTags: [dbts], keepAway: true });
    expect((await owner.api.getDataSource({ params: { dataSourceId: source.id } })).version).toBe(version);
    expect(await awaitsRun(source)).toBe(false);
  });

  it("is taken off many columns at once in one transaction with one word to dbt", async () => {
    const tag = await aTag();
    const columns = Array.from({ length: 80 }, (_, index) => ({ name: `c${index}`, tags: [tag] }));
    const source = await aConnectionless(app, integration, owner, { columns });
    await owner.api.updateDictionary({
      params: { dataSourceId: source.id },
      body: { changes: columns.map(({ name }) => ({ column: name, removeTags: [tag] })) },
    });
    expect(await isFoundBy(tag, source)).toBe(false);
    expect(await awaitsRun(source)).toBe(true);
    await expectSound(app);
  });
});

describe("the list, made anew from the records", () => {
  it("knows the tags that dbt puts on columns, without those that are taken off", async () => {
    const [stays, goes] = [await aTag(), await aTag()];
    const source = await said([{ name: "Name", tags: [stays, goes] }]);
    await patch(source, { removeTags: [goes] });
    const tree = await app.store.tagTree();
    const changes: CatalogChange[] = [];
    for await (const page of catalogRecords(app)) changes.push(...page);
    const change = changes.find(({ dataSourceId }) => dataSourceId === source.id);
    expect(change?.columnTags?.tagIds).toEqual([tree.find(stays)?.id]);
  });
});

describe("where dbt tells the columns", () => {
  it("their descriptions are dbt's, and nobody states them by hand", async () => {
    const source = await aConnectionless(app, integration, owner, {
      columns: [{ name: "ID", description: "Which one" }, { name: "AMOUNT" }],
    });
    expect(await shown(source, "ID")).toMatchObject({ description: "Which one", by: "dbt" });
    expect(await shown(source, "AMOUNT")).toMatchObject({ description: "", by: null });
    const reply = await app.call("PUT", `/data-sources/${source.id}/dictionary`, {
      as: owner,
      body: { columns: [{ name: "ID", dataType: "integer" }] },
    });
    expect(reply).toMatchObject({
      status: 422,
      body: { code: "dictionary-from-remote", detail: "dbt tells the columns." },
    });
    await patch(source, { description: "ours" }, "id");
    expect(await shown(source, "ID")).toMatchObject({ description: "ours", by: "manual" });
  });
});
