import type { ApiKey } from "#core/people/user.ts";

/** What is told of a key: nothing by which it could be guessed. */
export interface ListedKey extends Pick<ApiKey, "id" | "name" | "expiresAt" | "createdAt"> {
  /** Its user or, for a service user, an administrator. */
  readonly createdBy: string;
}

/**
 * The keys of one user. It changes in the transaction of every key that comes or goes: so there are never more than may
 * be, and all are known when the user goes.
 */
export interface KeyRing {
  readonly userId: string;
  readonly keys: readonly ListedKey[];
  /** 0 where there was never a key. */
  readonly version: number;
}

/** The ring of a user who never had a key. */
export const emptyRing = (userId: string): KeyRing => ({ userId, keys: [], version: 0 });
