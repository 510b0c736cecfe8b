import { expect, it } from "vitest";
import { buildingSteps } from "#core/dbt/sync/run/fetch-run.ts";

const steps = (...names: readonly string[]) => ({
  steps: names.map((name, index) => ({ index: index + 1, name, status: "success" as const })),
});

it("the steps that build are known by their commands, whatever else the run did", () => {
  const run = steps(
    "Clone git repository",
    "Invoke dbt with `dbt deps`",
    "Invoke dbt with `dbt --warn-error build --select marts`",
    "Invoke dbt with `dbt run-operation grant`",
    "Invoke dbt with `dbt docs generate`",
  );
  expect(buildingSteps(run)).toEqual([3]);
});

it("a run without steps is asked for what its last one left", () => {
  expect(buildingSteps(steps())).toEqual([undefined]);
});

it("steps that name no command are all asked, the last ten of many", () => {
  expect(buildingSteps(steps("first", "second"))).toEqual([1, 2]);
  expect(buildingSteps(steps(...Array.from({ length: 12 }, (_, n) => `step ${n}`)))).toHaveLength(10);
});

it("a run that only made documentation built nothing", () => {
  expect(buildingSteps(steps("Invoke dbt with `dbt docs generate`"))).toEqual([]);
});
