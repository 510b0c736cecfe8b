import { staleAside } from "#core/call/retry-conflict.ts";
import { principalText } from "#core/people/caller.ts";
import type { Write } from "#core/ports/change.ts";
import type { Ids } from "#core/ports/clock.ts";
import type { SourceMembers } from "#core/ports/deletion-store.ts";
import { deltaWrite, memberDocument } from "#core/sources/catalog-documents.ts";
import type { DataSourceMember, GroupRoles } from "#core/sources/data-source.ts";

/** The writes of a data source's first members: each user's by itself, those of groups together. */
export function firstMemberWrites(
  dataSourceId: string,
  members: readonly DataSourceMember[],
): readonly Write[] {
  const groups = members.filter(({ principal }) => principal.type === "group");
  const users = members.filter(({ principal }) => principal.type === "user");
  const together: GroupRoles = { dataSourceId, members: groups, version: 1 };
  return [
    ...users.map((record): Write => ({ write: "create", kind: "data-source-member", record })),
    ...(groups.length === 0
      ? []
      : [{ write: "create", kind: "group-roles", record: together } satisfies Write]),
  ];
}

/** One principal on a data source, before and after; null where nothing is stated about them. */
export interface MemberChange {
  readonly before: DataSourceMember | null;
  readonly after: DataSourceMember | null;
}

/**
 * The writes that change members of a data source, with what the index must know of it. Changes of one data source's
 * members exclude each other: who read them before another's change fails as a stale read, and reads anew.
 */
export function memberWrites(
  ids: Ids,
  at: Date,
  { groups }: Pick<SourceMembers, "groups">,
  changes: readonly MemberChange[],
): readonly Write[] {
  const version = Math.max(1, groups.version) + 1;
  const after: GroupRoles = { ...groups, members: groupsAfter(groups, changes), version };
  return [
    {
      write: "replace",
      kind: "group-roles",
      record: after,
      expected: groups.version,
      otherwise: staleAside(),
    },
    ...changes.flatMap(userWrites),
    deltaWrite(ids, at, [
      {
        dataSourceId: groups.dataSourceId,
        members: { changes: changes.flatMap(documentOf), version },
      },
    ]),
  ];
}

const groupsAfter = ({ members }: GroupRoles, changes: readonly MemberChange[]) =>
  changes.reduce<readonly DataSourceMember[]>((kept, { before, after }) => {
    const principal = (after ?? before)?.principal;
    if (principal?.type !== "group") return kept;
    const others = kept.filter((member) => member.principal.id !== principal.id);
    return after === null ? others : [...others, after];
  }, members);

function userWrites({ before, after }: MemberChange): readonly Write[] {
  if (after !== null) {
    return after.principal.type === "user"
      ? [{ write: "put", kind: "data-source-member", record: after }]
      : [];
  }
  return before?.principal.type === "user"
    ? [{ write: "remove", kind: "data-source-member", record: before }]
    : [];
}

function documentOf({ before, after }: MemberChange) {
  if (after !== null) return [memberDocument(after)];
  return before === null ? [] : [{ principal: principalText(before.principal), role: null, expiresAt: null }];
}
