import { readdir, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aChange, documentsOf } from "#test/support/catalog-model.ts";
import { aSegmentedCatalog, listed, wanted, type SegmentedCatalog } from "#test/support/segmented-catalog.ts";

const minute = 60_000;

/** Some data sources, each made by a delta of its own. */
function fill(catalog: SegmentedCatalog, from: number, count: number): void {
  for (let n = from; n < from + count; n += 1) {
    const change = fc.sample(aChange, { numRuns: 1, seed: n })[0];
    if (change !== undefined) {
      const whole = { ...change, of: n, parts: ["header", "health", "owners", "columns"] as const };
      catalog.add([documentsOf({ ...whole, parts: [...whole.parts] }, n + 1)]);
    }
  }
}

/** Compactions until the deltas behind are gone. */
async function settle(catalog: SegmentedCatalog): Promise<void> {
  for (let n = 0; n < 3; n += 1) {
    catalog.clock.advance(10 * minute);
    fill(catalog, 40 + n, 1);
    catalog.clock.advance(2 * minute);
    await catalog.compaction().compact();
  }
}

describe("a compaction", () => {
  it("leaves a cold replica little to read, and all of the catalog", async () => {
    const catalog = await aSegmentedCatalog();
    fill(catalog, 0, 8);
    catalog.clock.advance(2 * minute);
    expect(await catalog.compaction().compact()).toMatchObject({ outcome: "written", rebuilt: false });
    expect(await listed(catalog.replica())).toEqual(wanted(catalog));
    await settle(catalog);
    expect(catalog.deltas()).toBeLessThan(5);
    expect(await listed(catalog.replica())).toEqual(wanted(catalog));
  });

  it("that finds nothing new writes nothing", async () => {
    const catalog = await aSegmentedCatalog();
    expect(await catalog.compaction().compact()).toMatchObject({ outcome: "unchanged" });
    fill(catalog, 0, 2);
    catalog.clock.advance(2 * minute);
    await catalog.compaction().compact();
    expect(await catalog.compaction().compact()).toMatchObject({ outcome: "unchanged" });
    expect(await readdir(catalog.directory)).toHaveLength(1);
  });

  it("that is overtaken by another one leaves the other's", async () => {
    const catalog = await aSegmentedCatalog();
    fill(catalog, 0, 4);
    catalog.clock.advance(2 * minute);
    const reports = await Promise.all([catalog.compaction().compact(), catalog.compaction().compact()]);
    expect(reports.map(({ outcome }) => outcome).toSorted()).toEqual(["overtaken", "written"]);
    expect(await readdir(catalog.directory)).toEqual([`${catalog.pointer()?.current.id}.segment`]);
    expect(await listed(catalog.replica())).toEqual(wanted(catalog));
  });

  it("removes a segment that is behind a day after, and what a crash left", async () => {
    const catalog = await aSegmentedCatalog();
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
    const catalog = await aSegmentedCatalog();
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
    const catalog = await aSegmentedCatalog();
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
    const catalog = await aSegmentedCatalog();
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

  it("is given the index that a rebuild made anew while the one before was compacted", async () => {
    const catalog = await aSegmentedCatalog();
    fill(catalog, 0, 4);
    await settle(catalog);
    catalog.changes.splice(0, 1);
    expect(await listed(catalog.replica())).toContain("ds_0");
    const warm = catalog.replica();
    await listed(warm);
    catalog.whileRead(async () => {
      fill(catalog, 50, 1);
      catalog.clock.advance(2 * minute);
      expect(await catalog.compaction().compact()).toMatchObject({ outcome: "written" });
    });
    expect(await catalog.compaction().rebuild()).toMatchObject({ outcome: "written" });
    await settle(catalog);
    for (const replica of [warm, catalog.replica()]) {
      expect(await listed(replica)).toEqual(wanted(catalog));
      expect(await listed(replica)).not.toContain("ds_0");
    }
  });

  it("is given all of it where the first compaction of a catalog came while its first rebuild read", async () => {
    const catalog = await aSegmentedCatalog();
    catalog.whileRead(async () => {
      fill(catalog, 0, 2);
      catalog.clock.advance(2 * minute);
      expect(await catalog.compaction().compact()).toMatchObject({ outcome: "written" });
    });
    expect(await catalog.compaction().rebuild()).toMatchObject({ outcome: "written" });
    catalog.clock.advance(10 * minute);
    expect(await catalog.compaction().compact()).toMatchObject({ droppedDeltas: 0 });
    expect(await listed(catalog.replica())).toEqual(wanted(catalog));
  });

  it("is not given one that lacks what is forgotten: such a rebuild fails, and is to be tried again", async () => {
    const catalog = await aSegmentedCatalog();
    fill(catalog, 0, 4);
    catalog.whileRead(() => settle(catalog));
    await expect(catalog.compaction().rebuild()).rejects.toMatchObject({ code: "contention" });
    expect(await listed(catalog.replica())).toEqual(wanted(catalog));
    catalog.whileRead(() => Promise.resolve());
    expect(await catalog.compaction().rebuild()).toMatchObject({ outcome: "written" });
    expect(await listed(catalog.replica())).toEqual(wanted(catalog));
  });

  it("forgets what it knew once the index was made anew", async () => {
    const catalog = await aSegmentedCatalog();
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
