import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { aKeptIntegration, bindingNow, layOn, type Word } from "#test/support/dbt-layer.ts";
import { expectSound } from "#test/support/invariants.ts";
import {
  aDataSource,
  aPersona,
  aRegistrar,
  everyPermission,
  makeMember,
  type Persona,
} from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const governor = await aPersona(app, { permissions: everyPermission });
const integration = await aKeptIntegration(app);

const aTag = async (name = unique("Dbt ")): Promise<string> =>
  (await governor.api.createTag({ body: { name } })).name;

/** A data source with dbt's word on it. */
async function said(word: Word) {
  const { id } = await aDataSource(owner, connection);
  return { id, layer: await layOn(app, integration, id, word) };
}

const tagsOf = async (dataSourceId: string) =>
  (await owner.api.getDataSource({ params: { dataSourceId } })).tags.map(
    ({ name, provenance }) => `${name} ${provenance}`,
  );
const remove = async (id: string, name: string, keepAway?: boolean) => {
  const reply = await app.call("DELETE", `/data-sources/${id}/tags/${encodeURIComponent(name)}`, {
    as: owner,
    query: keepAway === undefined ? {} : { keepAway: String(keepAway) },
  });
  expect(reply.status).toBe(204);
};
const add = (dataSourceId: string, ...tags: string[]) =>
  owner.api.addTags({ params: { dataSourceId }, body: { tags } });
const lastDeed = async (id: string) => (await app.store.activity("data-source", id, null, 1)).items[0];
const versionOf = async (dataSourceId: string) =>
  (await owner.api.getDataSource({ params: { dataSourceId } })).version;
/** Whether the next run looks at the data source though it says the same as the last. */
const awaitsRun = async ({ layer }: Awaited<ReturnType<typeof said>>) =>
  (await bindingNow(app, layer))?.digest === null;

