/** What turns an API key into what may be stored and compared. */
export interface KeyHasher {
  /** The key's record id and the lower-case hex SHA-256 of the whole key. */
  identify(token: string): { readonly id: string; readonly hash: string };
  /** Compares two hashes in constant time. */
  same(a: string, b: string): boolean;
}
