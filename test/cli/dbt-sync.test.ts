import { expect, it } from "vitest";
import type { Answer } from "#test/support/scripted-server.ts";
import { runReeve } from "./run-reeve.ts";
import { scriptedReeve } from "./scripted-reeve.ts";

const jobId = "job_01M86AEWME6VEYW1DWNC6KR5YT";
const { answer, env, received } = scriptedReeve();
const sync = (...more: readonly string[]) => runReeve(["dbt", "sync", "1/10/100", ...more], { env: env() });

const job = (state: string, more: object = {}, status = 200): Answer => ({
  status,
  body: {
    id: jobId,
    type: "dbt-sync",
    state,
    progress: { done: 0, total: 0 },
    subject: { type: "integration", id: "1/10/100", name: "1/10/100" },
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
const line = { schema: "marts", table: "orders", name: "marts.orders", reason: null, detail: "" };
const report: Answer = {
  body: { items: [{ kind: "deleted", ...line, dataSourceId: "ds_1" }], nextCursor: null },
};
const result = { runId: "7", dryRun: false, created: 0, updated: 2, deleted: 1, restored: 0 };
const table =
  "kind\tschema\ttable\tname\treason\tdetail\tdata source\ndeleted\tmarts\torders\tmarts.orders\t\t\tds_1\n";

it("follows the job, and prints what changed under its sums", async () => {
  answer(job("queued", {}, 202), job("succeeded", { result }), report);
  const ended = await sync("-o", "tsv");
  expect(ended).toMatchObject({ code: 0, stdout: table });
  expect(ended.stderr).toBe(`Run 7: 0 created, 2 updated, 1 deleted, 0 restored.\nJob ${jobId} succeeded.\n`);
  const sent = received().find(({ url }) => url.endsWith("/sync"));
  expect([sent?.method, sent?.url]).toEqual(["POST", "/dbt/1/10/100/sync"]);
});

it("prints the report as JSON where no table is wanted", async () => {
  answer(job("queued", {}, 202), job("succeeded", { result: { ...result, creates: [], deletes: [] } }));
  const ended = await sync("--dry-run");
  expect(JSON.parse(ended.stdout)).toMatchObject({ result: { deleted: 1, creates: [] } });
});

it("ends where it waits for a person, and says how to let it go on", async () => {
  answer(job("queued", {}, 202), job("awaiting-approval", { result }), report);
  const ended = await sync("-o", "tsv");
  expect(ended).toMatchObject({ code: 1, stdout: table });
  expect(ended.stderr).toContain(`nothing is applied until a person approves: reeve job approve ${jobId}`);
});

it("ends with 1 where the run is no use, and says why", async () => {
  const error = {
    type: "https://reeve.dev/errors/dbt-run-unusable",
    title: "The dbt run does not belong to this integration",
    status: 422,
    detail: "ci-job: its job checks pull requests",
    instance: "req_1",
    code: "dbt-run-unusable",
  };
  answer(job("queued", {}, 202), job("failed", { error }));
  const ended = await sync("--run", "7");
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain("ci-job: its job checks pull requests (dbt-run-unusable)");
});

it("needs a name where there are several integrations, and says so where there is none", async () => {
  const of = { projectId: "10", environmentId: "100" };
  answer({
    body: {
      items: [
        { accountId: "1", ...of },
        { accountId: "2", ...of },
      ],
      nextCursor: null,
    },
  });
  expect(await runReeve(["dbt", "sync"], { env: env() })).toMatchObject({ code: 2 });
  answer({ body: { items: [], nextCursor: null } });
  const ended = await runReeve(["dbt", "sync"], { env: env() });
  expect(ended).toMatchObject({ code: 1 });
  expect(ended.stderr).toContain("There is no integration");
});
