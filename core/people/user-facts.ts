import type { Attributes } from "#core/people/user.ts";

/** What one identity provider says of a user; it lapses 24 hours after it was last refreshed. */
export interface ProviderFacts {
  readonly providerId: string;
  /** Who they are there. */
  readonly issuer: string;
  readonly subject: string;
  /** Ids of the provider's groups that they are in. */
  readonly groups: readonly string[];
  readonly attributes: Attributes;
  /** Whether the provider itself says that the account is off: that counts for as long as it is not taken back. */
  readonly disabled: boolean;
  /** When it was last said; a whole sync of the provider counts for all whom it left as they were. */
  readonly refreshedAt: string;
  /**
   * Since when whole syncs have not found them, while a person has not yet let them be removed: no sync refreshes them any
   * more, so that what was said of them lapses. Absent where they were found.
   */
  readonly missingSince?: string;
  /** When the newest token was issued that was taken into account; null where facts come by sync. */
  readonly tokenIssuedAt: string | null;
}

/** What providers say of one user, kept apart from what was set in Reeve. */
export interface UserFacts {
  readonly userId: string;
  readonly providers: readonly ProviderFacts[];
  readonly version: number;
}

/** How long a provider's facts hold without being refreshed. */
export const factsHoldMs = 24 * 3_600_000;

/** What a user has about whom no provider says anything. */
export const noFacts = (userId: string): UserFacts => ({ userId, providers: [], version: 0 });
