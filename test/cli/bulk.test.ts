import { describe, expect, it } from "vitest";
import type { Answer } from "#test/support/scripted-server.ts";
import { runReeve } from "./run-reeve.ts";
import { scriptedReeve } from "./scripted-reeve.ts";

const jobId = "job_01M86AEWME6VEYW1DWNC6KR5YT";
const connectionId = "con_01M86AEWME6VEYW1DWNC6KR5YT";
const { answer, env, received } = scriptedReeve();

const reeve = (...args: readonly string[]) => runReeve(args, { env: env() });
const bulk = (...more: readonly string[]) =>
  reeve("data-source", "bulk", "--connection", connectionId, "--schema", "sales*", ...more);

const job = (state: string, done: number, more: object = {}, status = 200): Answer => ({
  status,
  body: {
    id: jobId,
    type: "bulk-registration",
    state,
    progress: { done, total: 9 },
    subject: { type: "connection", id: connectionId, name: "shop" },
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
const result = { created: 6, skipped: { "name-taken": 1, "permission-denied": 2 } };

describe("reeve data-source bulk", () => {
  it("asks for what its options say, shows how far it is, and sums up what came of it", async () => {
    answer(job("queued", 0, {}, 202), job("running", 4), job("succeeded", 9, { result }));
    const ended = await bulk(
      "--include",
      "o*",
      "--exclude",
      "*_old",
      "--exclude",
      "tmp",
      "--name-template",
      "<tablename>",
      "--tag",
      "Sales",
      "-o",
      "tsv",
    );
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stdout).toBe(
      "outcome\ttables\ncreated\t6\nskipped: permission-denied\t2\nskipped: name-taken\t1\n",
    );
    expect(ended.stderr).toBe(`running 4/9 bulk-registration of shop\nJob ${jobId} succeeded.\n`);
    const sent = received().find(({ url }) => url.startsWith("/data-sources/bulk"));
    expect(JSON.parse(sent?.body ?? "")).toEqual({
      connectionId,
      schemas: ["sales*"],
      include: ["o*"],
      exclude: ["*_old", "tmp"],
      nameTemplate: "<tablename>",
      tags: ["Sales"],
    });
  });

  it("prints the job as JSON, and ends with 1 where it did not succeed", async () => {
    const given = { result: { created: 3, skipped: {} } };
    answer(job("queued", 0, {}, 202), job("cancelled", 3, given));
    const ended = await bulk();
    expect(ended.code).toBe(1);
    expect(JSON.parse(ended.stdout)).toMatchObject({ id: jobId, state: "cancelled", ...given });
    expect(ended.stderr).toContain(`reeve: Job ${jobId} cancelled.`);
  });

  it("prints the job at once where it shall not wait", async () => {
    answer(job("queued", 0, {}, 202));
    const ended = await bulk("--no-wait");
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(ended.stdout)).toMatchObject({ id: jobId, state: "queued" });
  });
});

describe("reeve job report", () => {
  it("lists what a job made and left out", async () => {
    const line = { kind: "skipped", schema: "sales", table: "t", name: null, dataSourceId: null, detail: "" };
    answer({ body: { items: [{ ...line, reason: "name-taken" }], nextCursor: null } });
    const ended = await reeve("job", "report", jobId, "--kind", "skipped", "-o", "tsv");
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.stdout.split("\n")[1]).toBe("skipped\tsales\tt\t\tname-taken\t\t");
    expect(received().at(-1)?.url).toContain(`/jobs/${jobId}/report?kind=skipped&`);
    answer({ body: { items: [], nextCursor: null } });
    await reeve("job", "report", jobId, "--kind", "skipped", "--kind", "created");
    expect(received().at(-1)?.url).toContain(`/jobs/${jobId}/report?kind=skipped&kind=created&`);
  });
});
