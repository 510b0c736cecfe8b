import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ulids } from "#adapters/system/system-clock.ts";
import { exportAudit } from "#core/audit/export/export-audit.ts";
import { latestCommitMs, settledAfterMs } from "#core/audit/settled.ts";
import { auditExports } from "#functions/operations/export-audit.ts";
import { aMadeRecord, anExportsDirectory, exportDeps } from "#test/support/audit-exports.ts";
import { FixedClock } from "#test/support/fixed-clock.ts";
import { KeptLog } from "#test/support/kept-log.ts";
import { aStore } from "#test/support/store.ts";

const hourMs = 3_600_000;

/** A store with nothing in it, at a time, and what exports its audit. */
async function anAudit(start: string) {
  const { store, clock } = await aStore({ clock: new FixedClock(start) });
  const directory = anExportsDirectory();
  const deps = exportDeps({ store, clock, ids: ulids(clock) }, directory);
  const made = () => aMadeRecord(deps.ids, clock.now());
  const recorded = async (count: number) => {
    const records = Array.from({ length: count }, () => {
      clock.advance(1);
      return made();
    });
    await store.commit(records.map((record) => ({ write: "audit", record })));
    return records;
  };
  const linesOf = (object: string) => readFileSync(join(directory, object), "utf8").trimEnd().split("\n");
  const listed = async () => (await store.auditExports(null, 100)).toReversed();
  return { store, clock, directory, deps, made, recorded, linesOf, listed };
}

