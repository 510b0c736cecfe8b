import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeDurably } from "#adapters/secrets/durable-file.ts";
import type { AuditObjects } from "#core/ports/audit-objects.ts";

/** Exported parts of the audit as files below one directory, which only its owner may read; each is there wholly or not at all. */
export const fileAuditObjects = (directory: string): AuditObjects => ({
  async put(name, bytes) {
    const path = join(directory, name);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeDurably(path, bytes);
  },
});
