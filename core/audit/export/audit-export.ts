/** A part of the audit that was exported: one link of the chain. It is stored once and never changed. */
export interface AuditExport {
  /** The first is 1; each other one is stored on the condition that nobody has stored that number. */
  readonly number: number;
  readonly id: string;
  /** The records that were made from here on … */
  readonly from: string;
  /** … and before this, where the next one begins. */
  readonly to: string;
  readonly count: number;
  /** The name under which its bytes are kept. */
  readonly object: string;
  /** SHA-256 of its bytes, in lower-case hex. */
  readonly sha256: string;
  /** That of the one before; null of the first. */
  readonly previous: string | null;
  readonly at: string;
}