describe("a tag that dbt puts on a data source", () => {
  it("is shown with its provenance, and once, as the person's, where a person puts it there too", async () => {
    const [both, own, dbts] = [await aTag(), await aTag(), await aTag()];
    const source = await said({ tags: [both, dbts] });
    await add(source.id, both, own);
    expect(await tagsOf(source.id)).toEqual([`${dbts} dbt`, `${both} manual`, `${own} manual`]);
    const { items } = await owner.api.listDataSources({ query: { tag: both } });
    expect(items.map(({ id, tags }) => [id, tags.map(({ name }) => name).toSorted()])).toEqual([
      [source.id, [both, own, dbts].toSorted()],
    ]);
    const facets = await owner.api.facetsOfDataSources({ query: { tag: both } });
    expect(facets.tag[both]).toBe(1);
    expect(await awaitsRun(source)).toBe(false);
    // Each can go by itself: dbt's with a run, and the person's stays.
    await layOn(app, integration, source.id, { tags: [dbts] });
    expect(await tagsOf(source.id)).toEqual([`${both} manual`, `${own} manual`, `${dbts} dbt`]);
  });

  it("goes with a person's when a person takes it off, and the next run puts it back", async () => {
    const tag = await aTag();
    const source = await said({ tags: [tag] });
    await add(source.id, tag);
    const version = await versionOf(source.id);
    await remove(source.id, tag);
    expect(await tagsOf(source.id)).toEqual([]);
    expect(await versionOf(source.id)).toBe(version + 1);
    expect(await awaitsRun(source)).toBe(true);
    expect((await owner.api.listDataSources({ query: { tag } })).items).toEqual([]);
    expect(await lastDeed(source.id)).toMatchObject({
      action: "data-source:tag",
      details: { removed: [tag] },
    });
    await layOn(app, integration, source.id, { tags: [tag] });
    expect(await tagsOf(source.id)).toEqual([`${tag} dbt`]);
  });

  it("that only a person put there goes without a word to dbt", async () => {
    const [tag, dbts] = [await aTag(), await aTag()];
    const source = await said({ tags: [dbts] });
    await add(source.id, tag);
    await remove(source.id, tag);
    expect(await tagsOf(source.id)).toEqual([`${dbts} dbt`]);
    expect(await awaitsRun(source)).toBe(false);
  });

  it("is kept away where a person says so: no run puts it there, and none has to look", async () => {
    const tag = await aTag();
    const source = await said({ tags: [tag] });
    await remove(source.id, tag, true);
    expect(await tagsOf(source.id)).toEqual([]);
    expect(await awaitsRun(source)).toBe(false);
    expect((await lastDeed(source.id))?.details).toEqual({ removed: [tag], keptAway: true });
    const version = await versionOf(source.id);
    await remove(source.id, tag, true);
    expect(await versionOf(source.id)).toBe(version);
    await layOn(app, integration, source.id, { tags: [tag] });
    expect(await tagsOf(source.id)).toEqual([]);
  });

  it("comes back with the next run once a person takes it off without keeping it away", async () => {
    const tag = await aTag();
    const source = await said({ tags: [tag] });
    await remove(source.id, tag, true);
    await remove(source.id, tag, false);
    expect(await awaitsRun(source)).toBe(true);
    expect(await tagsOf(source.id)).toEqual([]);
    await layOn(app, integration, source.id, { tags: [tag] });
    expect(await tagsOf(source.id)).toEqual([`${tag} dbt`]);
  });

  it("is not kept away any more once a person puts it there, and dbt's stands beside it with the next run", async () => {
    const tag = await aTag();
    const source = await said({ tags: [tag] });
    await remove(source.id, tag, true);
    await add(source.id, tag);
    expect(await tagsOf(source.id)).toEqual([`${tag} manual`]);
    expect(await awaitsRun(source)).toBe(true);
    await layOn(app, integration, source.id, { tags: [tag] });
    await remove(source.id, tag, false);
    await layOn(app, integration, source.id, { tags: [tag] });
    expect(await tagsOf(source.id)).toEqual([`${tag} dbt`]);
  });

  it("can be kept away before dbt puts it there, where dbt has a say", async () => {
    const tag = await aTag();
    const source = await said({});
    await remove(source.id, tag, true);
    await layOn(app, integration, source.id, { tags: [tag] });
    expect(await tagsOf(source.id)).toEqual([]);
    const plain = await aDataSource(owner, connection);
    await remove(plain.id, tag, true);
    await remove(plain.id, "No such tag", true);
    expect(await versionOf(plain.id)).toBe(plain.version);
    await layOn(app, integration, plain.id, { tags: [tag] });
    expect(await tagsOf(plain.id)).toEqual([`${tag} dbt`]);
  });

  it("is one of a hundred at most that are kept away", async () => {
    const tag = await aTag();
    const source = await said({ tags: [tag] });
    const before = (await app.store.dictionary(source.id))?.dataSource;
    if (before === undefined) throw new Error("it is gone");
    const keptAway = Array.from({ length: 100 }, (_, index) => ({
      tagId: `tag_${index}`,
      by: "usr_1",
      at: "",
    }));
    await app.store.commit([{ write: "put", kind: "data-source", record: { ...before, keptAway } }]);
    const path = `/data-sources/${source.id}/tags/${encodeURIComponent(tag)}`;
    const reply = await app.call("DELETE", path, { as: owner, query: { keepAway: "true" } });
    expect(reply).toMatchObject({ status: 422, body: { code: "too-many-tags" } });
    await remove(source.id, tag);
    expect(await tagsOf(source.id)).toEqual([]);
  });

  it("by which an active policy decides is kept away by GOVERNANCE alone, below a tag of the policy's too", async () => {
    const policyTag = await aTag(unique("Kept"));
    const tag = await aTag(`${policyTag}.Below`);
    const source = await said({ tags: [tag] });
    const sentence = `Allow anyone to subscribe on data sources tagged ${policyTag}`;
    const policy = await governor.api.createPolicy({ body: { name: unique("Keeps "), sentence } });
    const params = { policyId: policy.id };
    const path = `/data-sources/${source.id}/tags/${encodeURIComponent(tag)}`;
    const keepAway = (as: Persona) => app.call("DELETE", path, { as, query: { keepAway: "true" } });
    await governor.api.updatePolicy({ params, body: { state: "active" } });
    expect(await keepAway(owner)).toMatchObject({ status: 403, body: { code: "forbidden" } });
    await makeMember(app, source, governor, "expert");
    expect((await keepAway(governor)).status).toBe(204);
    await governor.api.deletePolicy({ params });
    await add(source.id, tag);
    expect((await keepAway(owner)).status).toBe(204);
  });

  it("refuses a keepAway that is neither true nor false", async () => {
    const source = await said({});
    const path = `/data-sources/${source.id}/tags/x`;
    const reply = await app.call("DELETE", path, { as: owner, query: { keepAway: "yes" } });
    expect(reply).toMatchObject({ status: 400, body: { code: "invalid-request" } });
  });

  it("keeps its place under another name, because dbt's facts hold no names", async () => {
    const [tag, columns] = [await aTag(), await aTag()];
    const word = { tags: [tag], columns: [{ name: "name", tags: [columns] }] };
    const source = await said(word);
    const renamed = unique("Renamed ");
    await governor.api.updateTag({ params: { name: tag }, body: { name: renamed } });
    await governor.api.updateTag({ params: { name: columns }, body: { name: `${renamed}.Column` } });
    expect(await tagsOf(source.id)).toEqual([`${renamed} dbt`]);
    const { items } = await owner.api.getDictionary({ params: { dataSourceId: source.id } });
    expect(items.flatMap(({ tags }) => tags)).toEqual([{ name: `${renamed}.Column`, provenance: "dbt" }]);
    expect(await awaitsRun(source)).toBe(false);
  });

  it("of a data source or of a column keeps itself from being deleted, until it is taken off", async () => {
    const [tag, columns] = [await aTag(), await aTag()];
    const source = await said({ tags: [tag], columns: [{ name: "name", tags: [columns] }] });
    const deletion = (name: string) =>
      app.call("DELETE", `/tags/${encodeURIComponent(name)}`, { as: governor });
    for (const name of [tag, columns]) {
      expect(await deletion(name)).toMatchObject({ status: 409, body: { code: "tag-in-use" } });
    }
    await remove(source.id, tag);
    await owner.api.updateColumn({
      params: { dataSourceId: source.id, column: "name" },
      body: { removeTags: [columns] },
    });
    for (const name of [tag, columns]) expect((await deletion(name)).status).toBe(204);
    await expectSound(app);
  });
});
