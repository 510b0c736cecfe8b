import type { AuditExport } from "#core/audit/export/audit-export.ts";
import type { Census } from "./census.ts";
import { finding, type Finding } from "./finding.ts";

const begins = ({ number, previous }: AuditExport): boolean => number === 1 && previous === null;
const follows = (before: AuditExport, { number, previous, from }: AuditExport): boolean =>
  number === before.number + 1 && previous === before.sha256 && from === before.to;

/** Exports of the audit are one chain: each begins where and with what the one before ended, and none is missing. */
export function* exportInvariants({ exports }: Census): Iterable<Finding> {
  let before: AuditExport | null = null;
  for (const one of exports.toSorted((a, b) => a.number - b.number)) {
    if (!(before === null ? begins(one) : follows(before, one)) || one.from >= one.to) {
      const detail = `it does not follow on ${before === null ? "nothing" : `export ${before.number}`}`;
      yield finding("audit-export-follows-on", `export ${one.number}`, detail);
    }
    before = one;
  }
}
