import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { CatalogCompaction } from "#adapters/replica/catalog-compaction.ts";
import { CatalogReplica } from "#adapters/replica/catalog-replica.ts";
import { fileSegments } from "#adapters/segments/file-segments.ts";
import { ulids } from "#adapters/system/system-clock.ts";
import type { CatalogChange, CatalogDelta } from "#core/ports/catalog-index.ts";
import type { SegmentPointer, SegmentPointers } from "#core/ports/catalog-segments.ts";
import { catalogOf, expected, people, recordsOf, statedIn } from "./catalog-model.ts";
import { aQuery, everyPage, theFilters } from "./catalog-queries.ts";
import { FixedClock } from "./fixed-clock.ts";
import { KeptLog } from "./kept-log.ts";

/** Stops work at a step that is named, once. */
export class Crash extends Error {}

/** A catalog's deltas, pointer and segments, without a table; `dieAt` breaks one step. */
export async function aSegmentedCatalog() {
  const directory = await mkdtemp(join(tmpdir(), "reeve-segments-test-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const [clock, log, files] = [new FixedClock(), new KeptLog(), fileSegments(directory)];
  const changes: CatalogChange[] = [];
  let deltas: CatalogDelta[] = [];
  let pointer: SegmentPointer | null = null;
  let dieAt: string | null = null;
  const step = <T>(name: string, work: () => Promise<T>): Promise<T> => {
    if (dieAt !== name) return work();
    dieAt = null;
    return Promise.reject(new Crash(name));
  };
  const pointers: SegmentPointers = {
    segmentPointer: () => step("read pointer", () => Promise.resolve(pointer)),
    moveSegmentPointer: (next) =>
      step("move pointer", () => {
        const moves = next.version === (pointer?.version ?? 0) + 1;
        if (moves) pointer = next;
        return Promise.resolve(moves);
      }),
    dropDeltas: (floor) =>
      step("drop deltas", () => {
        const before = deltas.length;
        deltas = deltas.filter(({ id }) => id >= floor);
        return Promise.resolve(before - deltas.length);
      }),
  };
  const segments = {
    ...files,
    put: (id: string, file: string) => step("put segment", () => files.put(id, file)),
    remove: (id: string) => step("remove segment", () => files.remove(id)),
  };
  const log_ = {
    since: (after: string | null) => Promise.resolve(deltas.filter(({ id }) => after === null || id > after)),
  };
  let made = 0;
  let meanwhile = (): Promise<void> => Promise.resolve();
  const records = async function* () {
    yield await Promise.resolve(recordsOf(changes));
    await meanwhile();
  };
  return {
    clock,
    log,
    directory,
    files,
    pointers,
    changes,
    add(given: readonly CatalogChange[]) {
      made += 1;
      changes.push(...given);
      deltas.push({
        id: `dlt_${String(made).padStart(6, "0")}`,
        at: clock.now().toISOString(),
        changes: given,
      });
    },
    compaction: () =>
      new CatalogCompaction({ segments, log, pointers, deltas: log_, records, clock, ids: ulids(clock) }),
    replica: () => new CatalogReplica({ deltas: log_, clock, stored: { segments, log, pointers } }),
    breakAt: (name: string | null) => (dieAt = name),
    /** What happens while a rebuild reads the table, behind what it has read. */
    whileRead: (work: () => Promise<void>) => (meanwhile = work),
    pointer: () => pointer,
    deltas: () => deltas.length,
  };
}
/** Such a catalog. */
export type SegmentedCatalog = Awaited<ReturnType<typeof aSegmentedCatalog>>;

/** The ids that a replica lists, page after page. */
export const listed = (replica: CatalogReplica) => everyPage(replica, aQuery({ limit: 3 }));
/** The ids that a plain look at all changes lists. */
export const wanted = ({ changes }: SegmentedCatalog) => expected(catalogOf(changes), theFilters(), aQuery());

/** A look at everything by somebody of whom anything may be stated. */
const visibility = { ...theFilters().visibility, principals: people };

type Roles = readonly (readonly [id: string, roles: readonly string[]])[];

/** What a replica says that the caller is to each data source: by its lists, and by what each shows of them. */
export async function rolesListed(replica: CatalogReplica): Promise<Roles> {
  const { entries } = await replica.page(aQuery({ visibility }));
  const bySight = new Map<string, readonly string[]>();
  for (const role of ["owner", "expert", "subscriber", "ingest", "removed"] as const) {
    const sight = (_: unknown, roles: readonly string[]) => (roles.includes(role) ? ("read" as const) : null);
    for (const id of await everyPage(replica, aQuery({ visibility: { ...visibility, sight } })))
      bySight.set(id, [...(bySight.get(id) ?? []), role].toSorted());
  }
  return entries.map(({ header: { id }, memberships }) => {
    const shown = [...new Set(memberships.map(({ role }) => role))].toSorted();
    expect(bySight.get(id) ?? []).toEqual(shown);
    return [id, shown] as const;
  });
}

/** What a plain look at all changes says of that. */
export const rolesWanted = ({ changes }: Pick<SegmentedCatalog, "changes">): Roles => {
  const catalog = catalogOf(changes);
  return expected(catalog, theFilters(), aQuery()).map((id) => {
    const source = catalog.find(({ header }) => header.id === id);
    return [id, [...new Set(source === undefined ? [] : statedIn(visibility, source))].toSorted()] as const;
  });
};
