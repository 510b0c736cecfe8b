import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { fileAuditObjects } from "#adapters/audit-objects/file-audit-objects.ts";
import { signatures } from "#adapters/crypto/signatures.ts";
import type { ExportDeps } from "#core/audit/export/export-audit.ts";
import type { AuditRecord } from "#core/audit/audit-record.ts";
import type { Ids } from "#core/ports/clock.ts";
import type { App } from "./app.ts";

/** A directory for exports that is gone when the test file is done. */
export function anExportsDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "reeve-exports-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** What exports an app's audit to a directory. */
export const exportDeps = ({ store, clock, ids }: Pick<App, "store" | "clock" | "ids">, directory: string) =>
  ({ store, clock, ids, signatures, objects: fileAuditObjects(directory) }) satisfies ExportDeps;

/** A record of something done to a data source, made now. */
export const aMadeRecord = (ids: Ids, at: Date, own: Partial<AuditRecord> = {}): AuditRecord => ({
  id: ids.next("audit"),
  at: at.toISOString(),
  actor: "usr_1",
  action: "data-source:update",
  resource: { type: "data-source", id: "ds_1" },
  outcome: "success",
  requestId: "req_1",
  address: "192.0.2.1",
  details: { name: { before: "Größe", after: "尺寸 📏" }, list: [1, null, { b: 1, a: "\u2028\n" }] },
  ...own,
});
