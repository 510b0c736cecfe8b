import { createHash, createHmac } from "node:crypto";
import type { Signatures } from "#core/ports/signatures.ts";
import { sameText } from "./same-text.ts";

/** HMAC-SHA256 and SHA-256 by Node's own cryptography. */
export const signatures: Signatures = {
  sign: (secret, bytes) => createHmac("sha256", secret).update(bytes).digest("hex"),
  digest: (bytes) => createHash("sha256").update(bytes).digest("hex"),
  same: sameText,
};
