import { describe, expect, it, onTestFinished } from "vitest";
import { dynamoStore } from "#adapters/dynamodb/dynamo-store.ts";
import { anApp, caller, type App, type Request } from "#test/support/app.ts";
import {
  breakingClient,
  breakingGateway,
  breakingMessages,
  breakingSecrets,
  failingAt,
  killedAt,
  type Broken,
  type Counting,
} from "#test/support/broken-steps.ts";
import {
  conflict,
  faultsOf,
  refused,
  throttled,
  throttledByAccount,
  type Fault,
  type Operation,
} from "#test/support/faults.ts";
import { indexOf } from "#test/support/composition.ts";
import {
  aConnection,
  aDataSource,
  aPersona,
  aRegistrar,
  aRemoteTable,
  connectionBody,
} from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";
import { testClient } from "#test/support/store.ts";
import { auditOf, itemsOf } from "#test/support/table-items.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });

/** Sends one request through functions whose steps break. */
async function callBroken(broken: Broken, method: string, path: string, request: Request) {
  const client = breakingClient(testClient(), broken.breaker);
  onTestFinished(() => client.destroy());
  const store = dynamoStore({ client, tableName: app.tableName, clock: app.clock });
  const call = caller({
    ...app.parts,
    store,
    ...indexOf(store, app.clock),
    secrets: breakingSecrets(app.secrets, broken.breaker),
    messages: breakingMessages(app.outbox, broken.breaker),
    remote: breakingGateway(app.gateway, broken.breaker),
  });
  return await call(method, path, request);
}

/**
 * A request that dies at a read leaves the same behind as one that dies before its next change: the steps
 * that change something, or ask a remote database, stand for all.
 */
const changing: Counting = (step) => !/BatchGetItemCommand|QueryCommand/.test(step);

/** Tries a request broken at its first step, its second and so on, until none is left to break. */
async function atEveryStep(
  breaking: (step: number, counts: Counting) => Broken,
  one: (broken: Broken) => Promise<void>,
): Promise<number> {
  for (let step = 1; ; step += 1) {
    const broken = breaking(step, changing);
    await one(broken);
    if (broken.at === null) return step - 1;
  }
}

/** The sweep of what crashes left, when the leftovers are old enough. */
async function sweepLater(): Promise<void> {
  const now = app.clock.now();
  app.clock.advance((120 - now.getUTCMinutes()) * 60_000 - now.getUTCSeconds() * 1000);
  app.clock.advance(3_600_000);
  await app.sweep();
}

describe("a store that stays throttled", () => {
  /** The app over a table that meets a fault at every request of one operation. */
  async function callFaulty(operation: Operation, fault: Fault): Promise<App["call"]> {
    const client = testClient();
    onTestFinished(() => client.destroy());
    (await faultsOf(client)).always(operation, fault);
    const backOff = (): Promise<void> => Promise.resolve();
    const store = dynamoStore({ client, tableName: app.tableName, clock: app.clock, backOff });
    return caller({ ...app.parts, store, ...indexOf(store, app.clock) });
  }

  it.each<[Operation, Fault, number, string]>([
    ["BatchGetItem", throttled, 503, "unavailable"],
    ["BatchWriteItem", throttled, 503, "unavailable"],
    ["TransactWriteItems", throttled, 503, "unavailable"],
    ["TransactWriteItems", conflict, 409, "contention"],
    ["TransactWriteItems", refused("InternalServerError", {}, 500), 503, "unavailable"],
  ])(
    "at %s is told as a problem that passes, and leaves nothing half-done",
    async (operation, fault, status, code) => {
      const call = await callFaulty(operation, fault);
      const body = { connectionId: connection.id, name: unique("throttled "), ...(await aRemoteTable()) };
      const before = await itemsOf(app, "data-source", "guard", "job");
      expect(await call("POST", "/data-sources", { as: owner, body })).toMatchObject({
        status,
        body: { code },
      });
      expect(await itemsOf(app, "data-source", "guard", "job")).toHaveLength(before.length);
      expect((await app.call("POST", "/data-sources", { as: owner, body })).status).toBe(201);
    },
  );

  it("at the reading of the list is told alike", async () => {
    const call = await callFaulty("Query", throttledByAccount);
    expect(await call("GET", "/data-sources", { as: owner })).toMatchObject({
      status: 503,
      body: { code: "unavailable" },
    });
  });
});

