import { memberWrites } from "#core/members/member-writes.ts";
import type { Write } from "#core/ports/change.ts";
import { headerChange } from "#core/sources/update-data-source.ts";
import type { DataSourceMember, GroupRoles } from "#core/sources/data-source.ts";
import { aDataSourceMember } from "#test/support/catalog-records.ts";
import {
  aCreatedDataSource,
  commitAll,
  conflict,
  deed,
  replyOf,
  type Prepared,
  type Trial,
} from "./access-fixtures.ts";

/** A data source with so many users beside its owner, and two groups. */
async function aPeopledSource(given: Prepared, count: number) {
  const made = await aCreatedDataSource(given);
  const { id: dataSourceId } = made.dataSource;
  const member = (principal: DataSourceMember["principal"]): DataSourceMember =>
    aDataSourceMember({
      id: given.id("member"),
      dataSourceId,
      principal,
      role: "subscriber",
      addedBy: given.call.user.id,
      addedAt: given.clock.now().toISOString(),
    });
  const users = given.many(count, () => member({ type: "user", id: given.id("user") }));
  const members = given.many(2, () => member({ type: "group", id: given.id("group") }));
  const groups: GroupRoles = { dataSourceId, members, version: 2 };
  await commitAll(given, [
    ...users.map((record): Write => ({ write: "put", kind: "data-source-member", record })),
    { write: "put", kind: "group-roles", record: groups },
  ]);
  return { ...made, dataSourceId, users, groups, member };
}

/** What is read and written of members, by the function cell of its row. */
export const memberAccess: Readonly<Record<string, Trial>> = {
  "`groupRoles` of 2": async (given) => {
    const { dataSourceId } = await aPeopledSource(given, 0);
    return (used) => used.groupRoles(dataSourceId);
  },
  "`userMembers`, first 50 of 60": async (given) => {
    const { dataSourceId } = await aPeopledSource(given, 60);
    return (used) => used.userMembers(dataSourceId, null, 50);
  },
  "`userMembers`, the rest": async (given) => {
    const { dataSourceId, users } = await aPeopledSource(given, 60);
    const fiftieth = users.map(({ principal }) => principal.id).toSorted()[49] ?? "";
    return (used) => used.userMembers(dataSourceId, fiftieth, 50);
  },
  "`membersAtHand` of 60 users": async (given) => {
    const { dataSourceId, users } = await aPeopledSource(given, 60);
    const [one, other] = users;
    const asked = { userIds: [one?.principal.id ?? ""], memberId: other?.id ?? "" };
    return (used) => used.membersAtHand(dataSourceId, asked, given.clock.now());
  },
  "`commit` of a new member": async (given) => {
    const { dataSource, dataSourceId, groups, member } = await aPeopledSource(given, 3);
    const { user } = given.call;
    const other = { ...user, id: given.id("user") };
    await given.store.commit([
      { write: "put", kind: "user", record: user },
      { write: "put", kind: "user", record: other },
    ]);
    const after = member({ type: "user", id: other.id });
    const writes: Write[] = [
      { write: "require", kind: "user", record: user, otherwise: conflict },
      { write: "require", kind: "data-source", record: dataSource, otherwise: conflict },
      { write: "require-principal", principal: after.principal, otherwise: conflict },
      ...memberWrites(given.ids, given.clock.now(), { groups }, [{ before: null, after }]),
      deed(given, "data-source:add-member", "data-source", dataSourceId, { before: null, after }),
    ];
    return (store) => store.commit(writes, replyOf(given, after));
  },
  "`commit` of a data source's own policy": async (given) => {
    const { dataSource, dataSourceId, groups } = await aPeopledSource(given, 0);
    const { user } = given.call;
    await given.store.commit([{ write: "put", kind: "user", record: user }]);
    const subscription = { ...dataSource.subscription, kind: "anyone", source: "owner" } as const;
    const after = { ...dataSource, subscription, version: dataSource.version + 1 };
    const writes: Write[] = [
      { write: "require", kind: "user", record: user, otherwise: conflict },
      { write: "require", kind: "group-roles", record: groups, otherwise: conflict },
      ...headerChange(given.ids, given.clock.now(), dataSource, after),
      deed(given, "data-source:set-subscription-policy", "data-source", dataSourceId, {
        before: dataSource.subscription,
        after: subscription,
      }),
    ];
    return (store) => store.commit(writes);
  },
};
