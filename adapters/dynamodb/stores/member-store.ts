import type { MemberStore } from "#core/ports/member-store.ts";
import { keys } from "../keys.ts";
import { read, readOr } from "../records.ts";
import { filteredItems, getItem, queryItems, type ItemFilter, type TableRef } from "../requests.ts";

const noGroups = (dataSourceId: string) => ({ dataSourceId, members: [], version: 0 });

/** Members lie beside their data source: a user's each by itself, those of groups together, in front of them. */
export const memberStore = (ref: TableRef): MemberStore => ({
  async groupRoles(dataSourceId) {
    const item = await getItem(ref, keys.groupRoles(dataSourceId));
    return readOr(read["group-roles"], item) ?? noGroups(dataSourceId);
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
