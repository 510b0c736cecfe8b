import type { DataSourceMember, GroupRoles } from "#core/sources/data-source.ts";

/** Members that lie together and should not: users, those of another data source, and all but the first of a group. */
export const misplacedGroups = ({ dataSourceId, members }: GroupRoles): readonly DataSourceMember[] =>
  members.filter(
    ({ principal, role, ...member }, index) =>
      principal.type !== "group" ||
      role === "removed" ||
      member.dataSourceId !== dataSourceId ||
      members.findIndex((other) => other.principal.id === principal.id) !== index,
  );
