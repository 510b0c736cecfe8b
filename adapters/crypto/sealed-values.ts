import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import type * as z from "zod";
import type { Seals } from "#core/ports/seals.ts";
import { derivedKey } from "./derived-key.ts";

const algorithm = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;
/** A cookie is no longer than 4 KB. */
const longest = 4096;

/**
 * Values under AES-256-GCM with a nonce of their own, and marks by HMAC-SHA-256, by keys derived from the root secret for
 * the purpose. The root secret is asked for only when something is sealed, opened or marked.
 */
export function sealedValues(rootSecret: () => Promise<string>): Seals {
  const keyOf = async (purpose: string, of = "sealed values"): Promise<Buffer> =>
    derivedKey(await rootSecret(), `${of}: ${purpose}`);
  return {
    async seal(purpose, value) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv(algorithm, await keyOf(purpose), nonce);
      const text = Buffer.concat([cipher.update(JSON.stringify(value), "utf8"), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString("base64url");
    },
    async mark(purpose, parts) {
      const mark = createHmac("sha256", await keyOf(purpose, "marks"));
      for (const part of parts) mark.update(`${Buffer.byteLength(part)}:`).update(part);
      return mark.digest("hex");
    },
    async open<S extends z.ZodType>(purpose: string, sealed: string, shape: S): Promise<z.output<S> | null> {
      const bytes = Buffer.from(sealed.slice(0, longest), "base64url");
      if (bytes.length < nonceBytes + tagBytes) return null;
      const decipher = createDecipheriv(algorithm, await keyOf(purpose), bytes.subarray(0, nonceBytes), {
        authTagLength: tagBytes,
      });
      decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
      try {
        const text = Buffer.concat([
          decipher.update(bytes.subarray(nonceBytes + tagBytes)),
          decipher.final(),
        ]);
        return shape.safeParse(JSON.parse(text.toString("utf8"))).data ?? null;
      } catch {
        return null;
      }
    },
  };
}
