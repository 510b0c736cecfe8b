import { canonicalJson } from "#core/audit/export/canonical-json.ts";
import { shownRecord } from "#core/audit/shown-record.ts";
import type { AuditStore, MadeRecord } from "#core/ports/audit-store.ts";

/** How much one object holds at most; more only where more was recorded within one millisecond. */
export interface ExportBounds {
  readonly records: number;
  readonly bytes: number;
}

/** What one object will hold. */
export interface Gathered {
  readonly from: string;
  readonly to: string;
  /** Records as JSON, in the order of their ids. */
  readonly lines: readonly string[];
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const readAtOnce = 500;

/** The full hour, or the midnight, that lies behind a time. */
const behind = (time: number, step: number): number => (Math.floor(time / step) + 1) * step;

const iso = (time: number): string => new Date(time).toISOString();

/** Gathers lines until the bounds are met. */
class Gathering {
  readonly lines: string[] = [];
  private readonly bounds: ExportBounds;
  private bytes = 0;
  private last = "";

  constructor(bounds: ExportBounds) {
    this.bounds = bounds;
  }

  /** Takes a record in; false where it belongs to the next object. What was made within one millisecond stays together. */
  take({ record, madeAt }: MadeRecord): boolean {
    const line = canonicalJson(shownRecord(record, true));
    const size = new TextEncoder().encode(line).length + 1;
    const full = this.lines.length >= this.bounds.records || this.bytes + size > this.bounds.bytes;
    if (full && this.lines.length > 0 && madeAt !== this.last) return false;
    this.lines.push(line);
    this.bytes += size;
    this.last = madeAt;
    return true;
  }
}

/**
 * What the next export holds, or null where nothing can be exported yet. It begins where the one before ended. It ends
 * with the hour of its first record; before that, where it is full, at the next record's millisecond; where there is no
 * record, at midnight, so that a day without any is sealed as such. None of that depends on when it is asked: once the
 * hour is settled, everybody gathers the same.
 */
export async function gather(
  store: Pick<AuditStore, "auditMade">,
  from: string,
  settled: Date,
  bounds: ExportBounds,
): Promise<Gathered | null> {
  const start = Date.parse(from);
  const midnight = behind(start, dayMs);
  // Hours that are settled as a whole.
  const end = Math.min(midnight, Math.floor(settled.getTime() / hourMs) * hourMs);
  if (end <= start) return null;
  const gathering = new Gathering(bounds);
  const ending = (to: number): Gathered => ({ from, to: iso(to), lines: gathering.lines });
  let until = end;
  let after: string | null = null;
  do {
    const page = await store.auditMade({ from, to: iso(until) }, after, readAtOnce);
    for (const made of page.items) {
      const at = Date.parse(made.madeAt);
      if (gathering.lines.length === 0) until = behind(at, hourMs);
      if (at >= until) return ending(until);
      if (!gathering.take(made)) return ending(at);
    }
    after = page.next;
  } while (after !== null);
  if (gathering.lines.length > 0) return ending(until);
  return end === midnight ? ending(midnight) : null;
}
