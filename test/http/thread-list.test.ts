import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { aDataSource, aRegistrar, aRemoteTable } from "#test/support/personas.ts";
import { runSql } from "#test/support/postgres-client.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const source = () => aDataSource(owner, connection);
const posted = (id: string, text: string, column?: string) =>
  owner.api.createThread({
    params: { dataSourceId: id },
    body: { text, ...(column === undefined ? {} : { column }) },
  });
const reply = (id: string, text: string) =>
  owner.api.createReply({ params: { threadId: id }, body: { text } });
const read = (id: string) => owner.api.getThread({ params: { threadId: id } });
const patch = (id: string, body: unknown) => app.call("PATCH", `/threads/${id}`, { as: owner, body });
const idsOf = async (id: string, query = {}) =>
  (await owner.api.listThreads({ params: { dataSourceId: id }, query })).items.map((one) => one.id);

describe("the list of threads", () => {
  it("has the newest activity first, whatever it was, and goes on from page to page", async () => {
    const { id } = await source();
    const ids: string[] = [];
    for (const text of ["a", "b", "c", "d"]) {
      ids.push((await posted(id, text)).id);
      app.clock.advance(1000);
    }
    const [a, b, c, d] = ids;
    expect(await idsOf(id)).toEqual([d, c, b, a]);
    await reply(a ?? "", "again");
    app.clock.advance(1000);
    await patch(b ?? "", { resolved: true });
    expect(await idsOf(id)).toEqual([b, a, d, c]);
    const params = { dataSourceId: id };
    const first = await owner.api.listThreads({ params, query: { limit: 3 } });
    const cursor = first.nextCursor ?? "";
    const rest = await owner.api.listThreads({ params, query: { limit: 3, cursor } });
    expect([...first.items, ...rest.items].map((one) => one.id)).toEqual([b, a, d, c]);
    expect(rest.nextCursor).toBeNull();
    const filtered = await app.call("GET", `/data-sources/${id}/threads`, {
      as: owner,
      query: { cursor, resolved: "true" },
    });
    expect(filtered).toMatchObject({ status: 400, body: { code: "invalid-cursor" } });
  });

  it("is narrowed to a column and to what is resolved or open", async () => {
    const { id } = await source();
    const whole = await posted(id, "whole");
    const onId = await posted(id, "id", "id");
    const onName = await posted(id, "name", "name");
    await patch(onName.id, { resolved: true });
    expect(await idsOf(id, { column: "ID" })).toEqual([onId.id]);
    expect(await idsOf(id, { column: "nope" })).toEqual([]);
    expect(await idsOf(id, { resolved: "true" })).toEqual([onName.id]);
    expect(new Set(await idsOf(id, { resolved: "false" }))).toEqual(new Set([onId.id, whole.id]));
    expect(await idsOf(id, { resolved: "false", column: "name" })).toEqual([]);
    const either = { column: ["id", "NAME"] };
    expect(new Set(await idsOf(id, either))).toEqual(new Set([onId.id, onName.id]));
    expect(await idsOf(id, { ...either, resolved: "false" })).toEqual([onId.id]);
    expect(new Set(await idsOf(id, { resolved: ["true", "false"] }))).toEqual(new Set(await idsOf(id)));
    const bad = await app.call("GET", `/data-sources/${id}/threads`, {
      as: owner,
      query: { resolved: "maybe" },
    });
    expect(bad.status).toBe(400);
  });

  it("is counted by column in the dictionary", async () => {
    const { id } = await source();
    const counts = async () => {
      const { items } = await owner.api.getDictionary({ params: { dataSourceId: id } });
      return Object.fromEntries(items.map(({ name, threads }) => [name, threads]));
    };
    await posted(id, "whole");
    const thread = await posted(id, "Q", "id");
    await posted(id, "Q", "id");
    expect(await counts()).toEqual({ id: { open: 2, resolved: 0 }, name: { open: 0, resolved: 0 } });
    await patch(thread.id, { resolved: true });
    expect((await counts())["id"]).toEqual({ open: 1, resolved: 1 });
    const described = await owner.api.updateColumn({
      params: { dataSourceId: id, column: "id" },
      body: { description: "x" },
    });
    expect(described.threads).toEqual({ open: 1, resolved: 1 });
    await app.call("DELETE", `/threads/${thread.id}`, { as: owner });
    expect((await counts())["id"]).toEqual({ open: 1, resolved: 0 });
  });
});

describe("a column that is renamed or goes", () => {
  const found = async (id: string, column: string) =>
    (await owner.api.listThreads({ params: { dataSourceId: id }, query: { column } })).items.map((one) => [
      one.column,
      one.columnRemoved,
    ]);

  it("keeps its threads: under its new name, and under its last one when it is gone", async () => {
    const remote = await aRemoteTable();
    const { id } = await aDataSource(owner, connection, remote);
    const table = `${remote.schema}.${remote.table}`;
    const refreshed = async (change: string) => {
      await runSql(`alter table ${table} ${change}`);
      await owner.api.runChecks({ params: { dataSourceId: id }, body: { checks: ["column-detection"] } });
      await app.drain();
    };
    const thread = await posted(id, "Q", "name");
    await refreshed("rename column name to label");
    expect(await found(id, "label")).toEqual([["label", false]]);
    expect(await found(id, "name")).toEqual([]);
    await refreshed("drop column label");
    expect(await found(id, "label")).toEqual([["label", true]]);
    expect(await found(id, "name")).toEqual([]);
    expect(await read(thread.id)).toMatchObject({ column: "label", columnRemoved: true });
    await reply(thread.id, "It is gone.");
    const { items } = await owner.api.listThreads({ params: { dataSourceId: id } });
    expect(items).toMatchObject([{ id: thread.id, columnRemoved: true, replies: [{ text: "It is gone." }] }]);
    await refreshed("add column label text");
    expect(await found(id, "label")).toEqual([["label", false]]);
  });
});
