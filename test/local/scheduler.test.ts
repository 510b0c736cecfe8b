import { describe, expect, it } from "vitest";
import { startSchedule } from "#local/scheduler/scheduler.ts";
import { HandTimers } from "#test/support/hand-timers.ts";
import { KeptLog } from "#test/support/kept-log.ts";

const everyMs = 60_000;

describe("a schedule", () => {
  it("runs its task at each interval, and not before the first has passed", async () => {
    const timers = new HandTimers();
    let runs = 0;
    startSchedule({ name: "sweep", everyMs, task: async () => void (runs += 1) }, timers, new KeptLog());
    await timers.advance(everyMs - 1);
    expect(runs).toBe(0);
    await timers.advance(1);
    expect(runs).toBe(1);
    await timers.advance(3 * everyMs);
    expect(runs).toBe(4);
  });

  it("leaves a turn out while its task still runs", async () => {
    const timers = new HandTimers();
    const gates: (() => void)[] = [];
    const task = (): Promise<void> => new Promise((resolve) => gates.push(resolve));
    startSchedule({ name: "sweep", everyMs, task }, timers, new KeptLog());
    await timers.advance(5 * everyMs);
    expect(gates).toHaveLength(1);
    gates[0]?.();
    await timers.advance(everyMs);
    expect(gates).toHaveLength(2);
  });

  it.each([
    ["rejects", () => Promise.reject(new Error("no table"))],
    [
      "throws",
      (): Promise<void> => {
        throw new Error("no table");
      },
    ],
  ])("logs a task that %s, and runs it again", async (_, fail) => {
    const timers = new HandTimers();
    const log = new KeptLog();
    startSchedule({ name: "sweep", everyMs, task: fail }, timers, log);
    await timers.advance(2 * everyMs);
    expect(log.lines.map(({ level, fields }) => [level, fields?.["schedule"]])).toEqual([
      ["error", "sweep"],
      ["error", "sweep"],
    ]);
  });

  it("ends when told, once the run under way has ended", async () => {
    const timers = new HandTimers();
    const gates: (() => void)[] = [];
    const task = (): Promise<void> => new Promise((resolve) => gates.push(resolve));
    const stop = startSchedule({ name: "sweep", everyMs, task }, timers, new KeptLog());
    await timers.advance(everyMs);
    let stopped = false;
    const stopping = stop().finally(() => {
      stopped = true;
    });
    await timers.advance(everyMs);
    expect(stopped).toBe(false);
    gates[0]?.();
    await stopping;
    await timers.advance(5 * everyMs);
    expect(gates).toHaveLength(1);
  });
});
