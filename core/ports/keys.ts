/** What makes API keys, and turns them into what may be stored and compared. */
export interface KeyHasher {
  /** The key's record id and the lower-case hex SHA-256 of the whole key. */
  identify(token: string): { readonly id: string; readonly hash: string };
  /** 32 fresh random bytes, as base64url: what makes a key or an invitation impossible to guess. */
  secret(): string;
  /** Compares two hashes in constant time. */
  same(a: string, b: string): boolean;
}
