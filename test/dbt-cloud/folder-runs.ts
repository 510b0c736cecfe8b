import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunGiven, StepGiven } from "./model.ts";

const foldersIn = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }));

const holdsArtifacts = (folder: string): boolean => existsSync(join(folder, "manifest.json"));

/** The runs that a folder holds, by name and in that order; a folder that is itself a run's holds that one. */
export function runsIn(folder: string): readonly string[] {
  return holdsArtifacts(folder) ? ["."] : foldersIn(folder);
}

/** What `run.json` beside the artifacts adds: status, job, trigger, names of the steps. */
function told(folder: string): RunGiven {
  const file = join(folder, "run.json");
  if (!existsSync(file)) return {};
  const given: RunGiven = JSON.parse(readFileSync(file, "utf8"), (key, value: unknown) =>
    /^(?:created|finished)At$/.test(key) && typeof value === "string" ? new Date(value) : value,
  );
  return given;
}

/**
 * A run as a folder holds it: artifacts (a dbt `target/` folder will do) are one step; folders, in the order of their
 * names, are a step each.
 */
export function runFromFolder(folder: string): RunGiven {
  const given = told(folder);
  const steps = holdsArtifacts(folder) ? [folder] : foldersIn(folder).map((name) => join(folder, name));
  if (steps.length === 0) throw new Error(`no artifacts in ${folder}`);
  return {
    ...given,
    steps: steps.map((artifacts, at): StepGiven => ({ ...given.steps?.[at], artifacts })),
  };
}
