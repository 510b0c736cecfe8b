import { describe, expect, it } from "vitest";
import { repairOf } from "#core/jobs/sweep-jobs.ts";
import { aJob } from "#test/support/records.ts";

const now = Date.parse("2026-01-01T12:00:00Z");
const ago = (seconds: number): string => new Date(now - seconds * 1000).toISOString();
const running = (seconds: number, attempts = 1, cancelRequested = false) =>
  aJob({ state: "running", admittedAt: ago(600), lease: { until: ago(seconds) }, attempts, cancelRequested });

describe("the sweep", () => {
  it("leaves alone what waits in line, for approval, or is in good hands", () => {
    expect(repairOf(aJob(), now, false)).toBe("none");
    expect(repairOf(aJob({ state: "awaiting-approval", admittedAt: ago(999) }), now, false)).toBe("none");
    expect(repairOf(running(-60), now, false)).toBe("none");
  });

  it("sends word again of an admitted job that nobody answered for two minutes", () => {
    expect(repairOf(aJob({ admittedAt: ago(60) }), now, false)).toBe("none");
    expect(repairOf(aJob({ admittedAt: ago(121) }), now, false)).toBe("resend");
  });

  it("sends word again of a job whose worker fell silent", () => {
    expect(repairOf(running(30), now, false)).toBe("none");
    expect(repairOf(running(61), now, false)).toBe("resend");
  });

  it("fails a job whose attempts are used up, and cancels one that was asked to stop", () => {
    expect(repairOf(running(61, 3), now, false)).toBe("fail");
    expect(repairOf(running(61, 1, true), now, false)).toBe("cancel");
  });

  it("waits for nobody when every worker from before is known to be dead", () => {
    expect(repairOf(running(-100), now, true)).toBe("resend");
    expect(repairOf(aJob({ admittedAt: ago(1) }), now, true)).toBe("resend");
  });
});
