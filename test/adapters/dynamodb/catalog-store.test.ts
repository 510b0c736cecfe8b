import { describe, expect, it } from "vitest";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Write } from "#core/ports/change.ts";
import type { Page, Store } from "#core/ports/store.ts";
import {
  aConnection,
  aConnectionMember,
  aDataSource,
  aDataSourceMember,
  aHealth,
} from "#test/support/catalog-records.ts";
import { aColumn, aUser, unique } from "#test/support/records.ts";
import { aStore } from "#test/support/store.ts";

/** Ids that sort as they are numbered. */
const numbered = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(4, "0")}`);

async function commitAll(store: Store, writes: readonly Write[]): Promise<void> {
  for (let start = 0; start < writes.length; start += 100)
    await store.commit(writes.slice(start, start + 100));
}

/** Every page of a list, as the ids on it. */
async function pagesOf(
  read: (after: string | null) => Promise<Page<{ readonly id: string }>>,
): Promise<readonly (readonly string[])[]> {
  const pages: (readonly string[])[] = [];
  let after: string | null = null;
  do {
    const page: Page<{ readonly id: string }> = await read(after);
    pages.push(page.items.map(({ id }) => id));
    after = page.next;
  } while (after !== null && pages.length < 50);
  return pages;
}

describe("a connection", () => {
  it("comes with the roles of the one who asks, and of nobody else", async () => {
    const { store } = await aStore();
    const record = aConnection();
    const of = (id: string, role: "owner" | "registrar", type: "user" | "group" = "user") =>
      aConnectionMember({ connectionId: record.id, principal: { type, id }, role });
    const [owner, registrar] = [of("usr_1", "owner"), of("usr_1", "registrar")];
    await store.commit([
      { write: "create", kind: "connection", record },
      ...[owner, registrar, of("usr_2", "registrar"), of("usr_3", "owner", "group")].map((member): Write => ({
        write: "create",
        kind: "connection-member",
        record: member,
      })),
    ]);
    expect(await store.connection(record.id, "usr_1")).toEqual({
      connection: record,
      memberships: [owner, registrar],
    });
    expect((await store.connection(record.id, "usr_3"))?.memberships).toEqual([]);
    expect(await store.connection(unique("con_"), "usr_1")).toBeNull();
    expect(await store.connectionMembers(record.id)).toHaveLength(4);
    expect(await store.connectionMembers(unique("con_"))).toEqual([]);
  });

  it("keeps a member's roles apart: a user may have each once", async () => {
    const { store } = await aStore();
    const record = aConnectionMember({ connectionId: unique("con_"), schemas: ["sales"] });
    const exists = new DomainError("member-exists");
    const create = (given: object) =>
      store.commit([
        { write: "create", kind: "connection-member", record: { ...record, ...given }, otherwise: exists },
      ]);
    await create({});
    await expect(create({ id: unique("mem_") })).rejects.toBe(exists);
    await create({ role: "registrar" });
    await create({ principal: { type: "group", id: "usr_1" } });
    expect(await store.connectionMembers(record.connectionId)).toHaveLength(3);
  });

  it("is found among many, with the roles on each, however often it is asked for", async () => {
    const { store } = await aStore();
    const records = numbered("con_", 130).map((id) => aConnection({ id }));
    await commitAll(
      store,
      records.flatMap((record): Write[] => [
        { write: "create", kind: "connection", record },
        {
          write: "create",
          kind: "connection-member",
          record: aConnectionMember({ connectionId: record.id }),
        },
      ]),
    );
    const ids = [...records, ...records].map(({ id }) => id);
    expect(await store.connections([...ids, "con_none"])).toEqual(
      new Map(records.map((one) => [one.id, one])),
    );
    const roles = await store.connectionMemberships("usr_1", [...ids, "con_none"]);
    expect([...roles.values()].map((memberships) => memberships.length)).toEqual([
      ...records.map(() => 1),
      0,
    ]);
    expect(await store.connections([])).toEqual(new Map());
  });

  it("lies in a list by id, a page at a time, each once", async () => {
    const { store } = await aStore();
    const ids = numbered("con_", 7);
    await commitAll(
      store,
      ids.map((id): Write => ({ write: "create", kind: "connection", record: aConnection({ id }) })),
    );
    expect(await pagesOf((after) => store.listConnections(after, 3))).toEqual([
      ids.slice(0, 3),
      ids.slice(3, 6),
      ids.slice(6),
    ]);
    expect(await store.listConnections("con_9999", 3)).toEqual({ items: [], next: null });
  });
});

describe("a data source", () => {
  const aWhole = (id: string): readonly Write[] => [
    { write: "create", kind: "data-source", record: aDataSource({ id }) },
    { write: "create", kind: "data-source-health", record: aHealth(id) },
    { write: "create", kind: "data-source-member", record: aDataSourceMember({ dataSourceId: id }) },
  ];

  it("comes with its health and the role of the one who asks", async () => {
    const { store } = await aStore();
    const id = unique("ds_");
    await store.commit(aWhole(id));
    const view = await store.dataSource(id, "usr_1");
    expect(view).toMatchObject({
      dataSource: aDataSource({ id }),
      health: aHealth(id),
      membership: { role: "owner", principal: { id: "usr_1" } },
    });
    expect((await store.dataSource(id, "usr_2"))?.membership).toBeNull();
    expect(await store.dataSource(unique("ds_"), "usr_1")).toBeNull();
  });

  it("that is deleted is in no answer", async () => {
    const { store } = await aStore();
    const id = unique("ds_");
    await store.commit(aWhole(id));
    await store.stageDictionary(id, "gen_1", [aColumn()]);
    expect(await store.dictionary(id)).not.toBeNull();
    const record = aDataSource({ id, version: 2, deletedAt: "2026-01-02T00:00:00.000Z" });
    await store.commit([{ write: "put", kind: "data-source", record }]);
    expect(await store.dataSource(id, "usr_1")).toBeNull();
    expect(await store.dictionary(id)).toBeNull();
    expect(await store.dataSourceStatuses([id])).toEqual(new Map());
  });

  it("is found among many, by role and by status", async () => {
    const { store } = await aStore();
    const ids = numbered("ds_", 120);
    await commitAll(
      store,
      ids.flatMap((id, index) => [
        {
          write: "create",
          kind: "data-source",
          record: aDataSource({ id, status: index % 2 ? "disabled" : "enabled" }),
        },
        { write: "create", kind: "data-source-member", record: aDataSourceMember({ dataSourceId: id }) },
      ]),
    );
    const statuses = await store.dataSourceStatuses([...ids, "ds_none"]);
    expect([...statuses.values()].filter((status) => status === "disabled")).toHaveLength(60);
    expect(statuses.size).toBe(120);
    const roles = await store.dataSourceMemberships("usr_1", [...ids, "ds_none"]);
    expect([...roles.keys()].sort()).toEqual(ids);
    expect(await store.dataSourceMemberships("usr_2", ids)).toEqual(new Map());
  });

  it("has its owner, health and edits beside it, and none of them is another's", async () => {
    const { store } = await aStore();
    const ids = ["ds_1", "ds_10", "ds_1#HEALTH"];
    for (const id of ids) await store.commit(aWhole(id));
    for (const id of ids) {
      expect((await store.dataSource(id, "usr_1"))?.health.dataSourceId).toBe(id);
    }
  });
});

describe("people", () => {
  it("are read anew each time: what was just changed or removed is seen", async () => {
    const { store } = await aStore();
    const user = aUser({ permissions: ["CREATE_DATA_SOURCE"] });
    const key = {
      id: unique("key_"),
      userId: user.id,
      name: "k",
      hash: "h",
      expiresAt: null,
      createdAt: user.createdAt,
    };
    await store.commit([
      { write: "create", kind: "user", record: user },
      { write: "create", kind: "api-key", record: key },
    ]);
    for (let version = 2; version < 12; version += 1) {
      await store.commit([{ write: "put", kind: "user", record: { ...user, version } }]);
      expect((await store.user(user.id))?.version).toBe(version);
    }
    expect(await store.apiKey(key.id)).toEqual(key);
    await store.commit([{ write: "remove", kind: "api-key", record: key }]);
    expect(await store.apiKey(key.id)).toBeNull();
    expect(await store.user(unique("usr_"))).toBeNull();
  });
});
