import { describe, expect, it } from "vitest";
import type { Answer } from "#test/support/scripted-server.ts";
import { runReeve } from "./run-reeve.ts";
import { scriptedReeve } from "./scripted-reeve.ts";

const { answer, env } = scriptedReeve();

const check = (...args: string[]) => runReeve(["admin", "check", ...args], { env: env() });

const job = (state: string, result: object | null = null, status = 200): Answer => ({
  status,
  body: {
    id: "job_01M86AEWME6VEYW1DWNC6KR5YT",
    type: "table-check",
    state,
    progress: { done: 0, total: 1 },
    subject: { type: "catalog", id: "catalog", name: "the catalog" },
    attempts: 1,
    error: null,
    createdBy: "usr_1",
    createdAt: "2026-11-24T08:23:50.158Z",
    startedAt: null,
    finishedAt: null,
    result,
  },
});

const finding = { invariant: "data-source-is-whole", subject: "ds_1", detail: "its health is missing" };
const sound = { items: 1234, kinds: { user: 1 }, broken: 0, findings: [], truncated: false };

describe("reeve admin check", () => {
  it("waits for the report and ends with 0 where every invariant holds", async () => {
    answer(job("queued", null, 202), job("running"), job("succeeded", sound));
    const ended = await check();
    expect(ended.code).toBe(0);
    expect(JSON.parse(ended.stdout)).toEqual(sound);
    expect(ended.stderr).toContain("1234 items were read; every invariant holds.");
  });

  it("prints what does not hold and ends with 1", async () => {
    answer(
      job("queued", null, 202),
      job("succeeded", { ...sound, broken: 1, findings: [finding], truncated: false }),
    );
    const ended = await check("-o", "tsv");
    expect(ended.code).toBe(1);
    expect(ended.stdout).toBe(
      "invariant\tsubject\tdetail\ndata-source-is-whole\tds_1\tits health is missing\n",
    );
    expect(ended.stderr).toContain("1 finding: not all that is stored fits together.");
  });

  it("says so when the check itself failed", async () => {
    answer(job("queued", null, 202), job("failed"));
    const ended = await check();
    expect([ended.code, ended.stdout]).toEqual([1, ""]);
    expect(ended.stderr).toContain("failed");
  });
});
