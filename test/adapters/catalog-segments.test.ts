import { mkdtemp, readdir, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { CatalogCompaction } from "#adapters/replica/catalog-compaction.ts";
import { CatalogReplica } from "#adapters/replica/catalog-replica.ts";
import { fileSegments } from "#adapters/segments/file-segments.ts";
import { ulids } from "#adapters/system/system-clock.ts";
import type { CatalogChange, CatalogDelta } from "#core/ports/catalog-index.ts";
import type { SegmentPointer, SegmentPointers } from "#core/ports/catalog-segments.ts";
import { aChange, catalogOf, documentsOf, expected, recordsOf } from "#test/support/catalog-model.ts";
import { aQuery, everyPage, theFilters } from "#test/support/catalog-queries.ts";
import { FixedClock } from "#test/support/fixed-clock.ts";
import { KeptLog } from "#test/support/kept-log.ts";

const root = await mkdtemp(join(tmpdir(), "reeve-segments-test-"));
afterAll(() => rm(root, { recursive: true, force: true }));
const minute = 60_000;

/** Stops work at a step that is named, once. */
class Crash extends Error {}

/** A catalog's deltas, pointer and segments, without a table; `dieAt` breaks one step. */
async function aCatalog() {
  const directory = await mkdtemp(join(root, "case-"));
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
  const records = async function* () {
    yield await Promise.resolve(recordsOf(changes));
  };
  return {
    clock,
    log,
    directory,
    files,
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
    pointer: () => pointer,
    deltas: () => deltas.length,
  };
}
type Catalog = Awaited<ReturnType<typeof aCatalog>>;

const listed = (replica: CatalogReplica) => everyPage(replica, aQuery({ limit: 3 }));
const wanted = ({ changes }: Catalog) => expected(catalogOf(changes), theFilters(), aQuery());

/** Some data sources, each made by a delta of its own. */
function fill(catalog: Catalog, from: number, count: number): void {
  for (let n = from; n < from + count; n += 1) {
    const change = fc.sample(aChange, { numRuns: 1, seed: n })[0];
    if (change !== undefined) {
      const whole = { ...change, of: n, parts: ["header", "health", "owners", "columns"] as const };
      catalog.add([documentsOf({ ...whole, parts: [...whole.parts] }, n + 1)]);
    }
  }
}

/** Compactions until the deltas behind are gone. */
async function settle(catalog: Catalog): Promise<void> {
  for (let n = 0; n < 3; n += 1) {
    catalog.clock.advance(10 * minute);
    fill(catalog, 40 + n, 1);
    catalog.clock.advance(2 * minute);
    await catalog.compaction().compact();
  }
}

describe("a compaction", () => {
  it("leaves a cold replica little to read, and all of the catalog", async () => {
    const catalog = await aCatalog();
    fill(catalog, 0, 8);
    catalog.clock.advance(2 * minute);
    expect(await catalog.compaction().compact()).toMatchObject({ outcome: "written", rebuilt: false });
    expect(await listed(catalog.replica())).toEqual(wanted(catalog));
    await settle(catalog);
    expect(catalog.deltas()).toBeLessThan(5);
    expect(await listed(catalog.replica())).toEqual(wanted(catalog));
  });

  it("that finds nothing new writes nothing", async () => {
    const catalog = await aCatalog();
    expect(await catalog.compaction().compact()).toMatchObject({ outcome: "unchanged" });
    fill(catalog, 0, 2);
    catalog.clock.advance(2 * minute);
    await catalog.compaction().compact();
    expect(await catalog.compaction().compact()).toMatchObject({ outcome: "unchanged" });
    expect(await readdir(catalog.directory)).toHaveLength(1);
  });

  it("that is overtaken by another one leaves the other's", async () => {
    const catalog = await aCatalog();
    fill(catalog, 0, 4);
    catalog.clock.advance(2 * minute);
    const reports = await Promise.all([catalog.compaction().compact(), catalog.compaction().compact()]);
    expect(reports.map(({ outcome }) => outcome).toSorted()).toEqual(["overtaken", "written"]);
    expect(await readdir(catalog.directory)).toEqual([`${catalog.pointer()?.current.id}.segment`]);
    expect(await listed(catalog.replica())).toEqual(wanted(catalog));
  });

  it("removes a segment that is behind a day after, and what a crash left", async () => {
    const catalog = await aCatalog();
    const left = join(catalog.directory, "seg_left.segment.unfinished");
    await writeFile(left, "half");
    fill(catalog, 0, 2);
    await settle(catalog);
    expect(await readdir(catalog.directory)).toHaveLength(4);
    const long = new Date(catalog.clock.now().getTime() - 25 * 60 * minute);
    for (const name of await readdir(catalog.directory))
      await utimes(join(catalog.directory, name), long, long);
    expect(await catalog.compaction().compact()).toMatchObject({ removedSegments: 2 });
    expect(await listed(catalog.replica())).toEqual(wanted(catalog));
  });

  it("keeps the deltas that a replica may be about to read", async () => {
    const catalog = await aCatalog();
    const warm = catalog.replica();
    fill(catalog, 0, 5);
    await listed(warm);
    for (let n = 0; n < 3; n += 1) {
      fill(catalog, 10 + n, 1);
      catalog.clock.advance(1.5 * minute);
      expect(await catalog.compaction().compact()).toMatchObject({ droppedDeltas: 0 });
    }
    expect(await listed(warm)).toEqual(wanted(catalog));
  });
});

describe("a replica", () => {
  it("that slept while the deltas which it lacks were removed begins anew", async () => {
    const catalog = await aCatalog();
    fill(catalog, 0, 5);
    const warm = catalog.replica();
    expect(await listed(warm)).toEqual(wanted(catalog));
    await settle(catalog);
    expect(await listed(warm)).toEqual(wanted(catalog));
  });

  it.each([
    ["missing", (file: string) => rm(file)],
    ["cut", (file: string) => truncate(file, 100)],
    ["another", (file: string) => writeFile(file, "nonsense")],
  ])("reads the segment before where one is %s", async (_, damage) => {
    const catalog = await aCatalog();
    fill(catalog, 0, 8);
    await settle(catalog);
    const { current, previous } = catalog.pointer() ?? {};
    await damage(join(catalog.directory, `${current?.id}.segment`));
    expect(await listed(catalog.replica())).toEqual(wanted(catalog));
    await damage(join(catalog.directory, `${previous?.id}.segment`));
    await expect(listed(catalog.replica())).rejects.toMatchObject({ code: "unavailable" });
    expect(await catalog.compaction().compact()).toMatchObject({ outcome: "written", rebuilt: true });
    expect(await listed(catalog.replica())).toEqual(wanted(catalog));
  });

  it("forgets what it knew once the index was made anew", async () => {
    const catalog = await aCatalog();
    fill(catalog, 0, 4);
    const warm = catalog.replica();
    await listed(warm);
    catalog.changes.splice(0, 1);
    await catalog.compaction().rebuild();
    expect(await listed(catalog.replica())).toContain("ds_0");
    catalog.clock.advance(10 * minute);
    await catalog.compaction().rebuild();
    expect(await listed(warm)).toEqual(wanted(catalog));
    expect(await listed(warm)).not.toContain("ds_0");
  });
});

const steps = ["read pointer", "put segment", "move pointer", "drop deltas", "remove segment"] as const;

/** Whatever may happen to a catalog's index. */
const event = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      is: fc.constant("changes" as const),
      of: fc.array(aChange, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      is: fc.constant("compaction" as const),
      dies: fc.option(fc.constantFrom(...steps)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ is: fc.constant("rebuild" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ is: fc.constant("time" as const), minutes: fc.constantFrom(1, 7, 60, 1500) }),
  },
  { weight: 2, arbitrary: fc.record({ is: fc.constant("look" as const) }) },
);
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

