import { createHmac, timingSafeEqual } from "node:crypto";
import type * as z from "zod";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Cursors } from "#core/ports/cursors.ts";
import { derivedKey } from "./derived-key.ts";

const macBytes = 16;
const maxCursor = 1024;
/** What is left of 1 KB for the position, after base64url and the code. */
const maxPosition = Math.floor((maxCursor * 3) / 4) - macBytes - 2;

const invalid = (): DomainError =>
  new DomainError("invalid-cursor", undefined, {
    errors: [{ in: "query", pointer: "/cursor", detail: "was not made by this list with these filters" }],
  });

/**
 * Cursors as the position itself with a code over it and its list (HMAC-SHA256, cut to 128 bits as RFC
 * 2104 §5 allows). The root secret is asked for only when a cursor is made or opened.
 */
export function sealedCursors(rootSecret: () => Promise<string>): Cursors {
  let key: Promise<Buffer> | null = null;
  const codeOf = async (list: string, payload: Buffer): Promise<Buffer> => {
    key ??= rootSecret().then((root) => derivedKey(root, "cursors"));
    // A read of the root secret that failed is tried again with the next cursor.
    key.catch(() => {
      key = null;
    });
    const mac = createHmac("sha256", await key);
    return mac.update(list).update("\0").update(payload).digest().subarray(0, macBytes);
  };
  return {
    async seal(list, position) {
      const payload = Buffer.from(JSON.stringify(position));
      if (payload.length > maxPosition) throw new DomainError("internal-error", "A cursor grew over 1 KB.");
      return Buffer.concat([await codeOf(list, payload), payload]).toString("base64url");
    },
    async open<S extends z.ZodType>(list: string, cursor: string, position: S): Promise<z.output<S>> {
      const bytes = Buffer.from(cursor, "base64url");
      // Node's decoder passes over what is no base64url, and over bits that no byte has room for.
      if (bytes.toString("base64url") !== cursor) throw invalid();
      const payload = bytes.subarray(macBytes);
      const code = bytes.subarray(0, macBytes);
      if (code.length < macBytes || !timingSafeEqual(code, await codeOf(list, payload))) throw invalid();
      const parsed = position.safeParse(JSON.parse(payload.toString("utf8")));
      if (!parsed.success) throw invalid();
      return parsed.data;
    },
  };
}
