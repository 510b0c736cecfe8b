import type { GroupMember } from "#core/people/group.ts";
import type { StoredPerson } from "#core/people/caller.ts";
import type { PrincipalWord } from "#core/people/principal-directory.ts";

/** Who belongs to groups, who is found by a word, and who can act for others. */
export interface PrincipalStore {
  /** Several users with what providers say of them and the directory, as of one moment; those that are gone are absent. */
  people(userIds: readonly string[]): Promise<ReadonlyMap<string, StoredPerson>>;
  /** Who is in a group, by user, from behind a place. */
  groupMembers(
    groupId: string,
    after: Pick<GroupMember, "userId" | "providerId"> | null,
    limit: number,
  ): Promise<readonly GroupMember[]>;
  /** Words that begin so, in order, from behind a place; all words for an empty beginning. */
  principalWords(
    beginning: string,
    after: { readonly word: string; readonly id: string } | null,
    limit: number,
  ): Promise<readonly PrincipalWord[]>;
  /** How often somebody ceased to be among those who can act for what they own: see the write `owner-leaves`. */
  ownersLeft(): Promise<number>;
}
