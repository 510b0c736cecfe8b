import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { IntegrationKey } from "#core/dbt/integration.ts";

/** The sample's environment in the stand-in for dbt Cloud. */
export const sampleEnvironment: IntegrationKey = { accountId: "1", projectId: "10", environmentId: "100" };

/** A folder for each run: the artifacts of its steps, and SQL that makes what dbt built. `npm run sample:dbt` writes them. */
export const artifactsFolder = fileURLToPath(new URL("../../../sample/dbt-artifacts/", import.meta.url));

/** The runs that there are artifacts of, by the names of their folders and in that order. */
export async function runNames(): Promise<readonly string[]> {
  const entries = await readdir(artifactsFolder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted();
}

/** Plain SQL that makes what dbt built in a run, in schemas of dbt's alone, which it drops first. */
export const sqlOf = (run: string): Promise<string> =>
  readFile(`${artifactsFolder}${run}/warehouse.sql`, "utf8");