describe("the export of the audit", () => {
  it("waits until an hour is settled: what commits at the last moment is in it, and what comes later is refused", async () => {
    const { store, clock, deps, made, recorded, listed } = await anAudit("2026-01-02T11:59:59.998Z");
    await recorded(1);
    const [late, tooLate] = [made(), made()];
    clock.advance(latestCommitMs);
    expect(await exportAudit(deps)).toMatchObject({ objects: 0, ended: "exported-all" });
    await store.commit([{ write: "audit", record: late }]);
    clock.advance(1);
    await expect(store.commit([{ write: "audit", record: tooLate }])).rejects.toMatchObject({
      code: "unavailable",
    });
    clock.advance(settledAfterMs - latestCommitMs);
    expect(await exportAudit(deps)).toMatchObject({ objects: 1, records: 2, ended: "exported-all" });
    expect((await listed()).at(-1)).toMatchObject({ to: "2026-01-02T12:00:00.000Z", count: 2 });
  });

  it("ends with the hour of its first record, and seals a day without any as such", async () => {
    const { clock, deps, recorded, listed } = await anAudit("2026-01-02T10:30:00.000Z");
    await recorded(2);
    clock.advance(3 * hourMs);
    await recorded(1);
    clock.advance(48 * hourMs);
    await exportAudit(deps);
    expect((await listed()).map(({ from, to, count }) => [from, to, count])).toEqual([
      ["2026-01-02T00:00:00.000Z", "2026-01-02T11:00:00.000Z", 2],
      ["2026-01-02T11:00:00.000Z", "2026-01-02T14:00:00.000Z", 1],
      ["2026-01-02T14:00:00.000Z", "2026-01-03T00:00:00.000Z", 0],
      ["2026-01-03T00:00:00.000Z", "2026-01-04T00:00:00.000Z", 0],
    ]);
    expect(await exportAudit(deps)).toMatchObject({ objects: 0, exportedTo: "2026-01-04T00:00:00.000Z" });
  });

  it("cuts what is large, never within a millisecond, and seals each part onto the one before", async () => {
    const { clock, deps, recorded, listed, linesOf, made, store } = await anAudit("2026-01-02T10:30:00.000Z");
    const records = await recorded(5);
    const together = [made(), made(), made()];
    await store.commit(together.map((record) => ({ write: "audit", record })));
    clock.advance(hourMs);
    await exportAudit({ ...deps, bounds: { records: 2, bytes: 8_000_000 } });
    const exports = await listed();
    expect(exports.map(({ count }) => count)).toEqual([2, 2, 4]);
    expect(exports.map(({ previous }) => previous)).toEqual([
      null,
      ...exports.slice(0, 2).map((e) => e.sha256),
    ]);
    const ids = exports.flatMap(({ object }) =>
      linesOf(object)
        .slice(0, -1)
        .map((line) => (JSON.parse(line) as { id: string }).id),
    );
    expect(ids).toEqual([...records, ...together].map(({ id }) => id));
  });

  it("is cut by bytes too", async () => {
    const { clock, deps, recorded, listed } = await anAudit("2026-01-02T10:30:00.000Z");
    await recorded(4);
    clock.advance(hourMs);
    await exportAudit({ ...deps, bounds: { records: 1000, bytes: 700 } });
    expect((await listed()).map(({ count }) => count)).toEqual([2, 2]);
  });

  it("begins before the first record, also where that is of another month", async () => {
    const { clock, deps, recorded, listed } = await anAudit("2026-01-02T10:30:00.000Z");
    await recorded(1);
    clock.advance(3 * 24 * hourMs);
    await recorded(1);
    clock.advance(30 * 24 * hourMs);
    await exportAudit(deps);
    const exports = await listed();
    expect(exports[0]).toMatchObject({ from: "2026-01-02T00:00:00.000Z", count: 1 });
    expect(exports.reduce((sum, { count }) => sum + count, 0)).toBe(2);
  });

  it("writes the records as they are shown, with all that AUDIT may know", async () => {
    const { clock, deps, recorded, listed, linesOf } = await anAudit("2026-01-02T10:30:00.000Z");
    const [record] = await recorded(1);
    clock.advance(hourMs);
    await exportAudit(deps);
    const [line, seal] = linesOf((await listed())[0]?.object ?? "");
    expect(JSON.parse(line ?? "")).toEqual(record);
    expect(seal).toMatch(/^\{"seal":\{"v":1,"number":1,/);
  });

  it("of two runs at once one is overtaken, and nothing stands beside the chain", async () => {
    const { clock, deps, recorded, listed, directory } = await anAudit("2026-01-02T10:30:00.000Z");
    await recorded(3);
    clock.advance(hourMs);
    const reports = await Promise.all([exportAudit(deps), exportAudit(deps), exportAudit(deps)]);
    expect(reports.map(({ objects }) => objects).toSorted()).toEqual([0, 0, 1]);
    expect(await listed()).toHaveLength(1);
    expect(globSync("**/*", { cwd: join(directory, "audit/2026/01/02") })).toHaveLength(1);
  });
});

describe("the schedule that exports the audit", () => {
  it("tells what it did, and fails where its objects cannot be kept", async () => {
    const { clock, deps, recorded, listed } = await anAudit("2026-01-02T10:30:00.000Z");
    const log = new KeptLog();
    await recorded(1);
    clock.advance(hourMs);
    const broken = { put: () => Promise.reject(new Error("no bucket")) };
    await expect(auditExports({ ...deps, log, objects: broken })()).rejects.toThrow("no bucket");
    expect(await listed()).toEqual([]);
    await auditExports({ ...deps, log })();
    expect(JSON.stringify(log)).toContain("exported the audit");
    expect(await listed()).toHaveLength(1);
  });

  it("leaves off when its time is up, and fails where it stayed behind", async () => {
    const { clock, deps, recorded, listed } = await anAudit("2026-01-02T10:30:00.000Z");
    await recorded(3);
    clock.advance(24 * hourMs);
    const slow: typeof deps.objects = {
      put: async (...given) => {
        clock.advance(11 * 60_000);
        await deps.objects.put(...given);
      },
    };
    const run = auditExports({ ...deps, log: new KeptLog(), objects: slow });
    await expect(run()).rejects.toThrow("exported only up to 2026-01-02T11:00:00.000Z");
    expect(await listed()).toHaveLength(1);
    await auditExports({ ...deps, log: new KeptLog() })();
    expect((await listed()).length).toBeGreaterThan(1);
  });
});
