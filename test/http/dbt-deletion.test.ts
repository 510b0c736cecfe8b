import { describe, expect, it } from "vitest";
import type { Integration } from "#core/dbt/integration.ts";
import { anApp } from "#test/support/app.ts";
import { aConnectionless, aKeptIntegration, bindingNow, layOn, type Word } from "#test/support/dbt-layer.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aDataSource, aPersona, aRegistrar, everyPermission } from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const governor = await aPersona(app, { permissions: everyPermission });

const aTag = async (): Promise<string> =>
  (await governor.api.createTag({ body: { name: unique("Dbt ") } })).name;

/** A data source that an integration made through a connection. */
async function made(integration: Integration, word: Word) {
  const { id, name } = await aDataSource(owner, connection);
  await app.drain();
  return { id, name, layer: await layOn(app, integration, id, word, true) };
}

const remove = (dataSourceId: string) => owner.api.deleteDataSource({ params: { dataSourceId } });
const restore = (dataSourceId: string) =>
  app.call("POST", `/data-sources/${dataSourceId}/restore`, { as: owner });
const show = (dataSourceId: string) => owner.api.getDataSource({ params: { dataSourceId } });
const columnsOf = async (dataSourceId: string) =>
  (await owner.api.getDictionary({ params: { dataSourceId }, query: { limit: 200 } })).items.map(
    ({ name, description, descriptionProvenance, tags }) => ({
      name,
      description,
      by: descriptionProvenance,
      tags: tags.map((tag) => `${tag.name} ${tag.provenance}`),
    }),
  );
/** The integration is removed: it and its bindings are gone. */
async function goes(integration: Integration): Promise<void> {
  for await (const page of app.store.bindings(integration.id)) {
    for (const record of page) await app.store.commit([{ write: "remove", kind: "dbt-binding", record }]);
  }
  await app.store.commit([{ write: "remove", kind: "integration", record: integration }]);
}

