import type { Integration } from "#core/dbt/integration.ts";
import { ignoredBecause, type Ignored } from "#core/dbt/sync/run/eligibility.ts";
import type { Snapshot } from "#core/dbt/snapshot.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { DbtCloud, DbtCloudAccess, DbtEnvironment, DbtRun, Patience } from "#core/ports/dbt-cloud.ts";
import { ArtifactError, type ArtifactBytes, type DbtSnapshots } from "#core/ports/dbt-snapshots.ts";

/** How runs are asked for: of which dbt Cloud, with what, and for how long. */
export interface Asking {
  readonly cloud: DbtCloud;
  readonly access: DbtCloudAccess;
  readonly patience: Patience;
}

/** The run that a sync is about; why it is not for the integration, where it is not. */
export interface ChosenRun {
  readonly run: DbtRun;
  readonly ignored: Ignored | null;
}

/** So many finished runs are looked at for one that is for the integration. */
const runsLookedAt = 500;

/**
 * Finds the run of an id, or the newest finished one that is for the integration. Null where there is none.
 * Throws `dbt-environment-not-found`, and what dbt Cloud's client throws.
 */
export async function chooseRun(
  asking: Asking,
  integration: Integration,
  runId: string | null,
): Promise<ChosenRun | null> {
  const { cloud, access, patience } = asking;
  const environment = await cloud.environment(access, integration, patience);
  if (environment === null) {
    throw new DomainError(
      "dbt-environment-not-found",
      `Account ${integration.accountId} has no environment ${integration.environmentId} in project ${integration.projectId} any more.`,
    );
  }
  if (runId !== null) return await judged(asking, integration, environment, runId);
  let looked = 0;
  for await (const run of cloud.finishedRuns(access, integration, patience)) {
    const ignored = ignoredBecause(run, integration, environment);
    // Lists tell less than a run itself does.
    const chosen = ignored === null ? await judged(asking, integration, environment, run.id) : null;
    if (chosen !== null && chosen.ignored === null) return chosen;
    looked += 1;
    // They come in the order in which they finished: what follows an older one is older still.
    if (ignored?.code === "older-run" || looked === runsLookedAt) return null;
  }
  return null;
}

async function judged(
  { cloud, access, patience }: Asking,
  integration: Integration,
  environment: DbtEnvironment,
  runId: string,
): Promise<ChosenRun | null> {
  const run = await cloud.run(access, runId, patience);
  return run === null ? null : { run, ignored: ignoredBecause(run, integration, environment) };
}

/** Commands that build relations; `run-operation` is none of them. dbt's flags may stand before. */
const builds = /\bdbtf?\s+(?:-\S+\s+)*(?:run|build|seed|snapshot|clone|retry)(?![\w-])/;

/** Of a run whose steps have other names than dbt Cloud gives them, so many are asked, the last ones. */
const namelessAsked = 10;

/**
 * The steps whose run results may say what was built; undefined is the last step, of a run that tells no steps. What the
 * results themselves say of their command decides then.
 */
export function buildingSteps({ steps }: Pick<DbtRun, "steps">): readonly (number | undefined)[] {
  if (steps.length === 0) return [undefined];
  const building = steps.filter(({ name }) => builds.test(name));
  const isUnnamed = building.length === 0 && !steps.some(({ name }) => namesDbt.test(name));
  return (isUnnamed ? steps.slice(-namelessAsked) : building).map(({ index }) => index);
}

const namesDbt = /\bdbtf?\s/;

/**
 * Takes a snapshot of a run from its artifacts; null where it left no manifest. Throws `dbt-run-unusable` where the
 * manifest is another run's, `dbt-artifact-invalid` where a file is no use, and what dbt Cloud's client throws.
 */
export async function takeSnapshot(
  asking: Asking,
  snapshots: DbtSnapshots,
  integration: Integration,
  run: DbtRun,
): Promise<Snapshot | null> {
  const { cloud, access, patience } = asking;
  const paths = await cloud.artifacts(access, run.id, patience);
  // Where nothing is listed, whether there is a file is asked by its name.
  const mayHave = (path: string): boolean => paths.length === 0 || paths.includes(path);
  const read = (path: string, step?: number): Promise<ArtifactBytes | null> =>
    cloud.artifact(access, { runId: run.id, path, step }, patience);
  const manifest = mayHave("manifest.json") ? await read("manifest.json") : null;
  if (manifest === null) return null;
  const catalog = mayHave("catalog.json") ? catalogOf(read) : null;
  const runResults = runResultsOf(run, read);
  const choice = { packages: integration.includePackages, sources: integration.includeSources };
  const snapshot = await naming(() => snapshots.take({ manifest, catalog, runResults }, choice));
  const { runId } = snapshot.origin;
  if (runId === null || runId === run.id) return snapshot;
  snapshot.close();
  throw new DomainError("dbt-run-unusable", `The manifest of run ${run.id} was written by run ${runId}.`);
}

/** Asked for when its turn comes: nobody keeps a reply open that is not read. One that is gone by then says nothing. */
async function* catalogOf(read: (path: string) => Promise<ArtifactBytes | null>): ArtifactBytes {
  const found = await read("catalog.json");
  if (found === null) yield new TextEncoder().encode('{"nodes":{},"sources":{}}');
  else yield* found;
}

async function* runResultsOf(
  run: DbtRun,
  read: (path: string, step?: number) => Promise<ArtifactBytes | null>,
): AsyncGenerator<ArtifactBytes> {
  for (const step of buildingSteps(run)) {
    const results = await read("run_results.json", step);
    if (results !== null) yield results;
  }
}

/** A file that is no use is named. */
async function naming<T>(take: () => Promise<T>): Promise<T> {
  try {
    return await take();
  } catch (error) {
    if (!(error instanceof ArtifactError)) throw error;
    throw new DomainError("dbt-artifact-invalid", `${error.artifact} is ${error.failure}: ${error.message}`, {
      cause: error,
    });
  }
}
