/** What proves where a message comes from. */
export interface Signatures {
  /** HMAC-SHA256 of bytes, in lower-case hex. */
  sign(secret: string, bytes: Uint8Array): string;
  /** SHA-256 of bytes, in lower-case hex: the same bytes have the same. */
  digest(bytes: Uint8Array): string;
  /** Compares two texts in a time that tells nothing of where they differ. */
  same(a: string, b: string): boolean;
}
