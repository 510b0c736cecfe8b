import { DeleteCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { aConnectionless, aKeptIntegration, layOn } from "#test/support/dbt-layer.ts";
import { checked, expectSound } from "#test/support/invariants.ts";
import { aDataSource, aRegistrar } from "#test/support/personas.ts";
import { itemsOf, type StoredItem } from "#test/support/table-items.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const integration = await aKeptIntegration(app);
const columns = [{ name: "name", description: "dbt's" }];
const source = await aDataSource(owner, connection);
await layOn(app, integration, source.id, { columns });
const gone = await aConnectionless(app, integration, owner, { columns });
await owner.api.deleteDataSource({ params: { dataSourceId: gone.id } });
await app.drain();

const table = { TableName: app.tableName };
const put = (item: StoredItem) => app.client.send(new PutCommand({ ...table, Item: { ...item } }));
const drop = ({ pk, sk }: StoredItem) => app.client.send(new DeleteCommand({ ...table, Key: { pk, sk } }));

async function theItem(kind: string, dataSourceId: string): Promise<StoredItem> {
  const of = (item: StoredItem) =>
    item["dataSourceId"] === dataSourceId || item["id"] === dataSourceId || item["kind"] === "integration";
  const item = (await itemsOf(app, kind)).find(of);
  if (item === undefined) throw new Error(`there is no such ${kind}`);
  return item;
}

const found = async (): Promise<readonly string[]> =>
  (await checked(app)).findings.map(({ invariant, subject }) => `${invariant} ${subject}`);

/** What is found while an item is another one, or missing; then it is as it was. */
async function foundWith(item: StoredItem, instead: StoredItem | null): Promise<readonly string[]> {
  await (instead === null ? drop(item) : put(instead));
  try {
    return await found();
  } finally {
    await put(item);
  }
}

it("finds nothing wrong with layers and bindings of what is there and of what is deleted", async () => {
  await expectSound(app);
  const { kinds } = await checked(app);
  expect(kinds).toMatchObject({ "dbt-chunk": 2, "dbt-binding": 2, integration: 1 });
});

it("finds a layer that lacks a chunk", async () => {
  const chunk = await theItem("dbt-chunk", source.id);
  expect(await foundWith(chunk, null)).toEqual([`dictionary-is-whole ${source.id}`]);
});

it("finds a generation of a layer that no header points at, and no sweep will find", async () => {
  const chunk = await theItem("dbt-chunk", source.id);
  const stray = { ...chunk, sk: "DICT#dbt#gen_stray#0000", generation: "gen_stray" };
  await put(stray);
  expect(await found()).toEqual([`no-dangling-generation ${source.id}`]);
  await drop(stray);
  await expectSound(app);
});

it("finds a layer without its binding, also where that is another data source's", async () => {
  const binding = await theItem("dbt-binding", source.id);
  const finding = `dbt-layer-has-its-binding ${source.id}`;
  expect(await foundWith(binding, null)).toEqual([finding]);
  const others = await foundWith(binding, { ...binding, dataSourceId: gone.id });
  expect(others).toContain(finding);
  expect(others).toHaveLength(2);
});

it("finds a binding that does not know that its data source is deleted, or that is not there", async () => {
  for (const id of [source.id, gone.id]) {
    const binding = await theItem("dbt-binding", id);
    const other = await foundWith(binding, { ...binding, deleted: binding["deleted"] !== true });
    expect(other).toEqual([expect.stringMatching(/^dbt-layer-has-its-binding \[/)]);
  }
  const stray = { ...(await theItem("dbt-binding", source.id)), sk: "REL#stray", relation: "stray" };
  await put(stray);
  expect(await found()).toEqual([expect.stringMatching(/^dbt-layer-has-its-binding \[/)]);
  await put({ ...stray, dataSourceId: "ds_none" });
  expect(await found()).toEqual([expect.stringMatching(/^dbt-layer-has-its-binding \[/)]);
  await drop(stray);
});

it("finds bindings of an integration that is gone", async () => {
  const findings = await foundWith(await theItem("integration", ""), null);
  expect(findings).toHaveLength(2);
  await expectSound(app);
});