describe.each([
  ["killed", killedAt],
  ["failing", failingAt],
])("a request %s at any step", (_, breaking) => {
  it("makes a data source wholly or not at all, and can be sent again", async () => {
    const outcomes = new Set<string>();
    const steps = await atEveryStep(breaking, async (broken) => {
      const [name, table] = [unique("whole "), await aRemoteTable()];
      const body = { connectionId: connection.id, name, ...table };
      const key = { "Idempotency-Key": unique("k") };
      await callBroken(broken, "POST", "/data-sources", { as: owner, body, headers: key });
      const { items } = await owner.api.listDataSources({ query: { search: table.schema } });
      const again = await app.call("POST", "/data-sources", { as: owner, body, headers: key });
      expect(again.status).toBe(201);
      const { id } = again.body as { id: string };
      expect(items.map((item) => item.id)).toEqual(items.map(() => id));
      outcomes.add(items.length > 0 ? "made" : "not made");
      expect(await auditOf(app, "data-source", id)).toEqual(["data-source:create"]);
      const jobs = await owner.api.listJobs({ query: { dataSourceId: id } });
      expect(jobs.items).toHaveLength(1);
      // The next one finds a free slot, so that giving it is one of its steps.
      await app.drain();
    });
    expect(steps).toBe(12);
    expect([...outcomes].toSorted()).toEqual(["made", "not made"]);
    await sweepLater();
    await app.drain();
    const sources = await itemsOf(
      app,
      "data-source",
      "data-source-health",
      "data-source-member",
      "dictionary-chunk",
      "job",
    );
    const counts = Map.groupBy(sources, ({ kind }) => kind);
    expect(new Set([...counts.values()].map((each) => each.length)).size).toBe(1);
    expect(counts.get("job")?.filter(({ state }) => state !== "succeeded")).toEqual([]);
    expect(await itemsOf(app, "staged-generation", "slot", "waiting-job")).toEqual([]);
  });

  it("makes a connection wholly or not at all, and leaves no credentials for good", async () => {
    const outcomes = new Set<string>();
    await atEveryStep(breaking, async (broken) => {
      const body = connectionBody();
      await callBroken(broken, "POST", "/connections", { as: owner, body });
      const again = await app.call("POST", "/connections", { as: owner, body });
      outcomes.add(String(again.status));
      expect([201, 409]).toContain(again.status);
    });
    expect([...outcomes].toSorted()).toEqual(["201", "409"]);
    await sweepLater();
    const connections = await itemsOf(app, "connection");
    const refs = (await app.secrets.list("connections/")).map(({ ref }) => ref);
    expect(refs.toSorted()).toEqual(connections.map(({ secretRef }) => String(secretRef)).toSorted());
    const members = await itemsOf(app, "connection-member");
    expect(members).toHaveLength(2 * connections.length);
  });

  it("changes a connection's credentials wholly or not at all: what it names is always there", async () => {
    const { id } = await owner.api.createConnection({ body: connectionBody() });
    const body = { credentials: connectionBody().credentials };
    await atEveryStep(breaking, async (broken) => {
      await callBroken(broken, "PATCH", `/connections/${id}`, { as: owner, body });
      expect((await app.call("POST", `/connections/${id}/test`, { as: owner })).status).toBe(200);
    });
    await sweepLater();
    expect(await app.secrets.list(`connections/${id}/`)).toHaveLength(1);
    expect((await app.call("POST", `/connections/${id}/test`, { as: owner })).status).toBe(200);
  });

  it("deletes a connection or leaves it to be deleted", async () => {
    const one = async (broken: Broken): Promise<void> => {
      const { id, name } = await aConnection(owner);
      await callBroken(broken, "DELETE", `/connections/${id}`, { as: owner });
      expect([204, 404]).toContain((await app.call("DELETE", `/connections/${id}`, { as: owner })).status);
      const again = await owner.api.createConnection({ body: connectionBody(name) });
      await owner.api.deleteConnection({ params: { connectionId: again.id } });
    };
    expect(await atEveryStep(breaking, one)).toBe(6);
    await sweepLater();
    const connections = await itemsOf(app, "connection");
    expect(await app.secrets.list("connections/")).toHaveLength(connections.length);
  });

  it("makes a tag with its parents wholly or not at all", async () => {
    await atEveryStep(breaking, async (broken) => {
      const root = unique("broken");
      const body = { name: `${root}.a.b` };
      await callBroken(broken, "POST", "/tags", { as: governor, body });
      const before = (await app.store.tagTree()).all().filter(({ name }) => name.startsWith(root));
      expect([0, 3]).toContain(before.length);
      const again = await app.call("POST", "/tags", { as: governor, body });
      expect(again.status).toBe(before.length === 0 ? 201 : 409);
    });
  });

  it("deletes a data source wholly or not at all", async () => {
    await atEveryStep(breaking, async (broken) => {
      const source = await aDataSource(owner, connection);
      const path = `/data-sources/${source.id}`;
      await callBroken(broken, "DELETE", path, { as: owner });
      expect([204, 404]).toContain((await app.call("DELETE", path, { as: owner })).status);
      const { schema, table } = source.remote;
      const again = await aDataSource(owner, connection, { schema, table, name: source.name });
      expect(again.id).not.toBe(source.id);
    });
  });
});
