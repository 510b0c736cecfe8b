import type { AuditExport } from "#core/audit/export/audit-export.ts";
import { gather, type ExportBounds, type Gathered } from "#core/audit/export/gather.ts";
import { seal } from "#core/audit/export/seal.ts";
import { settledAfterMs } from "#core/audit/settled.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { firstAdministratorId } from "#core/people/administrators.ts";
import type { AuditObjects } from "#core/ports/audit-objects.ts";
import type { Clock, Ids } from "#core/ports/clock.ts";
import type { Signatures } from "#core/ports/signatures.ts";
import type { Store } from "#core/ports/store.ts";

/** What the export works with. */
export interface ExportDeps {
  readonly store: Pick<Store, "auditMade" | "auditedDays" | "auditExports" | "commit" | "user">;
  readonly objects: AuditObjects;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly signatures: Pick<Signatures, "digest">;
  readonly bounds?: ExportBounds | undefined;
}

/** What one run exported, and up to when everything is exported now; null where nothing ever was. */
export interface ExportReport {
  readonly objects: number;
  readonly records: number;
  readonly exportedTo: string | null;
  /** Why it ended: nothing more is settled, its time is up, or another run was faster and goes on from there. */
  readonly ended: "exported-all" | "time-is-up" | "overtaken";
}

/** About 8 MB, and its seal less than a tenth of that: several of it are no burden for a small function. */
const usualBounds: ExportBounds = { records: 20_000, bytes: 8_000_000 };
const dayMs = 86_400_000;
/** So many days without a record, in a row, and nothing is looked for before them. */
const quietDays = 31;

const overtaken = new DomainError("contention");

/**
 * Exports what was recorded since the export before, in order, object by object, each sealed onto the one before.
 *
 * Exact wherever it ends and however many run at once: an object is kept first, under a name that follows from its bytes;
 * then the chain grows by one record whose number nobody else may have stored. A run that ended between the two is
 * followed by one that makes the same bytes. Nothing is exported before it is settled: by then whatever was made by that
 * time is committed, or never will be (`settledAfterMs`). Exports are no audit records themselves: else each would
 * give the next one something to export, for ever; they are listed with all that could be recorded of them.
 */
export async function exportAudit(
  deps: ExportDeps,
  timeIsUp: () => boolean = () => false,
): Promise<ExportReport> {
  const { store, clock } = deps;
  const settled = new Date(clock.now().getTime() - settledAfterMs);
  let head = (await store.auditExports(null, 1))[0] ?? null;
  let from = head?.to ?? (await beginning(deps, settled));
  const report = { objects: 0, records: 0 };
  const ending = (ended: ExportReport["ended"]) => ({ ...report, exportedTo: head?.to ?? null, ended });
  while (!timeIsUp()) {
    const gathered = await gather(store, from, settled, deps.bounds ?? usualBounds);
    if (gathered === null) return ending("exported-all");
    const next = await link(deps, gathered, head);
    if (next === null) return ending("overtaken");
    head = next;
    from = next.to;
    report.objects += 1;
    report.records += next.count;
  }
  return ending("time-is-up");
}

/** Keeps one object, then puts its link on the chain; null where somebody else put theirs there first. */
async function link(
  { store, objects, clock, ids, signatures }: ExportDeps,
  gathered: Gathered,
  head: AuditExport | null,
): Promise<AuditExport | null> {
  const { name, bytes, sha256 } = seal(gathered, head, signatures);
  await objects.put(name, bytes);
  const record: AuditExport = {
    number: (head?.number ?? 0) + 1,
    id: ids.next("auditExport"),
    from: gathered.from,
    to: gathered.to,
    count: gathered.lines.length,
    object: name,
    sha256,
    previous: head?.sha256 ?? null,
    at: clock.now().toISOString(),
  };
  try {
    await store.commit([{ write: "create", kind: "audit-export", record, otherwise: overtaken }]);
    return record;
  } catch (error) {
    if (error === overtaken) return null;
    throw error;
  }
}

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
const midnightOf = (day: string): string => `${day}T00:00:00.000Z`;

/**
 * Where the first export begins: the midnight before the first administrator came to be, with whom a deployment begins;
 * where they are deleted, before the first record, which is looked for day by day until a month had none.
 */
async function beginning({ store }: ExportDeps, settled: Date): Promise<string> {
  const first = await store.user(firstAdministratorId);
  if (first !== null) return midnightOf(first.createdAt.slice(0, 10));
  let earliest = dayOf(settled.getTime());
  for (let end = settled.getTime(); ; end -= quietDays * dayMs) {
    const days = Array.from({ length: quietDays }, (_, back) => dayOf(end - back * dayMs));
    const found = [...(await store.auditedDays(days))].toSorted()[0];
    if (found === undefined) return midnightOf(earliest);
    if (found < earliest) earliest = found;
  }
}
