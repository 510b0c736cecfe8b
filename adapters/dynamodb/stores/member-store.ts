import type { MemberStore } from "#core/ports/member-store.ts";
import type { GroupRoles } from "#core/sources/data-source.ts";
import { keys, keyText } from "../keys.ts";
import { read, readOr } from "../records.ts";
import { filteredItems, getItem, getItems, queryItems, type ItemFilter, type TableRef } from "../requests.ts";

/** What is kept of groups where none has had a role yet, and no member has changed. */
export const noGroups = (dataSourceId: string): GroupRoles => ({ dataSourceId, members: [], version: 0 });

/** Members lie beside their data source: a user's each by itself, those of groups together, in front of them. */
export const memberStore = (ref: TableRef): MemberStore => ({
  async groupRoles(dataSourceId) {
    const item = await getItem(ref, keys.groupRoles(dataSourceId));
    return readOr(read["group-roles"], item) ?? noGroups(dataSourceId);
  },
  async statedMembers(dataSourceId, userIds) {
    const together = keys.groupRoles(dataSourceId);
    const users = userIds.map((id) => keys.dataSourceMember(dataSourceId, { type: "user", id }));
    const items = await getItems(ref, [together, ...users]);
    const groups = readOr(read["group-roles"], items.get(keyText(together))) ?? noGroups(dataSourceId);
    const stated = users.flatMap((key) => readOr(read["data-source-member"], items.get(keyText(key))) ?? []);
    return { members: [...stated, ...groups.members], groups };
  },
  async userMembers(dataSourceId, after, limit) {
    const { pk, sk } = keys.dataSourceMember(dataSourceId, { type: "user", id: "" });
    const found = await queryItems(ref, {
      partition: pk,
      // Behind every id: its characters are ASCII.
      range: { between: [sk, `${sk}~`] },
      limit,
      ...(after === null
        ? {}
        : { after: keys.dataSourceMember(dataSourceId, { type: "user", id: after }).sk }),
    });
    const items = found.map(read["data-source-member"]);
    return { items, next: items.length < limit ? null : (items.at(-1)?.principal.id ?? null) };
  },
  async membersAtHand(dataSourceId, asked, at) {
    const { pk, sk } = keys.groupRoles(dataSourceId);
    const { items, all } = await filteredItems(
      ref,
      { partition: pk, range: { between: [sk, `${sk}#~`] } },
      atHand(asked, at),
    );
    const together = items.find(({ kind }) => kind === "group-roles");
    const users = items.filter((item) => item !== together).map(read["data-source-member"]);
    const groups = readOr(read["group-roles"], together) ?? noGroups(dataSourceId);
    return {
      members: [...users, ...groups.members],
      groups,
      users: together === undefined ? all : all - 1,
    };
  },
});

/** The groups, owners, some users, the member of an id, and what has expired. */
function atHand({ userIds, memberId }: Parameters<MemberStore["membersAtHand"]>[1], at: Date): ItemFilter {
  const users = userIds.map((id, index) => [`:user${index}`, id] as const);
  const conditions = [
    "#kind = :groups",
    "#role = :owner",
    "#until <= :now",
    ...(users.length === 0 ? [] : [`#principal.#id IN (${users.map(([name]) => name).join(", ")})`]),
    ...(memberId === null ? [] : ["#id = :member"]),
  ];
  return {
    FilterExpression: conditions.join(" OR "),
    ExpressionAttributeNames: {
      "#kind": "kind",
      "#role": "role",
      "#until": "expiresAt",
      ...(users.length > 0 ? { "#principal": "principal" } : {}),
      ...(users.length > 0 || memberId !== null ? { "#id": "id" } : {}),
    },
    ExpressionAttributeValues: {
      ":groups": "group-roles",
      ":owner": "owner",
      ":now": at.toISOString(),
      ...Object.fromEntries(users),
      ...(memberId === null ? {} : { ":member": memberId }),
    },
  };
}
