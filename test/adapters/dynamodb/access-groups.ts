import { memberWrites } from "#core/members/member-writes.ts";
import type { Group } from "#core/people/group.ts";
import { principalWords } from "#core/people/principal-directory.ts";
import { removalJob } from "#core/people/removal/removal-job.ts";
import { callerStands } from "#core/people/retry-as-caller.ts";
import type { Write } from "#core/ports/change.ts";
import { aDataSourceMember } from "#test/support/catalog-records.ts";
import { aGroup, aGroupMember } from "#test/support/people-records.ts";
import { aUser } from "#test/support/records.ts";
import {
  aCreatedDataSource,
  aHeldJob,
  commitAll,
  conflict,
  deed,
  replyOf,
  type Prepared,
  type Trial,
} from "./access-fixtures.ts";

/** A group as a company has it. */
const aTypicalGroup = ({ id }: Prepared): Group => aGroup({ id: id("group"), name: "Finance analysts" });

const wordsOf = ({ id, name }: Group): readonly Write[] => principalWords({ type: "group", id }, name);

/** Many users with two words each; who calls is one of them. */
async function sixtyUsers(given: Prepared): Promise<readonly string[]> {
  const users = [
    given.call.user,
    ...given.many(59, (index) => aUser({ id: given.id("user"), name: `Ann Analyst${index}` })),
  ];
  await commitAll(
    given,
    users.flatMap((record): readonly Write[] => [
      { write: "create", kind: "user", record },
      ...principalWords({ type: "user", id: record.id }, record.name),
    ]),
  );
  return users.map(({ id }) => id);
}

/** A group with sixty members. */
async function sixtyMembers(given: Prepared): Promise<string> {
  const groupId = given.id("group");
  await commitAll(
    given,
    given.many(60, () => ({
      write: "create",
      kind: "group-member",
      record: aGroupMember({ groupId, userId: given.id("user"), addedBy: given.call.user.id }),
    })),
  );
  return groupId;
}

/** Who calls, somebody else, and a group. */
async function aPair(given: Prepared) {
  const [group, other] = [aTypicalGroup(given), aUser({ id: given.id("user") })];
  await commitAll(given, [
    { write: "create", kind: "user", record: given.call.user },
    { write: "create", kind: "user", record: other },
    { write: "create", kind: "group", record: group },
  ]);
  return { group, other };
}

