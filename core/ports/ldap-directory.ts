import type { LdapConfig } from "#core/identity/identity-provider.ts";

/** Somebody as a directory has them. */
export interface DirectoryUser {
  readonly kind: "user";
  /** Their distinguished name in the form in which groups name them: see `DirectoryGroup.members`. */
  readonly dn: string;
  /** What never changes; bytes as lower-case hex. */
  readonly id: string;
  /** Who they are at the OIDC provider whose people these are; null where nothing is asked for, or nothing is there. */
  readonly subject: string | null;
  readonly name: string;
  readonly email: string;
  /** Whether the directory itself says that the account is off. */
  readonly disabled: boolean;
  /** Values by LDAP attribute, as the configuration spells it. */
  readonly values: Readonly<Record<string, readonly string[]>>;
}

/** A group as a directory has it. */
export interface DirectoryGroup {
  readonly kind: "group";
  readonly id: string;
  readonly name: string;
  /** Distinguished names of all members, in the same form as `DirectoryUser.dn`. */
  readonly members: readonly string[];
}

export type DirectoryEntry = DirectoryUser | DirectoryGroup;

/** Why a directory could not be read. `again` where another attempt may fare better. The message holds no secret. */
export class DirectoryReadError extends Error {
  readonly again: boolean;

  constructor(message: string, again: boolean, options?: ErrorOptions) {
    super(message, options);
    this.name = "DirectoryReadError";
    this.again = again;
  }
}

/** Directories that speak LDAP v3 (RFC 4511), read page by page (RFC 2696). */
export interface LdapDirectory {
  /**
   * Every user and every group, users first. It ends normally only once all were read: whatever is missing makes it throw
   * `DirectoryReadError`, so that nobody is removed for what was not seen.
   */
  read(config: LdapConfig, bindPassword: string, signal: AbortSignal): AsyncIterable<DirectoryEntry>;
}
