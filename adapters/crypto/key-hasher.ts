import { createHash, randomBytes } from "node:crypto";
import type { KeyHasher } from "#core/ports/keys.ts";
import { sameText } from "./same-text.ts";

const ownKey = /^rv_((?:key_)?[A-Za-z0-9]{1,64})_[A-Za-z0-9_-]+$/;

/**
 * Keys that Reeve made name their record (`rv_<keyId>_<random>`); for keys that an operator chose the
 * record is named by the first half of the hash, and the whole hash still decides.
 */
export const keyHasher: KeyHasher = {
  identify(token) {
    const hash = createHash("sha256").update(token).digest("hex");
    return { id: ownKey.exec(token)?.[1] ?? `given-${hash.slice(0, 32)}`, hash };
  },
  secret: () => randomBytes(32).toString("base64url"),
  same: sameText,
};
