import type { AuditExport } from "#core/audit/export/audit-export.ts";
import type { Census } from "./census.ts";
import { finding, type Finding } from "./finding.ts";

/** Exports of the audit are one chain: each begins where and with what the one before ended, and none is missing. */
export function* exportInvariants({ exports }: Census): Iterable<Finding> {
  let before: AuditExport | null = null;
  for (const one of exports.toSorted((a, b) => a.number - b.number)) {
    const follows =
      one.number === (before?.number ?? 0) + 1 &&
      one.previous === (before?.sha256 ?? null) &&
      (before === null || one.from === before.to) &&
      one.from < one.to;
    if (!follows) {
      const detail = `it does not follow on ${before === null ? "nothing" : `export ${before.number}`}`;
      yield finding("audit-export-follows-on", `export ${one.number}`, detail);
    }
    before = one;
  }
}
