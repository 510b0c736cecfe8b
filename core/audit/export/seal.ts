import { auditObjectName, lineHashLength, type AuditSeal } from "#contracts/audit-exports.ts";
import type { Gathered } from "#core/audit/export/gather.ts";
import type { AuditExport } from "#core/audit/export/audit-export.ts";
import type { Signatures } from "#core/ports/signatures.ts";

/** An object as it is kept. */
export interface SealedObject {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

/** Seals what was gathered onto the chain: the same bytes for the same records behind the same head. */
export function seal(
  gathered: Gathered,
  head: Pick<AuditExport, "number" | "sha256"> | null,
  { digest }: Pick<Signatures, "digest">,
): SealedObject {
  const { from, to, lines } = gathered;
  const encoder = new TextEncoder();
  const records = lines.map((line) => `${line}\n`).join("");
  const sealed: AuditSeal = {
    v: 1,
    number: (head?.number ?? 0) + 1,
    from,
    to,
    count: lines.length,
    previous: head?.sha256 ?? null,
    records: digest(encoder.encode(records)),
    lines: lines.map((line) => digest(encoder.encode(line)).slice(0, lineHashLength)),
  };
  const bytes = encoder.encode(`${records}${JSON.stringify({ seal: sealed })}\n`);
  const sha256 = digest(bytes);
  return { name: auditObjectName({ from, to, sha256 }), bytes, sha256 };
}
