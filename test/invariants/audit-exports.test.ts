import { expect, it } from "vitest";
import { settledAfterMs } from "#core/audit/settled.ts";
import { anApp } from "#test/support/app.ts";
import { aMadeRecord } from "#test/support/audit-exports.ts";
import { checked, expectSound } from "#test/support/invariants.ts";
import type { AuditExport } from "#core/audit/export/audit-export.ts";

it("a check of the table finds an export that does not follow on the one before", async () => {
  const app = await anApp();
  for (let hour = 0; hour < 3; hour += 1) {
    await app.store.commit([{ write: "audit", record: aMadeRecord(app.ids, app.clock.now()) }]);
    app.clock.advance(3_600_000 + settledAfterMs);
    await app.exportAudit();
  }
  await expectSound(app);
  const [, second] = (await app.store.auditExports(null, 10)).toReversed();
  if (second === undefined) throw new Error("too few exports");
  const foundWith = async (other: Partial<AuditExport>) => {
    const record = { ...second, ...other };
    await app.store.commit([{ write: "put", kind: "audit-export", record }]);
    const { findings } = await checked(app);
    return findings.map(({ invariant, subject }) => `${invariant} ${subject}`);
  };
  const wrong = "audit-export-follows-on export";
  expect(await foundWith({ sha256: "f".repeat(64) })).toEqual([`${wrong} 3`]);
  expect(await foundWith({ previous: null })).toEqual([`${wrong} 2`]);
  expect(await foundWith({ to: second.from })).toEqual([`${wrong} 2`, `${wrong} 3`]);
  expect(await foundWith({})).toEqual([]);
  await app.store.commit([{ write: "remove", kind: "audit-export", record: second }]);
  expect((await checked(app)).findings).toHaveLength(1);
});
