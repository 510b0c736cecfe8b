import type { KnownTechnology } from "#contracts/resources/remote.ts";
import type { Permission } from "#contracts/resources/system.ts";

/** Attributes: a name with the values that somebody has of it. Names ignore case after NFC; values are exact. */
export type Attributes = Readonly<Record<string, readonly string[]>>;

/** Somebody, or a service, that may call the API: what was set in Reeve. What a provider says is in `UserFacts`. */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly kind: "person" | "service";
  readonly permissions: readonly Permission[];
  /** Ids of groups that somebody in Reeve put them into; one that is gone may still be named, and counts for nothing. */
  readonly groups: readonly string[];
  readonly attributes: Attributes;
  /** Who they are inside remote databases, by technology. */
  readonly externalUsernames: Readonly<Partial<Record<KnownTechnology, string>>>;
  readonly disabled: boolean;
  readonly createdAt: string;
  readonly version: number;
}

/** Where a user stands among all, with what they are searched by: so that a search reads no user who does not match. */
export interface UserPlace {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
}

/** A key's record: the key itself is never stored. */
export interface ApiKey {
  /** Found in the key itself (`rv_<keyId>_…`), or derived from it where a person chose the key. */
  readonly id: string;
  readonly userId: string;
  /** Only where it is a session of the console's, which lies in a cookie: it is no key, nor a key a session. */
  readonly kind?: "session";
  /** The provider that vouched for who began the session, and its issuer: it lasts no longer than these. */
  readonly from?: { readonly providerId: string; readonly issuer: string };
  readonly name: string;
  /** Lower-case hex of the SHA-256 of the whole key. */
  readonly hash: string;
  readonly expiresAt: string | null;
  readonly createdAt: string;
}
