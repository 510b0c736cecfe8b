import { createReadStream, readFileSync } from "node:fs";
import { sqliteSnapshots } from "#adapters/dbt-artifacts/sqlite-snapshots.ts";

/*
 * A process that has nothing in memory yet reads artifacts, and tells what that took: a manifest by JSON.parse, or a
 * snapshot of manifest, catalog and run results, of which every relation is looked at once.
 */
const [how = "", manifest = "", catalog = "", runResults = ""] = process.argv.slice(2);

async function snapshot(): Promise<number> {
  const taken = await sqliteSnapshots().take(
    {
      manifest: createReadStream(manifest),
      catalog: catalog === "" ? null : createReadStream(catalog),
      runResults: runResults === "" ? [] : [createReadStream(runResults)],
    },
    { packages: true, sources: true },
  );
  let relations = 0;
  for (const { digest } of taken.relations()) relations += Number(digest !== "");
  taken.close();
  return relations;
}

function parse(): number {
  const parsed = JSON.parse(readFileSync(manifest, "utf8")) as { readonly nodes: object };
  return Object.keys(parsed.nodes).length;
}

const began = performance.now();
const read = how === "parse" ? parse() : await snapshot();
const seconds = (performance.now() - began) / 1000;
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
const told = { read, seconds, mebibytes: maxRSS / 1024, processor: (userCPUTime + systemCPUTime) / 1e6 };
process.stdout.write(JSON.stringify(told));
