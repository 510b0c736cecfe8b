import { isSamePrincipal } from "#core/people/same-principal.ts";
import { factsAtCommit, userAtCommit } from "#core/access/rights-at-commit.ts";
import { staleAside } from "#core/call/retry-conflict.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Caller } from "#core/people/caller.ts";
import type { Write } from "#core/ports/change.ts";
import type { Clock, Ids } from "#core/ports/clock.ts";
import type { MembersAtHand } from "#core/ports/member-store.ts";
import type { Store } from "#core/ports/store.ts";
import type { DataSource, DataSourceMember } from "#core/sources/data-source.ts";
import { exposureOf, sourceResourceOf, standingOn } from "#core/sources/source-standing.ts";

/** What the operations on members need from outside. */
export interface MemberDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** A data source with all that is stated about members of it, to be changed while both stand. */
export interface StandingMembers {
  readonly dataSource: DataSource;
  /** Owners, groups, the caller, and what was asked for: all that is stored of these, what has expired too. */
  readonly stored: MembersAtHand;
  /** What of it holds now; also that users were taken out by hand. */
  readonly holding: readonly DataSourceMember[];
}

/** About whom a change must know what is stated. */
export interface AskedMembers {
  readonly userId?: string | undefined;
  readonly memberId?: string | undefined;
}

/** Whether what is stated about a principal still holds: what is for a time ends by the clock alone. */
export const holds = ({ expiresAt }: Pick<DataSourceMember, "expiresAt">, at: Date): boolean =>
  expiresAt === null || Date.parse(expiresAt) > at.getTime();

/** What is stated about somebody and their groups. */
export const statedAbout = (
  { principals }: Pick<Caller, "principals">,
  members: readonly DataSourceMember[],
): readonly DataSourceMember[] =>
  members.filter(({ principal }) => principals.some((mine) => isSamePrincipal(mine, principal)));

/** The data source with its members, as far as a change must know them; `not-found` if it is not there. */
export async function standingMembers(
  store: Pick<Store, "dataSource" | "membersAtHand">,
  { id, principals }: Caller,
  dataSourceId: string,
  at: Date,
  { userId, memberId }: AskedMembers = {},
): Promise<StandingMembers> {
  const userIds = [...new Set([id, ...(userId === undefined ? [] : [userId])])];
  const [view, stored] = await Promise.all([
    store.dataSource(dataSourceId, principals),
    store.membersAtHand(dataSourceId, { userIds, memberId: memberId ?? null }, at),
  ]);
  if (view === null) throw new DomainError("not-found");
  const holding = stored.members.filter((member) => holds(member, at));
  return { dataSource: view.dataSource, stored, holding };
}

/** What a decision about the data source takes: the caller's roles are among the members that were read. */
export const resourceFor = (
  user: Caller,
  { dataSource, holding }: Pick<StandingMembers, "dataSource" | "holding">,
): ReturnType<typeof sourceResourceOf> =>
  sourceResourceOf(dataSource, standingOn(user, exposureOf(dataSource), statedAbout(user, holding)));

/** What is said where the caller is not who they were when they were let in. */
export const rightsChanged = (): DomainError =>
  new DomainError("forbidden", "Your rights changed meanwhile.");

/**
 * Checks once more, when a change of members commits, what it rests on beside the members themselves (which the change
 * demands as they were read): the caller's permissions and groups, and the data source with its tags and its policy.
 */
export const standingAtCommit = (user: Caller, { dataSource }: StandingMembers): readonly Write[] => [
  userAtCommit(user, rightsChanged()),
  factsAtCommit(user, new DomainError("contention")),
  { write: "require", kind: "data-source", record: dataSource, otherwise: staleAside() },
];

/** Checks once more that the policies that apply everywhere are those by which somebody was let in. */
export const policiesAtCommit = ({ directory }: Pick<Caller, "directory">): Write => ({
  write: "require-directory",
  version: directory.version,
  // The caller is who they were when they were let in: only their next request knows more.
  otherwise: new DomainError("contention"),
});
