import { DeleteCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { expect, it } from "vitest";
import type { Job } from "#core/jobs/job.ts";
import { aDbtApp, pathOf } from "#test/support/dbt-app.ts";
import { layOn } from "#test/support/dbt-layer.ts";
import { checked, expectSound } from "#test/support/invariants.ts";
import { aConnection, aDataSource, aPersona, registering } from "#test/support/personas.ts";
import { itemsOf, type StoredItem } from "#test/support/table-items.ts";

const { app, integrate, record } = await aDbtApp();
const as = await aPersona(app, { permissions: [...registering, "APPLICATION_ADMIN"] });
const connection = await aConnection(as);
const key = await integrate({ connectionId: connection.id }, as);
const { id } = await record(key);
const source = await aDataSource(as, connection);
await layOn(app, await record(key), source.id, { description: "Orders" });

const table = { TableName: app.tableName };
const put = (item: StoredItem) => app.client.send(new PutCommand({ ...table, Item: { ...item } }));
const found = async () =>
  (await checked(app)).findings.map(({ invariant, subject, detail }) => `${invariant} ${subject}: ${detail}`);

async function theItem(kind: string, of: (item: StoredItem) => boolean = () => true): Promise<StoredItem> {
  const item = (await itemsOf(app, kind)).find(of);
  if (item === undefined) throw new Error(`there is no such ${kind}`);
  return item;
}

/** What is found while an item is another one than it was, or missing. */
async function broken(item: StoredItem, as: Readonly<Record<string, unknown>> | null) {
  const Key = { pk: item["pk"], sk: item["sk"] };
  await (as === null ? app.client.send(new DeleteCommand({ ...table, Key })) : put({ ...item, ...as }));
  try {
    return await found();
  } finally {
    await put(item);
  }
}

it("finds nothing where an integration is bound to a data source", async () => {
  expect(await found()).toEqual([]);
});

it.each([
  [
    "whose secrets are another's",
    { secretRef: "integrations/int_other/gen_1" },
    "secrets lie under integrations/int_other",
  ],
  ["that nobody owns", { owners: [] }, "it has no owner"],
  ["whose connection is gone", { connectionId: "con_gone" }, "its connection con_gone is gone"],
  ["that is being removed by nobody", { state: "deleting" }, "it is deleting"],
  ["whose removal is not there", { state: "deleting", removalJobId: "job_gone" }, "its job job_gone is gone"],
  [
    "that waits for a job that is not there",
    { waiting: { jobId: "job_gone", runId: "7" } },
    "its job job_gone is gone",
  ],
])("finds an integration %s", async (_, given, detail) => {
  const findings = await broken(await theItem("integration"), given);
  expect(findings).toEqual([expect.stringContaining(`integration-stands ${id}: `)]);
  expect(findings[0]).toContain(detail);
  await expectSound(app);
});

it("finds a binding that says of another's data source that it is the integration's own, and the reverse", async () => {
  const binding = await theItem("dbt-binding");
  expect(await broken(binding, { owned: true })).toEqual([
    expect.stringMatching(/^dbt-layer-has-its-binding .*: it does not know who made/),
  ]);
});

it("finds a layer without its binding, and all that is left without its integration", async () => {
  const expected = [expect.stringMatching(`^dbt-layer-has-its-binding ${source.id}: `)];
  expect(await broken(await theItem("dbt-binding"), null)).toEqual(expected);
  expect(await broken(await theItem("integration"), null)).toEqual([
    expect.stringContaining(`its integration ${id} is gone`),
  ]);
});

it("finds a removal whose job is another's, and is content with the right one", async () => {
  const going = await integrate({}, as);
  const { body } = await app.call("DELETE", pathOf(going), { as });
  await expectSound(app);
  const kept = await theItem("integration", ({ environmentId }) => environmentId === going.environmentId);
  const job = await theItem("job", (item) => item["id"] === (body as Job).id);
  expect(kept["removalJobId"]).toBe(job["id"]);
  expect(await broken(job, { line: id })).toContainEqual(
    expect.stringMatching(`^integration-stands ${String(kept["id"])}: `),
  );
});