describe("deleting what an integration made", () => {
  it("keeps the layer and its binding, and restoring it lets the next run say everything anew", async () => {
    const [tag, column] = [await aTag(), await aTag()];
    const word = { description: "dbt's", tags: [tag], columns: [{ name: "name", tags: [column] }] };
    const source = await made(await aKeptIntegration(app), word);
    await remove(source.id);
    expect(await bindingNow(app, source.layer)).toMatchObject({ owned: true, deleted: true });
    await expectSound(app);
    expect(await restore(source.id)).toMatchObject({
      status: 200,
      body: { description: "dbt's", descriptionProvenance: "dbt", tags: [{ name: tag, provenance: "dbt" }] },
    });
    expect(await bindingNow(app, source.layer)).toMatchObject({ owned: true, deleted: false, digest: null });
    expect((await columnsOf(source.id))[1]?.tags).toEqual([`${column} dbt`]);
    const { items } = await owner.api.listDataSources({ query: { search: column } });
    expect(items.map(({ id }) => id)).toEqual([source.id]);
    await app.drain();
    await expectSound(app);
  });

  it("without a connection can be undone without asking any database", async () => {
    const source = await aConnectionless(app, await aKeptIntegration(app), owner, {
      columns: [{ name: "ID", description: "Which one" }],
    });
    await remove(source.id);
    const { items } = await owner.api.listDeletedDataSources({ query: {} });
    expect(items.find(({ id }) => id === source.id)).toMatchObject({
      technology: "snowflake",
      connectionId: null,
    });
    expect(await restore(source.id)).toMatchObject({
      status: 200,
      body: { status: "enabled", health: { status: "unknown" }, connectionId: null },
    });
    expect(await columnsOf(source.id)).toMatchObject([{ description: "Which one", by: "dbt" }]);
    expect(app.outbox.jobIds).toEqual([]);
    await expectSound(app);
  });

  it("leaves what was dbt's with people where the integration is gone when it comes back", async () => {
    const [tag, both, column, away] = [await aTag(), await aTag(), await aTag(), await aTag()];
    const integration = await aKeptIntegration(app);
    const source = await made(integration, {
      description: "dbt's",
      tags: [tag, both],
      columns: [
        { name: "id", description: "dbt on id", tags: [column, away] },
        { name: "name", description: "dbt on name" },
      ],
    });
    const params = { dataSourceId: source.id };
    await owner.api.addTags({ params, body: { tags: [both] } });
    await owner.api.updateDictionary({
      params,
      body: {
        changes: [
          { column: "name", description: "ours" },
          { column: "id", removeTags: [away] },
        ],
      },
    });
    await remove(source.id);
    await goes(integration);
    expect(await restore(source.id)).toMatchObject({
      status: 200,
      body: { description: "dbt's", descriptionProvenance: "manual", origin: { type: "dbt" } },
    });
    expect((await show(source.id)).tags.map(({ name, provenance }) => [name, provenance])).toEqual([
      [tag, "manual"],
      [both, "manual"],
    ]);
    expect(await columnsOf(source.id)).toMatchObject([
      { description: "dbt on id", by: "manual", tags: [`${column} manual`] },
      { description: "ours", by: "manual", tags: [] },
    ]);
    const stored = await app.store.dictionary(source.id);
    expect([stored?.dataSource.dbt, stored?.dbt]).toEqual([null, null]);
    const [deed] = (await app.store.activity("data-source", source.id, null, 1)).items;
    expect(deed?.details).toMatchObject({ dbtWordBecame: "manual" });
    await app.drain();
    await expectSound(app);
  });

  it("comes back as a person's also with more columns than a transaction takes, and then takes others by hand", async () => {
    const integration = await aKeptIntegration(app);
    const columns = Array.from({ length: 200 }, (_, index) => ({
      name: `C${index}`,
      description: `about ${index}`,
    }));
    const source = await aConnectionless(app, integration, owner, { columns });
    await remove(source.id);
    await goes(integration);
    expect((await restore(source.id)).status).toBe(200);
    const shown = await columnsOf(source.id);
    expect(shown.map(({ description }) => description)).toEqual(
      columns.map(({ description }) => description),
    );
    expect(new Set(shown.map(({ by }) => by))).toEqual(new Set(["manual"]));
    await owner.api.replaceDictionary({
      params: { dataSourceId: source.id },
      body: { columns: [{ name: "C7", dataType: "integer" }] },
    });
    expect(await columnsOf(source.id)).toMatchObject([{ name: "C7", description: "about 7" }]);
    await expectSound(app);
  });

  it("is undone as a person's while its integration is being deleted, which then has nothing more of it", async () => {
    const integration = await aKeptIntegration(app);
    const source = await made(integration, { description: "dbt's" });
    await remove(source.id);
    // Long since, so that its job has expired.
    const deleting = { ...integration, state: "deleting" as const, removalJobId: "job_1", version: 2 };
    await app.store.commit([{ write: "put", kind: "integration", record: deleting }]);
    expect((await restore(source.id)).status).toBe(200);
    expect(await bindingNow(app, source.layer)).toBeNull();
    expect((await show(source.id)).descriptionProvenance).toBe("manual");
    await app.drain();
    await expectSound(app);
  });

  it("is undone as a person's where its relation is another data source by now, whose binding stays", async () => {
    const integration = await aKeptIntegration(app);
    const source = await made(integration, { description: "dbt's" });
    await remove(source.id);
    const other = await aDataSource(owner, connection);
    const layer = await layOn(app, integration, other.id, { description: "dbt's" }, true);
    const taken = await bindingNow(app, source.layer);
    if (taken === null) throw new Error("there is no binding");
    // As where the relation was bound anew: the other one is it, under its own key.
    const record = { ...taken, dataSourceId: other.id, deleted: false };
    await app.store.commit([
      { write: "put", kind: "dbt-binding", record },
      {
        write: "put",
        kind: "data-source",
        record: {
          ...((await app.store.dictionary(other.id))?.dataSource ?? failed()),
          dbt: { ...layer, relation: source.layer.relation },
        },
      },
      { write: "remove", kind: "dbt-binding", record: { ...taken, relation: layer.relation } },
    ]);
    expect((await restore(source.id)).status).toBe(200);
    expect((await show(source.id)).descriptionProvenance).toBe("manual");
    expect(await bindingNow(app, source.layer)).toEqual(record);
    await app.drain();
    await expectSound(app);
  });

  it("takes the binding away with the purge, so that its relation is free", async () => {
    const source = await made(await aKeptIntegration(app), { description: "dbt's" });
    await remove(source.id);
    await app.drain();
    app.clock.advance(31 * 86_400_000);
    app.clock.advance((60 - app.clock.now().getUTCMinutes()) * 60_000);
    await app.sweep();
    expect(await bindingNow(app, source.layer)).toBeNull();
    await expectSound(app);
  });
});

const failed = (): never => {
  throw new Error("it is gone");
};

describe("deleting what a person made", () => {
  it("takes dbt's layer off with its binding, and what comes back is the person's alone", async () => {
    const [tag, own] = [await aTag(), await aTag()];
    const integration = await aKeptIntegration(app);
    const { id } = await aDataSource(owner, connection, { description: "ours" });
    const layer = await layOn(app, integration, id, {
      description: "dbt's",
      tags: [tag],
      columns: [{ name: "name", description: "dbt's" }],
    });
    await owner.api.addTags({ params: { dataSourceId: id }, body: { tags: [own] } });
    await remove(id);
    expect(await bindingNow(app, layer)).toBeNull();
    await expectSound(app);
    expect(await restore(id)).toMatchObject({
      status: 200,
      body: { description: "ours", tags: [{ name: own, provenance: "manual" }], origin: { type: "manual" } },
    });
    expect((await columnsOf(id))[1]).toMatchObject({ description: "", by: null });
    await app.drain();
    // The chunks of the layer are gone with the next sweep.
    app.clock.advance((180 - app.clock.now().getUTCMinutes()) * 60_000);
    await app.sweep();
    await expectSound(app);
    const again = await layOn(app, integration, id, { tags: [tag] });
    expect((await show(id)).tags).toHaveLength(2);
    expect(await bindingNow(app, again)).toMatchObject({ owned: false, deleted: false });
  });
});
