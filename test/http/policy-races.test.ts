import { expect, it } from "vitest";
import { dynamoStore } from "#adapters/dynamodb/dynamo-store.ts";
import type { Write } from "#core/ports/change.ts";
import { anApp, caller } from "#test/support/app.ts";
import { breakingClient, killedAt } from "#test/support/broken-steps.ts";
import { aDataSource as aRecord, aHealth } from "#test/support/catalog-records.ts";
import { interrupted } from "#test/support/interrupted-client.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aDataSource, aPersona, aRegistrar, type Persona } from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";
import { testClient } from "#test/support/store.ts";

const app = await anApp();
const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
const { owner, connection } = await aRegistrar(app);

const aTag = async () => (await governor.api.createTag({ body: { name: unique("tag") } })).name;
const remove = (tag: string) => app.call("DELETE", `/tags/${tag}`, { as: governor });
const on = (tag: string) => `Allow anyone to subscribe on data sources tagged ${tag}`;
const post = (body: object, as: Persona = governor) =>
  app.call("POST", "/policies", { as, body: { name: unique("policy "), ...body } });

it("a tag never goes from under a policy that comes to use it meanwhile", async () => {
  for (let round = 0; round < 8; round += 1) {
    const tag = await aTag();
    const [made, removed] = await Promise.all([post({ sentence: on(tag) }), remove(tag)]);
    expect([201, 409, 422]).toContain(made.status);
    expect(removed.status).toBe(made.status === 201 ? 409 : 204);
  }
  await expectSound(app);
});

it("a deletion that begins just before a policy commits is minded", async () => {
  const tag = await aTag();
  const { client, happened } = interrupted(1, async () => expect((await remove(tag)).status).toBe(204));
  const store = dynamoStore({ client, tableName: app.tableName, clock: app.clock });
  const reply = await caller({ ...app.parts, store })("POST", "/policies", {
    as: governor,
    body: { name: "late", sentence: on(tag) },
  });
  client.destroy();
  expect(happened()).toBe(true);
  expect(reply).toMatchObject({ status: 422, body: { code: "tag-not-found" } });
  await expectSound(app);
});

it("of several policies that are activated at once for one data source one states its terms", async () => {
  const { id: dataSourceId } = await aDataSource(owner, connection);
  const made = await Promise.all(
    ["Allow anyone to subscribe", "Allow individually selected users to subscribe"].map((sentence) =>
      post({ sentence, dataSourceId, state: "active" }, owner),
    ),
  );
  expect(made.map(({ status }) => status)).toEqual([201, 201]);
  const { items } = await owner.api.listPolicies({ query: { dataSourceId, state: "active" } });
  expect(items).toHaveLength(1);
  await expectSound(app);
});

it("a policy that changes twice at once loses neither change, and `If-Match` lets one through", async () => {
  const { id } = await governor.api.createPolicy({ body: { name: "race", sentence: on(await aTag()) } });
  const patch = (body: object, headers = {}) =>
    app.call("PATCH", `/policies/${id}`, { as: governor, body, headers });
  const both = await Promise.all([patch({ name: "renamed" }), patch({ state: "active" })]);
  expect(both.map(({ status }) => status)).toEqual([200, 200]);
  expect(await governor.api.getPolicy({ params: { policyId: id } })).toMatchObject({
    name: "renamed",
    state: "active",
    version: 3,
  });
  const held = await Promise.all([
    patch({ name: "a" }, { "if-match": "3" }),
    patch({ name: "b" }, { "if-match": "3" }),
  ]);
  expect(held.map(({ status }) => status).toSorted()).toEqual([200, 412]);
});

it("whatever step a change of a data source's own policy breaks off at, policy and data source agree", async () => {
  const { id: dataSourceId } = await aDataSource(owner, connection);
  const steps = [
    [
      "POST",
      "/policies",
      { name: "x", sentence: "Allow anyone to subscribe", dataSourceId, state: "active" },
    ],
    [
      "POST",
      "/policies",
      {
        name: "y",
        sentence: "Allow individually selected users to subscribe",
        dataSourceId,
        state: "active",
      },
    ],
  ] as const;
  for (const [method, path, body] of steps) {
    for (let step = 1; ; step += 1) {
      const broken = killedAt(step);
      const client = breakingClient(testClient(), broken.breaker);
      const store = dynamoStore({ client, tableName: app.tableName, clock: app.clock });
      await caller({ ...app.parts, store })(method, path, { as: owner, body });
      client.destroy();
      await expectSound(app);
      if (broken.at === null) break;
    }
  }
  const { items } = await owner.api.listPolicies({ query: { dataSourceId, state: "active" } });
  expect(items.map(({ name }) => name)).toEqual(["y"]);
});

it("activating a policy over 1,000 data sources writes none of them, and holds for all at once", async () => {
  const tag = await aTag();
  const tagId = (await app.store.tagTree()).find(tag)?.id ?? "";
  const applied = {
    tagId,
    provenance: "manual",
    appliedBy: "usr_1",
    appliedAt: "2026-01-01T00:00:00.000Z",
  } as const;
  const sources = Array.from({ length: 1000 }, (_, index) =>
    aRecord({ name: `many ${index}`, tags: [applied] }),
  );
  for (let from = 0; from < sources.length; from += 50) {
    const some = sources.slice(from, from + 50);
    await app.store.commit(some.map((record): Write => ({ write: "create", kind: "data-source", record })));
  }
  const [first = aRecord()] = sources;
  const health = aHealth(first.id);
  await app.store.commit([{ write: "create", kind: "data-source-health", record: health }]);
  const { id } = await governor.api.createPolicy({ body: { name: "wide", sentence: on(tag) } });
  const written: string[] = [];
  const client = testClient();
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        if (String(commandName).startsWith("TransactWrite")) written.push(JSON.stringify(args.input));
        return next(args);
      },
    { step: "initialize", name: "written" },
  );
  const store = dynamoStore({ client, tableName: app.tableName, clock: app.clock });
  const body = { state: "active" };
  const reply = await caller({ ...app.parts, store })("PATCH", `/policies/${id}`, { as: governor, body });
  client.destroy();
  expect(reply.status).toBe(200);
  expect(written).toHaveLength(1);
  const items = (JSON.parse(written[0] ?? "") as { TransactItems: object[] }).TransactItems;
  // The policy, the count of changes of the directory, the audit record, and that the governor is who they were.
  expect(items).toHaveLength(4);
  expect(written[0]).not.toContain("DS#");
  const ann = await aPersona(app);
  const resources = await app.store.dataSourceExposures(sources.map((record) => record.id));
  expect(resources.size).toBe(1000);
  const directory = await app.store.directory();
  expect([...resources.values()].every(({ tagIds }) => directory.applying(tagIds).length === 1)).toBe(true);
  expect(await ann.api.getDataSource({ params: { dataSourceId: first.id } })).toMatchObject({
    myRole: "subscriber",
  });
});
