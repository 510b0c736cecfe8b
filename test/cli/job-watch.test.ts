import { describe, expect, it } from "vitest";
import type { Answer } from "#test/support/scripted-server.ts";
import { runReeve, startReeve } from "./run-reeve.ts";
import { scriptedReeve } from "./scripted-reeve.ts";

const jobId = "job_01M86AEWME6VEYW1DWNC6KR5YT";
const { answer, env, received } = scriptedReeve();

const args = ["job", "watch", jobId, "--interval", "0.01"];

const job = (state: string, done = 0, more: object = {}): Answer => ({
  body: {
    id: jobId,
    type: "health-check",
    state,
    progress: { done, total: 3 },
    subject: { type: "data-source", id: "ds_1", name: "orders" },
    attempts: 1,
    error: null,
    createdBy: "usr_1",
    createdAt: "2026-11-24T08:23:50.158Z",
    startedAt: null,
    finishedAt: null,
    result: null,
    ...more,
  },
});

const problem = (code: string, status: number) => ({
  type: `https://reeve.dev/errors/${code}`,
  title: "It went wrong",
  status,
  detail: "The table is gone.",
  instance: "req-1",
  code,
});

describe("reeve job watch", () => {
  it("follows a job line by line where there is no terminal, prints it at its end, and ends with 0", async () => {
    answer(job("queued"), job("running", 1), job("running", 1), job("running", 2), job("succeeded", 3));
    const ended = await runReeve(args, { env: env() });
    expect(ended.stderr.split("\n")).toEqual([
      "queued 0/3 health-check of orders",
      "running 1/3 health-check of orders",
      "running 2/3 health-check of orders",
      `Job ${jobId} succeeded.`,
      "",
    ]);
    expect(ended.code).toBe(0);
    expect(JSON.parse(ended.stdout)).toMatchObject({ id: jobId, state: "succeeded" });
  });

  it.each([
    ["failed", { error: problem("table-not-found", 422) }, "failed. The table is gone. (table-not-found)"],
    ["cancelled", {}, "cancelled."],
  ])("ends with 1 for a job that %s, and says why", async (state, more, text) => {
    answer(job("running", 1), job(state, 1, more));
    const ended = await runReeve(args, { env: env() });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(`reeve: Job ${jobId} ${text}\n`);
    expect(JSON.parse(ended.stdout)).toMatchObject({ state });
  });

  it("bears a service that fails for a moment, but not for ever", async () => {
    answer(
      { status: 503, body: problem("unavailable", 503) },
      { raw: (response) => response.destroy() },
      job("succeeded", 3),
    );
    expect((await runReeve(args, { env: env() })).code).toBe(0);
    answer({ status: 503, body: problem("unavailable", 503) });
    const before = received().length;
    expect((await runReeve(args, { env: env() })).code).toBe(1);
    expect(received().length - before).toBe(6);
  });

  it("asks once about a job that is not there", async () => {
    answer({ status: 404, body: problem("not-found", 404) });
    const before = received().length;
    expect((await runReeve(args, { env: env() })).code).toBe(1);
    expect(received().length - before).toBe(1);
  });

  it("says once what a job waits for, and can be left by Ctrl-C", async () => {
    answer(job("awaiting-approval", 1));
    const running = startReeve(args, { env: env() });
    await running.says("It waits for a person: reeve job approve");
    running.child.kill("SIGINT");
    const ended = await running.ended;
    expect(ended).toMatchObject({ code: 130, stdout: "" });
    expect(ended.stderr.split("It waits for a person").length).toBe(2);
  });
});
