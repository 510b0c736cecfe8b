import { hkdfSync } from "node:crypto";

/** A key of 32 bytes of its own for each purpose, derived from the deployment's root secret (HKDF, RFC 5869). */
export const derivedKey = (root: string, purpose: string): Buffer =>
  Buffer.from(hkdfSync("sha256", root, "reeve", purpose, 32));
