import { describe, expect, it } from "vitest";
import { nobody } from "#core/connections/connection.ts";
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
import { aColumn, asUser, unique } from "#test/support/records.ts";
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
    const connectionId = unique("con_");
    const of = (id: string, role: "owner" | "registrar", type: "user" | "group" = "user") =>
      aConnectionMember({ connectionId, principal: { type, id }, role });
    const [owner, registrar, group] = [
      of("usr_1", "owner"),
      of("usr_1", "registrar"),
      of("usr_3", "owner", "group"),
    ];
    const record = aConnection({ id: connectionId, groupMembers: [group, of("grp_2", "owner", "group")] });
    await store.commit([
      { write: "create", kind: "connection", record },
      ...[owner, registrar, of("usr_2", "registrar")].map((member): Write => ({
        write: "create",
        kind: "connection-member",
        record: member,
      })),
    ]);
    expect(await store.connection(record.id, asUser("usr_1"))).toEqual({
      connection: record,
      memberships: [owner, registrar],
    });
    const inGroup = [...asUser("usr_1"), { type: "group", id: "usr_3" } as const];
    expect((await store.connection(record.id, inGroup))?.memberships).toEqual([owner, registrar, group]);
    expect(await store.connectionMemberships(inGroup, [record])).toEqual(
      new Map([[record.id, [owner, registrar, group]]]),
    );
    expect((await store.connection(record.id, asUser("usr_3")))?.memberships).toEqual([]);
    expect((await store.connection(record.id, nobody))?.memberships).toEqual([]);
    expect(await store.connection(unique("con_"), asUser("usr_1"))).toBeNull();
    expect(await store.connectionMembers(record.id)).toHaveLength(5);
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
    const asked = [...records, ...records, aConnection({ id: "con_none" })];
    const roles = await store.connectionMemberships(asUser("usr_1"), asked);
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
    const view = await store.dataSource(id, asUser("usr_1"));
    expect(view).toMatchObject({
      dataSource: aDataSource({ id }),
      health: aHealth(id),
      memberships: [{ role: "owner", principal: { id: "usr_1" } }],
    });
    expect((await store.dataSource(id, asUser("usr_2")))?.memberships).toEqual([]);
    expect(await store.dataSource(unique("ds_"), asUser("usr_1"))).toBeNull();
  });

  it("comes with what is stated about groups of the one who asks, too, for as long as it holds", async () => {
    const { store, clock } = await aStore();
    const id = unique("ds_");
    const now = clock.now().getTime();
    const later = new Date(now + 1000).toISOString();
    const of = (group: string, expiresAt: string | null) =>
      aDataSourceMember({
        dataSourceId: id,
        principal: { type: "group", id: group },
        role: "subscriber",
        expiresAt,
      });
    const [lasting, passing] = [of("grp_1", null), of("grp_2", later)];
    const over = of("grp_3", new Date(now).toISOString());
    const groups = { dataSourceId: id, members: [lasting, passing, over, of("usr_1", null)], version: 4 };
    await store.commit([...aWhole(id), { write: "create", kind: "group-roles", record: groups }]);
    const inGroups = [
      ...asUser("usr_1"),
      ...["grp_1", "grp_2", "grp_3"].map((group) => ({ type: "group", id: group }) as const),
    ];
    const roles = async () => [
      (await store.dataSource(id, inGroups))?.memberships,
      (await store.dataSourceMemberships(inGroups, [id])).get(id),
    ];
    const { members, groups: kept } = await store.dataSourceMembers(id);
    const [own] = members;
    expect([members.length, kept]).toEqual([5, groups]);
    expect(await roles()).toEqual([
      [own, lasting, passing],
      [own, lasting, passing],
    ]);
    clock.advance(1000);
    expect(await roles()).toEqual([
      [own, lasting],
      [own, lasting],
    ]);
    expect((await store.dataSource(id, nobody))?.memberships).toEqual([]);
  });

  it("that is deleted is in no answer", async () => {
    const { store } = await aStore();
    const id = unique("ds_");
    await store.commit(aWhole(id));
    await store.stageDictionary(id, "gen_1", [aColumn()]);
    expect(await store.dictionary(id)).not.toBeNull();
    const record = aDataSource({ id, version: 2, deletedAt: "2026-01-02T00:00:00.000Z" });
    await store.commit([{ write: "put", kind: "data-source", record }]);
    expect(await store.dataSource(id, asUser("usr_1"))).toBeNull();
    expect(await store.dictionary(id)).toBeNull();
    expect(await store.dataSourceExposures([id])).toEqual(new Map());
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
    const exposures = await store.dataSourceExposures([...ids, "ds_none"]);
    expect([...exposures.values()].filter(({ status }) => status === "disabled")).toHaveLength(60);
    expect(exposures.size).toBe(120);
    const roles = await store.dataSourceMemberships(asUser("usr_1"), [...ids, "ds_none"]);
    expect([...roles.values()].map((memberships) => memberships.map(({ role }) => role))).toEqual([
      ...ids.map(() => ["owner"]),
      [],
    ]);
    const ofAnother = await store.dataSourceMemberships(asUser("usr_2"), ids);
    expect([...ofAnother.values()].flat()).toEqual([]);
  });

  it("has its owner, health and edits beside it, and none of them is another's", async () => {
    const { store } = await aStore();
    const ids = ["ds_1", "ds_10", "ds_1#HEALTH"];
    for (const id of ids) await store.commit(aWhole(id));
    for (const id of ids) {
      expect((await store.dataSource(id, asUser("usr_1")))?.health.dataSourceId).toBe(id);
    }
  });
});
