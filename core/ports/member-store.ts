import type { SourceMembers } from "#core/ports/deletion-store.ts";
import type { Page } from "#core/ports/store.ts";
import type { DataSourceMember, GroupRoles } from "#core/sources/data-source.ts";

/** What a change of members rests on. */
export interface MembersAtHand {
  /** All owners and all groups, and what was asked for; also what had expired by then. */
  readonly members: readonly DataSourceMember[];
  readonly groups: GroupRoles;
  /** How many users something is stated about, in all. */
  readonly users: number;
}

/** Members of a data source, without reading all of them. */
export interface MemberStore {
  /** The groups that have roles on a data source. */
  groupRoles(dataSourceId: string): Promise<GroupRoles>;
  /**
   * The owners, the groups, what is stated about some users, and the member of an id, with what expired before `at`.
   * As of the moment at which the count of changes in `groups` was read, or later.
   */
  membersAtHand(
    dataSourceId: string,
    asked: { readonly userIds: readonly string[]; readonly memberId: string | null },
    at: Date,
  ): Promise<MembersAtHand>;
  /** What is stated about these users and about every group, in one read: what has expired and who was taken out by hand, too. */
  statedMembers(dataSourceId: string, userIds: readonly string[]): Promise<SourceMembers>;
  /** What is stated about users on a data source, by user id, from behind one; what has expired too. */
  userMembers(dataSourceId: string, after: string | null, limit: number): Promise<Page<DataSourceMember>>;
}
