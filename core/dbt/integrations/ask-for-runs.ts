import { staleAside } from "#core/call/retry-conflict.ts";
import type { Integration } from "#core/dbt/integration.ts";
import { everyIntegration } from "#core/dbt/integrations/every-integration.ts";
import { askedBySystem } from "#core/dbt/integrations/integration-jobs.ts";
import { readSecrets } from "#core/dbt/integrations/integration-secrets.ts";
import { cameTooEarly, queueRun } from "#core/dbt/integrations/queue-run.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { dispatch, type DispatchDeps } from "#core/jobs/dispatch.ts";
import type { Job } from "#core/jobs/job.ts";
import type { Ids } from "#core/ports/clock.ts";
import type { DbtCloud, DbtRun } from "#core/ports/dbt-cloud.ts";
import type { SecretStore } from "#core/ports/secrets.ts";
import type { Store } from "#core/ports/store.ts";

/** What asking for runs needs from outside. */
export interface AskForRunsDeps extends DispatchDeps {
  readonly store: Store;
  readonly secrets: Pick<SecretStore, "get">;
  readonly cloud: DbtCloud;
  readonly ids: Ids;
}

/** What was found. */
export interface AskForRunsReport {
  readonly integrations: number;
  readonly queued: number;
  readonly failed: number;
}

const askedAtOnce = 5;
/** Two pages of dbt Cloud's: where the newest two hundred runs are all of pull requests, the next look finds another. */
const mostRuns = 200;

/**
 * Asks dbt Cloud for the newest run of each environment, and queues its sync where no webhook told of it. One
 * integration that fails keeps no other from its turn.
 */
export async function askForRuns(deps: AskForRunsDeps): Promise<AskForRunsReport> {
  const counts = { integrations: 0, queued: 0, failed: 0 };
  const askOne = async (integration: Integration): Promise<void> => {
    counts.integrations += 1;
    try {
      if (await queueNewest(deps, integration)) counts.queued += 1;
    } catch (error) {
      counts.failed += 1;
      deps.log.error("dbt Cloud could not be asked for runs", { integrationId: integration.id, error });
    }
  };
  for await (const page of everyIntegration(deps.store)) {
    const active = page.filter(({ state }) => state === "active");
    for (let first = 0; first < active.length; first += askedAtOnce) {
      await Promise.all(active.slice(first, first + askedAtOnce).map(askOne));
    }
  }
  return counts;
}

async function queueNewest(deps: AskForRunsDeps, integration: Integration): Promise<boolean> {
  const run = await newestRun(deps, integration);
  if (run === null || isOlder(run, integration)) return false;
  const job = await queue(deps, integration, run.id);
  await dispatch(deps, job);
  return job !== null;
}

/** The newest run that succeeded and is not plainly none of ours; the sync looks at it more closely. */
async function newestRun(
  { cloud, secrets }: AskForRunsDeps,
  { host, accountId, projectId, environmentId, secretRef }: Integration,
): Promise<DbtRun | null> {
  const kept = await readSecrets(secrets, secretRef);
  if (kept === null) throw new Error("its key is not there");
  const access = { host, accountId, apiKey: kept.apiKey };
  const patience = { signal: new AbortController().signal, until: null };
  let looked = 0;
  for await (const run of cloud.finishedRuns(access, { projectId, environmentId }, patience)) {
    if (isForUs(run)) return run;
    looked += 1;
    if (looked === mostRuns) break;
  }
  return null;
}

const isForUs = ({ status, jobType, pullRequest, schemaOverride }: DbtRun): boolean =>
  status === "success" && jobType !== "ci" && !pullRequest && (schemaOverride ?? "") === "";

/** Whether the catalog has the word of a run that finished as late already. */
const isOlder = ({ finishedAt }: DbtRun, { newest }: Integration): boolean =>
  newest !== null && finishedAt !== null && Date.parse(finishedAt) <= Date.parse(newest.finishedAt);

/** Queues a run that nobody has told of. One that failed is left to people: it would fail each quarter of an hour. */
async function queue(
  { store, ids, clock }: AskForRunsDeps,
  integration: Integration,
  runId: string,
): Promise<Job | null> {
  const known = await store.runRecord(integration.id, runId);
  if (known !== null && !cameTooEarly(known)) return null;
  const asked = askedBySystem(clock.now(), ids.next("request"));
  const { job, writes } = queueRun(ids, asked, integration, runId, known);
  const gone = new DomainError("integration-deleting");
  try {
    await store.commit([{ write: "require-integration", integration, otherwise: gone }, ...writes]);
    return job;
  } catch (error) {
    // A webhook told of it at this very moment, or the integration is going.
    if (error === gone || (error instanceof DomainError && error.code === staleAside().code)) return null;
    throw error;
  }
}
