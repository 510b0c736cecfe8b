import type { Permission } from "#contracts/resources/system.ts";

/** Somebody, or a service, that may call the API. */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly kind: "person" | "service";
  readonly permissions: readonly Permission[];
  readonly groups: readonly string[];
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  readonly disabled: boolean;
  readonly createdAt: string;
  readonly version: number;
}

/** A key's record: the key itself is never stored. */
export interface ApiKey {
  /** Found in the key itself (`rv_<keyId>_…`), or derived from it where a person chose the key. */
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  /** Lower-case hex of the SHA-256 of the whole key. */
  readonly hash: string;
  readonly expiresAt: string | null;
  readonly createdAt: string;
}
