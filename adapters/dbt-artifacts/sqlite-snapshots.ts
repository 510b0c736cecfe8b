import { createHash } from "node:crypto";
import type { SnapshotChoice, SnapshotSkip } from "#core/dbt/snapshot.ts";
import { leftOut, type RelationType } from "#core/dbt/snapshot/choose-node.ts";
import { projectFactsOf, runIdOf, type ProjectFacts } from "#core/dbt/snapshot/origin.ts";
import type { DbtSnapshots, RunArtifacts } from "#core/ports/dbt-snapshots.ts";
import type { ScanLimits } from "./json-scanner.ts";
import { readCatalog, readManifest, readRunResults } from "./read-artifact.ts";
import { mostWarnings, StagedSnapshot } from "./staged-snapshot.ts";
import { Staging, type Row } from "./staging.ts";

const defaultLimits: ScanLimits = { bytes: 1024 ** 3, depth: 256, node: 32 * 1024 ** 2 };
const knownVersions: ReadonlySet<string> = new Set([
  "",
  ...Array.from({ length: 12 }, (_, at) => `v${at + 1}`),
  "v20",
]);

/**
 * The project's name where the manifest says only its MD5, as all before 1.7 do (`hashed_name` in dbt-core): the package
 * whose name has it.
 */
function named(project: ProjectFacts, staging: Staging): ProjectFacts {
  if (project.origin.projectName !== null || project.projectId === null) return project;
  for (const row of staging.rows("select distinct package from node")) {
    const name = String(row["package"]);
    if (createHash("md5").update(name).digest("hex") !== project.projectId) continue;
    return { ...project, origin: { ...project.origin, projectName: name } };
  }
  return project;
}

/** Takes out of what is staged all that comes to no relation, and says why, in the order of the ids. */
function skip(staging: Staging, choice: SnapshotChoice, projectName: string | null): readonly SnapshotSkip[] {
  const skipped: SnapshotSkip[] = [];
  const of = (row: Row) => ({
    uniqueId: String(row["id"]),
    type: String(row["type"]) as RelationType,
    package: String(row["package"]),
  });
  for (const row of staging.rows("select id, type, package, reason, detail from node order by id")) {
    const { uniqueId } = of(row);
    const reason = row["reason"] === null ? null : (row["reason"] as SnapshotSkip["reason"]);
    const unfit = reason === null ? null : { uniqueId, reason, detail: String(row["detail"]) };
    const why = leftOut(of(row), choice, projectName) ?? unfit;
    if (why !== null) skipped.push(why);
  }
  const disabled = "select id, type, package from disabled where id not in (select id from node) order by id";
  for (const row of staging.rows(disabled)) {
    const { uniqueId } = of(row);
    skipped.push(leftOut(of(row), choice, projectName) ?? { uniqueId, reason: "disabled", detail: "" });
  }
  for (const { uniqueId } of skipped) staging.run("delete from node where id = ?", uniqueId);
  return skipped;
}

/** Oddities of the artifacts as a whole and of names. */
function oddities(
  staging: Staging,
  project: ProjectFacts,
  of: { readonly choice: SnapshotChoice; readonly others: readonly unknown[] },
): readonly string[] {
  const { manifestVersion, projectName, runId } = project.origin;
  const said: string[] = [];
  if (!knownVersions.has(manifestVersion)) said.push(`manifest version ${manifestVersion} is not known`);
  if (!of.choice.packages && projectName === null) {
    said.push(
      "the manifest does not say which package is the project's own: nodes of all packages are taken",
    );
  }
  const runs = new Set(of.others.map(runIdOf).filter((run) => run !== null));
  if (runId !== null && [...runs].some((run) => run !== runId)) {
    said.push(`the manifest is of run ${runId}, other artifacts of ${[...runs].join(", ")}`);
  }
  const odd = "select id, oddity from node where oddity is not null order by id limit ?";
  for (const { id, oddity } of staging.rows(odd, mostWarnings)) {
    said.push(`${String(id)} is rendered as ${String(oddity).slice(0, 200)}, which is not its name`);
  }
  return said;
}

async function taken(
  staging: Staging,
  artifacts: RunArtifacts,
  choice: SnapshotChoice,
  limits: ScanLimits,
): Promise<StagedSnapshot> {
  const { metadata, groups } = await readManifest(staging, artifacts.manifest, limits);
  const others: unknown[] = [];
  if (artifacts.catalog !== null) others.push(await readCatalog(staging, artifacts.catalog, limits));
  for await (const results of artifacts.runResults) {
    others.push(await readRunResults(staging, results, limits));
  }
  const project = named(projectFactsOf(metadata), staging);
  const skipped = skip(staging, choice, project.origin.projectName);
  staging.run("create index node_by_place on node (place, rank, id)");
  const warnings = oddities(staging, project, { choice, others });
  return new StagedSnapshot(staging, { project, groups, skipped, warnings });
}

/** Where snapshots lie and what artifacts may have; a limit that is not given has its default. */
export interface SqliteSnapshotsOptions {
  /** Where files are made, each as large as what is kept of its manifest; the system's temporary directory by default. */
  readonly directory?: string | undefined;
  /** 1 GiB for a file, 256 levels, 32 MiB for a node. */
  readonly limits?: Partial<ScanLimits>;
}

/** Takes snapshots by streaming artifacts into SQLite in a temporary file. */
export const sqliteSnapshots = ({ directory, limits }: SqliteSnapshotsOptions = {}): DbtSnapshots => ({
  take: async (artifacts, choice) => {
    const staging = new Staging(directory);
    try {
      return await taken(staging, artifacts, choice, { ...defaultLimits, ...limits });
    } catch (error) {
      staging.close();
      throw error;
    }
  },
});
