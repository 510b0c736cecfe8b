import { describe, expect, it } from "vitest";
import type { RemoteGateway } from "#core/ports/remote.ts";
import { anApp, caller } from "#test/support/app.ts";
import {
  aRegistrar,
  aRemoteTable,
  postgresCredentials,
  type Connection,
  type Persona,
} from "#test/support/personas.ts";
import { runSql } from "#test/support/postgres-client.ts";
import { unique } from "#test/support/records.ts";
import { allItems, itemsOf } from "#test/support/table-items.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const summary = (items: readonly Readonly<Record<string, unknown>>[]): readonly string[] =>
  items.map(({ pk, sk }) => `${String(pk)} ${String(sk)}`).toSorted();

/** The same app, where something else happens when a table is inspected. */
const callThrough = (inspect: RemoteGateway["inspect"]) =>
  caller({ ...app.parts, remote: { ...app.gateway, inspect } });

describe("POST /data-sources", () => {
  it("lets one of twenty at once win, and leaves nothing half-done of the others", async () => {
    const { owner: as, connection: own } = await aRegistrar(app);
    const body = { connectionId: own.id, ...(await aRemoteTable()) };
    const before = new Set(summary(await allItems(app)));
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => app.call("POST", "/data-sources", { as, body })),
    );
    expect(replies.map(({ status }) => status).toSorted()).toEqual([201, ...Array<number>(19).fill(409)]);
    const [winner] = replies.filter(({ status }) => status === 201);
    const { id } = (winner?.body ?? {}) as { id?: string };
    const made = (await allItems(app)).filter(
      (item) => !before.has(`${String(item["pk"])} ${String(item["sk"])}`),
    );
    const counts = Map.groupBy(made, ({ kind }) => String(kind));
    expect(Object.fromEntries([...counts].map(([kind, items]) => [kind, items.length]))).toEqual({
      audit: 1,
      "data-source": 1,
      "data-source-health": 1,
      "data-source-member": 1,
      delta: 1,
      "dictionary-chunk": 1,
      guard: 2,
      job: 1,
      "job-in-month": 1,
      "job-of-data-source": 1,
      slot: 1,
      "staged-generation": 1,
    });
    expect(counts.get("data-source")).toMatchObject([{ id }]);
    expect(counts.get("guard")?.every((guard) => guard["owner"] === id)).toBe(true);
  });

  it("lets one of twenty tables have a name that all want at once, whatever its case", async () => {
    const { owner: as, connection: own } = await aRegistrar(app);
    const { schema } = await aRemoteTable();
    const tables = Array.from({ length: 20 }, (_, index) => `t${index}`);
    await runSql(tables.map((table) => `create table ${schema}.${table} (id int)`).join(";"));
    const name = unique("wanted ");
    const replies = await Promise.all(
      tables.map((table, index) => {
        const body = {
          connectionId: own.id,
          schema,
          table,
          name: index % 2 === 0 ? name : name.toUpperCase(),
        };
        return app.call("POST", "/data-sources", { as, body });
      }),
    );
    const lost = replies.filter(({ status }) => status === 409);
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(new Set(lost.map(({ body }) => (body as { code: string }).code))).toEqual(
      new Set(["data-source-name-taken"]),
    );
    const { items } = await as.api.listTables({ params: { connectionId: own.id }, query: { schema } });
    expect(items.filter(({ dataSourceId }) => dataSourceId !== null)).toHaveLength(1);
    const free = items.find(({ name: table, dataSourceId }) => table !== "things" && dataSourceId === null);
    const body = { connectionId: own.id, schema, table: free?.name ?? "" };
    expect((await app.call("POST", "/data-sources", { as, body })).status).toBe(201);
  });

  it("refuses more than 1,600 columns, and keeps nothing", async () => {
    const { schema, table } = await aRemoteTable();
    const inspect: RemoteGateway["inspect"] = async (...given) => {
      const described = await app.gateway.inspect(...given);
      const [column] = described.columns;
      if (column === undefined) throw new Error("the table has no column");
      const columns = Array.from({ length: 1601 }, (_, index) => ({ ...column, name: `c${index}` }));
      return { ...described, columns };
    };
    const before = summary(await allItems(app));
    const body = { connectionId: connection.id, schema, table };
    const reply = await callThrough(inspect)("POST", "/data-sources", { as: owner, body });
    expect(reply).toMatchObject({ status: 422, body: { code: "too-many-columns" } });
    expect(summary(await allItems(app))).toEqual(before);
  });

  it.each([
    [
      "the user's permission",
      async ({ user }: Persona) =>
        ({ write: "put", kind: "user", record: { ...user, permissions: [], version: 2 } }) as const,
    ],
    [
      "the user's account",
      async ({ user }: Persona) =>
        ({ write: "put", kind: "user", record: { ...user, disabled: true, version: 2 } }) as const,
    ],
    [
      "the role on the connection",
      async ({ user }: Persona, { id }: Connection) => {
        const members = await app.store.connectionMembers(id);
        const record = members.find((one) => one.principal.id === user.id && one.role === "registrar");
        if (record === undefined) throw new Error("no registrar");
        return { write: "remove", kind: "connection-member", record } as const;
      },
    ],
  ])("is refused when %s was taken away while the database was asked", async (_, takingAway) => {
    const { owner: as, connection: own } = await aRegistrar(app);
    const { schema, table } = await aRemoteTable();
    const before = summary(await itemsOf(app, "data-source", "guard", "dictionary-chunk"));
    const inspect: RemoteGateway["inspect"] = async (...given) => {
      await app.store.commit([await takingAway(as, own)]);
      return await app.gateway.inspect(...given);
    };
    const body = { connectionId: own.id, schema, table };
    const reply = await callThrough(inspect)("POST", "/data-sources", { as, body });
    expect(reply).toMatchObject({ status: 403, body: { code: "forbidden" } });
    expect(summary(await itemsOf(app, "data-source", "guard", "dictionary-chunk"))).toEqual(before);
  });

  it("is refused when the connection went to another database while the table was inspected", async () => {
    const { owner: as, connection: own } = await aRegistrar(app);
    const inspect: RemoteGateway["inspect"] = async (...given) => {
      const found = await app.gateway.inspect(...given);
      const body = { config: { database: "template1" }, credentials: postgresCredentials() };
      expect((await app.call("PATCH", `/connections/${own.id}`, { as, body })).status).toBe(200);
      return found;
    };
    const body = { connectionId: own.id, ...(await aRemoteTable()) };
    const reply = await callThrough(inspect)("POST", "/data-sources", { as, body });
    expect(reply).toMatchObject({ status: 409, body: { code: "contention" } });
    const list = await as.api.listDataSources({ query: { connectionId: own.id } });
    expect(list.items).toEqual([]);
  });
});
