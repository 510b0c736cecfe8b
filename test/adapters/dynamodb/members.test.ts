import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DataSourceMember } from "#core/sources/data-source.ts";
import { aDataSourceMember } from "#test/support/catalog-records.ts";
import { unique } from "#test/support/records.ts";
import { aStore } from "#test/support/store.ts";

const now = new Date("2026-01-02T03:04:05.000Z");
const later = (ms: number): string => new Date(now.getTime() + ms).toISOString();

type Stated = Pick<DataSourceMember, "role" | "expiresAt">;
const stated: fc.Arbitrary<Stated> = fc.record({
  role: fc.constantFrom("owner" as const, "expert", "subscriber", "ingest", "removed"),
  expiresAt: fc.constantFrom(null, null, later(-1), later(0), later(1)),
});

/** A data source with these users, and two groups. */
async function placed(store: Awaited<ReturnType<typeof aStore>>["store"], users: readonly Stated[]) {
  const dataSourceId = unique("ds_");
  const members = users.map((given, index) =>
    aDataSourceMember({
      ...given,
      dataSourceId,
      id: `${dataSourceId}-mem_${index}`,
      principal: { type: "user", id: `usr_${String(index).padStart(3, "0")}` },
    }),
  );
  const groups = ["grp_1", "grp_2"].map((id) =>
    aDataSourceMember({ dataSourceId, principal: { type: "group", id }, role: "expert" }),
  );
  const roles = { dataSourceId, members: groups, version: 3 };
  await store.commit([
    ...members.map((record) => ({ write: "put", kind: "data-source-member", record }) as const),
    { write: "put", kind: "group-roles", record: roles },
  ]);
  return { dataSourceId, members, roles };
}

const idsOf = (members: readonly DataSourceMember[]) => members.map(({ id }) => id);

describe("what a change of members rests on", () => {
  it("is every owner and group, who was asked about, and what has expired, with the number of all users", async () => {
    const { store } = await aStore();
    await fc.assert(
      fc.asyncProperty(
        fc.array(stated, { maxLength: 6 }),
        fc.nat(5),
        fc.nat(5),
        async (users, one, other) => {
          const { dataSourceId, members, roles } = await placed(store, users);
          const [userId, memberId] = [members[one]?.principal.id, members[other]?.id];
          const found = await store.membersAtHand(
            dataSourceId,
            { userIds: userId === undefined ? [] : [userId], memberId: memberId ?? null },
            now,
          );
          const due = members.filter(
            ({ id, principal, role, expiresAt }) =>
              role === "owner" ||
              principal.id === userId ||
              id === memberId ||
              (expiresAt !== null && Date.parse(expiresAt) <= now.getTime()),
          );
          expect(idsOf(found.members)).toEqual([...idsOf(due), ...idsOf(roles.members)]);
          expect({ groups: found.groups, users: found.users }).toEqual({
            groups: roles,
            users: users.length,
          });
        },
      ),
      { numRuns: 40 },
    );
  });

  it("is told of more members than one answer of the table holds", async () => {
    const { store } = await aStore();
    const dataSourceId = unique("ds_");
    const long = "x".repeat(2000);
    const members = Array.from({ length: 700 }, (_, index) =>
      aDataSourceMember({
        dataSourceId,
        id: `mem_${index}`,
        principal: { type: "user", id: `usr_${String(index).padStart(3, "0")}` },
        role: index === 699 ? "owner" : "subscriber",
        addedBy: long,
      }),
    );
    for (let from = 0; from < members.length; from += 100) {
      const writes = members.slice(from, from + 100);
      await store.commit(
        writes.map((record) => ({ write: "put", kind: "data-source-member", record }) as const),
      );
    }
    const found = await store.membersAtHand(dataSourceId, { userIds: ["usr_000"], memberId: "mem_350" }, now);
    expect(idsOf(found.members)).toEqual(["mem_0", "mem_350", "mem_699"]);
    expect(found.users).toBe(700);
    expect((await store.dataSourceMembers(dataSourceId)).members).toHaveLength(700);
  });
});

describe("the users on a data source", () => {
  it("are read a page at a time, in order, each once, and never the groups", async () => {
    const { store } = await aStore();
    const { dataSourceId, members } = await placed(
      store,
      Array.from({ length: 7 }, () => ({ role: "subscriber", expiresAt: null }) as const),
    );
    for (const limit of [1, 3, 7, 8]) {
      const found: string[] = [];
      let after: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof store.userMembers>> = await store.userMembers(
          dataSourceId,
          after,
          limit,
        );
        found.push(...idsOf(page.items));
        after = page.next;
      } while (after !== null);
      expect(found).toEqual(idsOf(members));
    }
  });
});
