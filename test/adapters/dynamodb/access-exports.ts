import type { AuditExport } from "#core/audit/export/audit-export.ts";
import { conflict, eightyDeeds, type Prepared, type Trial } from "./access-fixtures.ts";

const hourMs = 3_600_000;

const anExport = ({ id, clock }: Prepared, number: number): AuditExport => ({
  number,
  id: id("auditExport"),
  from: clock.now().toISOString(),
  to: new Date(clock.now().getTime() + hourMs).toISOString(),
  count: 812,
  object: `audit/2026/01/02/20260102T030000000Z-20260102T040000000Z-${"a".repeat(16)}.ndjson`,
  sha256: "a".repeat(64),
  previous: number === 1 ? null : "b".repeat(64),
  at: clock.now().toISOString(),
});

async function sixtyExports(given: Prepared): Promise<void> {
  const writes = given.many(60, (index) => ({
    write: "create" as const,
    kind: "audit-export" as const,
    record: anExport(given, index + 1),
  }));
  await given.store.commit(writes);
}

/** What the export of the audit asks of the store, by the function cell of its row. */
export const exportAccess: Readonly<Record<string, Trial>> = {
  "`auditMade`, first 50": async (given) => {
    await eightyDeeds(given);
    const at = given.clock.now().getTime();
    const span = { from: new Date(at - hourMs).toISOString(), to: new Date(at + hourMs).toISOString() };
    return (store) => store.auditMade(span, null, 50);
  },
  "`auditedDays`, a week": async ({ clock }) => {
    const days = Array.from({ length: 7 }, (_, back) =>
      new Date(clock.now().getTime() - back * 24 * hourMs).toISOString().slice(0, 10),
    );
    return (store) => store.auditedDays(days);
  },
  "`auditExports`, first 50": async (given) => {
    await sixtyExports(given);
    return (store) => store.auditExports(null, 50);
  },
  "`auditExports`, next 50": async (given) => {
    await sixtyExports(given);
    return (store) => store.auditExports(55, 50);
  },
  "`commit` of an export of the audit": async (given) => {
    const record = anExport(given, 2);
    return (store) => store.commit([{ write: "create", kind: "audit-export", record, otherwise: conflict }]);
  },
};