async function happen(catalog: Catalog, one: Event): Promise<void> {
  switch (one.is) {
    case "changes": {
      const version = catalog.changes.length;
      catalog.add(one.of.map((change, index) => documentsOf(change, version + index + 1)));
      return;
    }
    case "time":
      catalog.clock.advance(one.minutes * minute);
      return;
    case "rebuild":
      await catalog.compaction().rebuild();
      return;
    case "compaction":
      catalog.breakAt(one.dies);
      await catalog
        .compaction()
        .compact()
        .catch((error: unknown) => {
          if (!(error instanceof Crash)) throw error;
        });
      catalog.breakAt(null);
      return;
    case "look":
  }
}

it("lists everything after any history of changes, compactions and crashes, warm or cold", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 20 }), async (events) => {
      const catalog = await aCatalog();
      const warm = catalog.replica();
      for (const one of events) {
        await happen(catalog, one);
        // Not after every event: what it has not looked at for long is what a replica may lack.
        const seen = one.is === "look" ? await listed(warm) : wanted(catalog);
        expect(seen).toEqual(wanted(catalog));
      }
      expect(await listed(warm)).toEqual(wanted(catalog));
      expect(await listed(catalog.replica())).toEqual(wanted(catalog));
    }),
    { numRuns: 40 },
  );
});
