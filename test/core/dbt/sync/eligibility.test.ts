import { describe, expect, it } from "vitest";
import { ignoredBecause } from "#core/dbt/sync/run/eligibility.ts";
import { buildingSteps } from "#core/dbt/sync/run/fetch-run.ts";
import type { DbtEnvironment, DbtRun } from "#core/ports/dbt-cloud.ts";

const of = { projectId: "10", environmentId: "100", newest: null, waiting: null };
const environment: DbtEnvironment = {
  id: "100",
  projectId: "10",
  name: "Production",
  deploymentType: "production",
  type: "deployment",
};
const run: DbtRun = {
  id: "70403122785100",
  jobId: "1",
  projectId: "10",
  environmentId: "100",
  status: "success",
  createdAt: null,
  finishedAt: "2026-08-01T10:00:00Z",
  jobType: "scheduled",
  pullRequest: false,
  schemaOverride: null,
  targetOverride: null,
  steps: [],
};
const newest = (runId: string, finishedAt: string) => ({ ...of, newest: { runId, finishedAt } });

describe("a run of dbt Cloud", () => {
  it("is for an integration when it succeeded in its production environment", () => {
    expect(ignoredBecause(run, of, environment)).toBeNull();
  });

  it.each([
    ["run-not-finished", { status: "running" }],
    ["run-not-finished", { status: "unknown" }],
    ["run-failed", { status: "error" }],
    ["run-cancelled", { status: "cancelled" }],
    ["other-environment", { environmentId: "101" }],
    ["other-environment", { projectId: "11" }],
    ["ci-job", { jobType: "ci" }],
    ["pull-request", { pullRequest: true }],
    ["schema-override", { schemaOverride: "dbt_cloud_pr_1_2" }],
    ["target-override", { targetOverride: "dev" }],
  ] as const)("is ignored as %s where it has %j", (code, change) => {
    expect(ignoredBecause({ ...run, ...change }, of, environment)?.code).toBe(code);
  });

  it("is for it where dbt Cloud does not tell where it ran, and where an override is empty", () => {
    const untold = { ...run, projectId: null, environmentId: null, jobType: null, schemaOverride: " " };
    expect(ignoredBecause(untold, of, environment)).toBeNull();
  });

  it.each([
    ["non-production", { deploymentType: "staging" }],
    ["non-production", { deploymentType: "something new" }],
    ["non-production", { type: "development", deploymentType: null }],
    [undefined, { deploymentType: null }],
    [undefined, { type: null }],
  ] as const)("comes to %s in an environment with %j", (code, change) => {
    expect(ignoredBecause(run, of, { ...environment, ...change })?.code).toBe(code);
  });

  it.each([
    ["older-run", newest("70403122785101", "2026-08-01T10:00:01Z")],
    ["older-run", newest("70403122785101", "2026-08-01T10:00:00Z")],
    // Ids are numbers: as text, 9 would come behind 70403122785100.
    [undefined, newest("9", "2026-08-01T10:00:00Z")],
    [undefined, newest("70403122785101", "2026-08-01T09:59:59Z")],
    [undefined, newest(run.id, "2026-08-01T10:00:00Z")],
    // The same instant in another time zone.
    [undefined, newest(run.id, "2026-08-01T12:00:00+02:00")],
  ] as const)("comes to %s after %j", (code, after) => {
    expect(ignoredBecause(run, after, environment)?.code).toBe(code);
  });
});

describe("a run that comes late", () => {
  const waits = (runId: string, finishedAt: string | null) => ({
    ...of,
    waiting: { jobId: "job_1", runId, finishedAt },
  });

  it.each([
    ["older-run", waits("70403122785101", "2026-08-01T10:00:01Z")],
    [undefined, waits("70403122785101", "2026-08-01T09:59:59Z")],
    [undefined, waits(run.id, "2026-08-01T10:00:00Z")],
    ["older-run", waits("70403122785101", null)],
    [undefined, waits("70403122785099", null)],
  ] as const)("comes to %s while one waits for a person: %j", (code, while_) => {
    expect(ignoredBecause(run, while_, environment)?.code).toBe(code);
  });

  it("is ordered by its id where dbt Cloud does not tell when it finished", () => {
    const untold = { ...run, finishedAt: null };
    const standing = "2026-08-01T09:00:00Z";
    expect(ignoredBecause(untold, newest("70403122785101", standing), environment)?.code).toBe("older-run");
    expect(ignoredBecause(untold, newest("70403122785099", standing), environment)).toBeNull();
  });
});

describe("the steps that may have built something", () => {
  const step = (index: number, name: string) => ({ index, name, status: "success" as const });

  it("are those that ran dbt's building commands, and the last one where no steps are told", () => {
    const names = [
      "Clone git repository",
      "Invoke dbt with `dbt deps`",
      "Invoke dbt with `dbt build --select state:modified+`",
      "Invoke dbt with `dbt --debug run`",
      "Invoke dbt with `dbt run-operation grant_all`",
      "Invoke dbt with `dbt source freshness`",
      "Invoke dbt with `dbtf snapshot`",
      "Invoke dbt with `dbt docs generate`",
    ];
    const steps = names.map((name, index) => step(index + 1, name));
    expect(buildingSteps({ steps })).toEqual([3, 4, 7]);
    expect(buildingSteps({ steps: [] })).toEqual([undefined]);
  });
});
