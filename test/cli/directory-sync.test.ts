import { expect, it } from "vitest";
import type { Answer } from "#test/support/scripted-server.ts";
import { runReeve } from "./run-reeve.ts";
import { scriptedReeve } from "./scripted-reeve.ts";

const [jobId, providerId] = ["job_01M86AEWME6VEYW1DWNC6KR5YT", "idp_01M86AEWME6VEYW1DWNC6KR5YT"];
const { answer, env, received } = scriptedReeve();
const sync = (...more: readonly string[]) =>
  runReeve(["identity-provider", "sync", providerId, ...more], { env: env() });

const job = (state: string, more: object = {}, status = 200): Answer => ({
  status,
  body: {
    id: jobId,
    type: "identity-sync",
    state,
    progress: { done: 0, total: 0 },
    subject: { type: "identity-provider", id: providerId, name: "Directory" },
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
const result = { created: 3, changed: 2, removed: 1, unchanged: 0 };

it("follows the job, and says what the directory changed", async () => {
  answer(job("queued", {}, 202), job("succeeded", { result }));
  const ended = await sync("-o", "tsv");
  expect(ended).toMatchObject({ code: 0, stdout: "" });
  expect(ended.stderr).toContain("3 created, 2 changed, 1 removed, 0 unchanged");
  const sent = received().find(({ url }) => url.endsWith("/sync"));
  expect([sent?.method, sent?.url]).toEqual(["POST", `/identity-providers/${providerId}/sync`]);
});

it("ends where removals wait for a person, and says how to let them go", async () => {
  answer(job("queued", {}, 202), job("awaiting-approval", { result }));
  const ended = await sync();
  expect(ended.code).toBe(1);
  expect(JSON.parse(ended.stdout)).toMatchObject({ state: "awaiting-approval", result });
  expect(ended.stderr).toContain(`reeve job approve ${jobId}`);
});

it("prints the job at once where nobody waits", async () => {
  answer(job("queued", {}, 202));
  const ended = await sync("--no-wait");
  expect(JSON.parse(ended.stdout)).toMatchObject({ id: jobId, state: "queued" });
});