/** Every read and change of groups, their members, and who is found, by the function cell of its row. */
export const groupAccess: Readonly<Record<string, Trial>> = {
  "`people`, 50 of them, the first time": async (given) => {
    const ids = await sixtyUsers(given);
    return (used) => used.people(ids.slice(0, 50));
  },
  "`groupMembers`, first 50 of 60": async (given) => {
    const id = await sixtyMembers(given);
    return (used) => used.groupMembers(id, null, 50);
  },
  "`groupMembers`, the rest": async (given) => {
    const id = await sixtyMembers(given);
    const last = (await given.store.groupMembers(id, null, 50)).at(-1) ?? null;
    return (used) => used.groupMembers(id, last, 50);
  },
  "`principalWords` that begin so, first 50 of 60": async (given) => {
    await sixtyUsers(given);
    return (used) => used.principalWords("an", null, 50);
  },
  "`principalWords`, the rest": async (given) => {
    await sixtyUsers(given);
    const last = (await given.store.principalWords("analyst", null, 50)).at(-1);
    const after = { word: last?.word ?? "", id: last?.principal.id ?? "" };
    return (used) => used.principalWords("analyst", after, 50);
  },
  "`principalWords` of everybody, first 50": async (given) => {
    await sixtyUsers(given);
    return (used) => used.principalWords("", null, 50);
  },
  "`ownersLeft`": () => Promise.resolve((used) => used.ownersLeft()),
  "`commit` of a new group": async (given) => {
    await given.store.commit([{ write: "create", kind: "user", record: given.call.user }]);
    const group = aTypicalGroup(given);
    const { id, name } = group;
    const writes: Write[] = [
      { write: "claim", guard: { guard: "group-name", name }, owner: id, otherwise: conflict },
      ...callerStands(given.call, null),
      { write: "create", kind: "group", record: group },
      ...wordsOf(group),
      { write: "directory-changed", expected: 0, otherwise: conflict },
      deed(given, "group:create", "group", id, { after: { name } }),
    ];
    return (store) => store.commit(writes, replyOf(given, group));
  },
  "`commit` of a group's attribute": async (given) => {
    const { group } = await aPair(given);
    const record = { ...group, attributes: { Department: ["Finance", "Controlling"] }, version: 2 };
    const writes: Write[] = [
      ...callerStands(given.call, null),
      { write: "replace", kind: "group", record, expected: 1, otherwise: conflict },
      { write: "directory-changed" },
      deed(given, "group:set-attribute", "group", group.id, { name: "Department" }),
    ];
    return (store) => store.commit(writes);
  },
  "`commit` of a member of a group": async (given) => {
    const { group, other } = await aPair(given);
    const after = { ...other, groups: [group.id], version: 2 };
    const record = aGroupMember({ groupId: group.id, userId: other.id, addedBy: given.call.user.id });
    const writes: Write[] = [
      ...callerStands(given.call, null),
      { write: "require-principal", principal: { type: "group", id: group.id }, otherwise: conflict },
      { write: "replace", kind: "user", record: after, expected: 1, otherwise: conflict },
      { write: "put", kind: "group-member", record },
      deed(given, "group:add-member", "group", group.id, { userId: other.id }),
    ];
    return (store) => store.commit(writes);
  },
  "`commit` of a member's leave": async (given) => {
    const { group, other } = await aPair(given);
    const record = aGroupMember({ groupId: group.id, userId: other.id, addedBy: given.call.user.id });
    await given.store.commit([{ write: "create", kind: "group-member", record }]);
    const writes: Write[] = [
      ...callerStands(given.call, null),
      { write: "owner-leaves", expected: 0, otherwise: conflict },
      { write: "replace", kind: "user", record: { ...other, version: 2 }, expected: 1, otherwise: conflict },
      { write: "remove", kind: "group-member", record },
      deed(given, "group:remove-member", "group", group.id, { userId: other.id }),
    ];
    return (store) => store.commit(writes);
  },
  "`commit` of a group's end": async (given) => {
    const { group } = await aPair(given);
    const { id, name } = group;
    const principal = { type: "group", id } as const;
    await commitAll(given, [
      { write: "claim", guard: { guard: "group-name", name }, owner: id, otherwise: conflict },
      ...wordsOf(group),
    ]);
    const asked = { by: given.call.user.id, at: given.clock.now(), correlationId: given.call.requestId };
    const writes: Write[] = [
      ...callerStands(given.call, null),
      { write: "owner-leaves", expected: 0, otherwise: conflict },
      { write: "remove", kind: "group", record: group, otherwise: conflict },
      { write: "release", guard: { guard: "group-name", name }, owner: id },
      ...principalWords(principal, null, name),
      { write: "directory-changed" },
      { write: "enqueue", job: removalJob(given.ids, asked, { principal, groups: [] }) },
      deed(given, "group:delete", "group", id, { before: { name } }),
    ];
    return (store) => store.commit(writes);
  },
  "`commit` of the end of a user's role on 5 data sources": async (given) => {
    const user = { type: "user", id: given.id("user") } as const;
    const at = given.clock.now();
    const job = await aHeldJob(given);
    const writes: Write[] = [];
    for (const _ of [1, 2, 3, 4, 5]) {
      const { dataSource } = await aCreatedDataSource(given, false);
      const before = aDataSourceMember({
        id: given.id("member"),
        dataSourceId: dataSource.id,
        principal: user,
        addedBy: given.call.user.id,
      });
      await given.store.commit([{ write: "create", kind: "data-source-member", record: before }]);
      const members = await given.store.dataSourceMembers(dataSource.id);
      writes.push(...memberWrites(given.ids, at, members, [{ before, after: null }]));
    }
    const checkpoint = { phase: 3, after: given.id("dataSource"), result: { dataSources: 5 } };
    return (store) =>
      store.commit([
        { write: "checkpoint", job: { ...job, checkpoint }, otherwise: conflict },
        ...writes,
        deed(given, "user:removed-from", "user", user.id, {
          dataSources: [1, 2, 3, 4, 5].map(() => given.id("dataSource")),
        }),
      ]);
  },
};
