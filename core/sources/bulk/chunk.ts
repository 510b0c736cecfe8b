import type { ReportEntry } from "#core/jobs/job-report.ts";
import { foldName } from "#core/names/fold.ts";
import type { Guard } from "#core/ports/change.ts";
import type { Relation, RelationDescription } from "#core/ports/remote.ts";
import type { DataSourceStore } from "#core/ports/store.ts";
import type { Inspected, Skip } from "#core/sources/bulk/inspect.ts";
import { dataSourceNameGuard, relationGuard } from "#core/sources/guards.ts";

/** A table that can become a data source, with the name that it would have. */
export interface Candidate {
  readonly relation: Relation;
  readonly found: RelationDescription;
  readonly name: string;
}

/** A table that is looked at and not yet settled. */
export type Queued = Candidate | Extract<Inspected, { readonly skip: Skip }>;

/** At most this many data sources come about in one transaction: five items each, and eleven for all of them. */
export const madeAtOnce = 16;
/** What one transaction says to the index is at most 300 KB of text; what is counted here is about that. */
const changeBytes = 250_000;
/** And its report in another one. */
const linesAtOnce = 200;

const textBytes = (text: string): number => new TextEncoder().encode(text).length;

/** About what a data source takes in the index's item: its texts and the names of its columns. */
function bytesOf({ found, name }: Candidate): number {
  const columns = found.columns.reduce((sum, column) => sum + textBytes(column.name) + 4, 0);
  return 1500 + columns + 2 * textBytes(name) + textBytes(found.comment.slice(0, 4000));
}

/** How many of the tables that wait, from the first on, are settled together, and whether no more would fit. */
export function chunkOf(
  queue: readonly Queued[],
  most = madeAtOnce,
): { readonly length: number; readonly full: boolean } {
  let [made, bytes] = [0, 0];
  for (const [index, queued] of queue.entries()) {
    const size = "skip" in queued ? 0 : bytesOf(queued);
    if (made > 0 && bytes + size > changeBytes) return { length: index, full: true };
    made += "skip" in queued ? 0 : 1;
    bytes += size;
    if (made === most || index + 1 === linesAtOnce) return { length: index + 1, full: true };
  }
  return { length: queue.length, full: false };
}

/** What becomes of a chunk: what comes into being, and what is left out and why. */
export interface ChunkPlan {
  readonly made: readonly Candidate[];
  readonly skipped: readonly ReportEntry[];
}

/** A line about something that is left out. */
export const skippedLine = ({ schema, name }: Relation, { reason, detail }: Skip): ReportEntry => ({
  schema,
  table: name,
  made: null,
  reason,
  detail,
});

/** Looks at the guards of a chunk: what is taken is left out, and of two that come to one name the second. */
export async function planChunk(
  store: Pick<DataSourceStore, "guardOwners">,
  connectionId: string,
  chunk: readonly Queued[],
): Promise<ChunkPlan> {
  const candidates = chunk.filter((queued) => "found" in queued);
  const { registered, named } = await takenOf(store, connectionId, candidates);
  const names = new Set<string>();
  const made: Candidate[] = [];
  const skipped: ReportEntry[] = [];
  for (const queued of chunk) {
    if ("skip" in queued) {
      skipped.push(skippedLine(queued.relation, queued.skip));
      continue;
    }
    if (registered.has(queued)) {
      skipped.push(skippedLine(queued.relation, alreadyRegistered));
      continue;
    }
    const name = foldName(queued.name);
    if (named.has(queued) || names.has(name))
      skipped.push(skippedLine(queued.relation, takenName(queued.name)));
    else made.push(queued);
    names.add(name);
  }
  return { made, skipped };
}

/** Of which candidates the relation is a data source already, and of which the name is another's or theirs. */
async function takenOf(
  store: Pick<DataSourceStore, "guardOwners">,
  connectionId: string,
  candidates: readonly Candidate[],
): Promise<{ readonly registered: ReadonlySet<Candidate>; readonly named: ReadonlySet<Candidate> }> {
  if (candidates.length === 0) return { registered: new Set(), named: new Set() };
  const relationOf = ({ relation: { schema, name: table } }: Candidate): Guard =>
    relationGuard(connectionId, { schema, table });
  const names = candidates.map(({ name }) => dataSourceNameGuard(name));
  const owners = await store.guardOwners([...candidates.map(relationOf), ...names]);
  const registered = new Set(candidates.filter((_, index) => owners.has(index)));
  const named = new Set(candidates.filter((_, index) => owners.has(candidates.length + index)));
  // Both are taken in one transaction and not read in one: where only the name was seen, the relation is seen now.
  const doubtful = candidates.filter((candidate) => named.has(candidate) && !registered.has(candidate));
  if (doubtful.length > 0) {
    const found = await store.guardOwners(doubtful.map(relationOf));
    for (const [index, candidate] of doubtful.entries()) if (found.has(index)) registered.add(candidate);
  }
  return { registered, named };
}

const alreadyRegistered: Skip = { reason: "already-registered", detail: "" };
const takenName = (name: string): Skip => ({
  reason: "name-taken",
  detail: `a data source is named ${JSON.stringify(name)} already`,
});
