import { describe, expect, it } from "vitest";
import { nodeLine, reported, type Line } from "#core/dbt/sync/apply/report.ts";
import { begun } from "#core/dbt/sync/run/sync-input.ts";

const about = { jobId: "job_1", writtenAt: "2026-08-01T10:00:00.000Z" };
const state = begun("apply", { runId: "1", dryRun: false });
const bytesOf = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value)).length;

const partsOf = (lines: readonly Line[]) => {
  const { state: after, writes } = reported(state, lines, about);
  return { after, parts: writes.flatMap((write) => (write.write === "report" ? [write.part] : [])) };
};

describe("the parts of a sync's report", () => {
  it("fit into an item each, however long the names are, and lose no line and no order", () => {
    const lines = Array.from({ length: 300 }, (_, index) =>
      nodeLine("warning", { detail: `${index} ${"数".repeat(1500)}` }),
    );
    const { parts, after } = partsOf(lines);
    for (const part of parts) expect(bytesOf(part.entries)).toBeLessThan(390_000);
    expect(parts.flatMap(({ entries }) => entries)).toEqual(lines.map(({ entry }) => entry));
    expect(parts.map(({ number }) => number)).toEqual(parts.map((_, index) => index));
    expect(after.parts.warning).toBe(parts.length);
    expect(after.result.warnings).toBe(300);
  });

  it("are few where the lines are short", () => {
    expect(partsOf(Array.from({ length: 400 }, () => nodeLine("skipped", {}))).parts).toHaveLength(2);
  });
});
