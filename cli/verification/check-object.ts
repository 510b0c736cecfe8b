import { createHash } from "node:crypto";
import { basename } from "node:path";
import { auditObjectName, auditSealLine, lineHashLength, type AuditSeal } from "#contracts/audit-exports.ts";
import { checkLines } from "./check-lines.ts";
import type { Finding } from "./finding.ts";

/** What is kept of an object that was read. */
export interface CheckedObject {
  readonly object: string;
  readonly sha256: string;
  /** Null where it has none. */
  readonly seal: Omit<AuditSeal, "lines"> | null;
  readonly findings: readonly Finding[];
}

const hash = (content: Uint8Array | string): string => createHash("sha256").update(content).digest("hex");

function sealIn(line: string): AuditSeal | null {
  if (!line.startsWith('{"seal":')) return null;
  try {
    return auditSealLine.parse(JSON.parse(line)).seal;
  } catch {
    return null;
  }
}

/** Checks an object by itself: its lines against its seal, and its name against both. */
export function checkObject(object: string, bytes: Uint8Array): CheckedObject {
  const sha256 = hash(bytes);
  const lines = Buffer.from(bytes).toString("utf8").split("\n");
  const cut = lines.pop() !== "";
  const at = lines.findLastIndex((line) => sealIn(line) !== null);
  const sealed = sealIn(lines[at] ?? "");
  if (sealed === null) {
    const detail = "there is no seal: the end is cut off, or the seal was changed";
    return {
      object,
      sha256,
      seal: null,
      findings: [{ object, line: lines.length, problem: "truncated", detail }],
    };
  }
  const { lines: sealedLines, ...seal } = sealed;
  const found = lines.slice(0, at);
  const findings = [
    ...checkLines(
      sealedLines,
      found.map((line) => hash(line).slice(0, lineHashLength)),
    ),
    ...lines.slice(at + 1).map((_, index) => ({
      line: at + 2 + index,
      problem: "added" as const,
      detail: "it stands behind the seal",
    })),
    ...(cut
      ? [{ line: lines.length + 1, problem: "added" as const, detail: "the last line does not end" }]
      : []),
  ].map((one): Finding => ({ object, ...one }));
  const problems = findings.length > 0 ? findings : wholeObject(object, sha256, seal, found);
  return { object, sha256, seal, findings: problems };
}

/** What is wrong though each line is as the seal says. */
function wholeObject(
  object: string,
  sha256: string,
  { from, to, records, count }: Omit<AuditSeal, "lines">,
  lines: readonly string[],
): readonly Finding[] {
  if (count !== lines.length || records !== hash(lines.map((line) => `${line}\n`).join(""))) {
    const detail = "the seal does not fit the records: it was changed";
    return [{ object, line: lines.length + 1, problem: "changed", detail }];
  }
  if (basename(object) === basename(auditObjectName({ from, to, sha256 }))) return [];
  const detail = `it is named otherwise than its content: it was sealed anew, or stands in another one's place`;
  return [{ object, line: null, problem: "changed", detail }];
}
