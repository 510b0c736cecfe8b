import type { Attributes } from "#core/people/user.ts";

/** Users that policies and roles treat alike. */
export interface Group {
  readonly id: string;
  /** Unique, ignoring case after NFC, whoever made the group. */
  readonly name: string;
  /** The identity provider that says who is in it; null for a group of Reeve's own. */
  readonly providerId: string | null;
  /** What every member has beside their own. */
  readonly attributes: Attributes;
  readonly createdAt: string;
  readonly version: number;
}

/** That a user is in a group, as the group lists it; the user's own record and facts decide. */
export interface GroupMember {
  readonly groupId: string;
  readonly userId: string;
  /** The provider that says so; null where it was set in Reeve. */
  readonly providerId: string | null;
  readonly addedBy: string;
  readonly addedAt: string;
}
