import { artifactsOf } from "./artifacts.ts";
import type { Account, Call, Reply, Run, RunGiven, Step, StepGiven } from "./model.ts";
import { notFound } from "./model.ts";

const noTrigger = {
  cause: "scheduled",
  cause_category: "scheduled",
  github_pull_request_id: null,
  gitlab_merge_request_id: null,
  azure_pull_request_id: null,
  schema_override: null,
  target_name_override: null,
  steps_override: null,
};

/** Of a run whose job is not known, or not there any more. */
const nowhere = { id: "1000", projectId: "10", environmentId: "100" };

/** Where a run belongs: what is given, else where its job does, which is by default the first one. */
function placeOf({ jobs }: Account, given: RunGiven): Pick<Run, "jobId" | "projectId" | "environmentId"> {
  const job = (given.jobId === undefined ? [...jobs.values()][0] : jobs.get(given.jobId)) ?? nowhere;
  const { jobId = job.id, projectId = job.projectId, environmentId = job.environmentId } = given;
  return { jobId, projectId, environmentId };
}

const stepOf = ({ name, status, artifacts }: StepGiven, at: number, runStatus: number): Step => ({
  index: at + 1,
  name: name ?? "Invoke dbt with `dbt build`",
  status: status ?? runStatus,
  artifacts: artifactsOf(artifacts),
});

/** A run of an account, with all that was left out. */
export function runFrom(account: Account, id: string, given: RunGiven): Run {
  const { finishedAt = account.now(), status = 10, steps = [{}], fields = {} } = given;
  const begun = new Date((finishedAt ?? account.now()).getTime() - 60_000);
  return {
    id,
    accountId: account.id,
    ...placeOf(account, given),
    status,
    createdAt: given.createdAt ?? begun,
    finishedAt,
    trigger: { ...noTrigger, ...given.trigger },
    steps: steps.map((step, at) => stepOf(step, at, status)),
    fields,
  };
}

/** As dbt Cloud writes times in the API, otherwise than in webhooks. */
const timeOf = (at: Date | null): string | null =>
  at === null ? null : at.toISOString().replace("T", " ").replace("Z", "000+00:00");

export const jobJson = (account: Account, id: string): Record<string, unknown> | null => {
  const job = account.jobs.get(id);
  if (job === undefined) return null;
  return {
    id: Number(job.id),
    account_id: Number(account.id),
    project_id: Number(job.projectId),
    environment_id: Number(job.environmentId),
    name: job.name,
    job_type: job.jobType,
    execute_steps: ["dbt build"],
    generate_docs: true,
    state: 1,
  };
};

/** A list in a query: as JSON, or with commas. */
const listOf = (text: string | null): readonly string[] =>
  (text ?? "")
    .replaceAll(/[[\]"']/g, "")
    .split(",")
    .filter((each) => each !== "");

function runJson(account: Account, run: Run, query: URLSearchParams): Record<string, unknown> {
  const related = new Set(listOf(query.get("include_related")));
  return {
    id: Number(run.id),
    account_id: Number(run.accountId),
    project_id: Number(run.projectId),
    environment_id: Number(run.environmentId),
    job_definition_id: Number(run.jobId),
    status: run.status,
    is_complete: run.status >= 10,
    is_success: run.status === 10,
    is_error: run.status === 20,
    is_cancelled: run.status === 30,
    artifacts_saved: run.steps.some(({ artifacts }) => artifacts.size > 0),
    has_docs_generated: run.steps.some(({ artifacts }) => artifacts.has("catalog.json")),
    created_at: timeOf(run.createdAt),
    finished_at: timeOf(run.finishedAt),
    trigger: related.has("trigger") ? run.trigger : null,
    job: related.has("job") && account.tellsJobs ? jobJson(account, run.jobId) : null,
    run_steps: related.has("run_steps")
      ? run.steps.map(({ index, name, status }) => ({
          id: index,
          run_id: Number(run.id),
          index,
          name,
          status,
        }))
      : [],
    ...run.fields,
  };
}

/** Which of a run's fields a filter of the list compares. */
const filters: Readonly<Record<string, (run: Run) => string>> = {
  project_id: (run) => run.projectId,
  environment_id: (run) => run.environmentId,
  job_definition_id: (run) => run.jobId,
  status: (run) => String(run.status),
};

function passes(run: Run, query: URLSearchParams): boolean {
  for (const [name, read] of Object.entries(filters)) {
    const one = query.get(name);
    if (one !== null && one !== read(run)) return false;
    const several = query.get(`${name}__in`);
    if (several !== null && !listOf(several).includes(read(run))) return false;
  }
  const after = query.get("id__gt");
  return after === null || Number(run.id) > Number(after);
}

// What has not finished sorts as if it finished last, as PostgreSQL does it.
const orders: Readonly<Record<string, (run: Run) => number>> = {
  id: (run) => Number(run.id),
  created_at: (run) => run.createdAt.getTime(),
  finished_at: (run) => run.finishedAt?.getTime() ?? Number.MAX_SAFE_INTEGER,
};

function ordered(runs: readonly Run[], given: string): readonly Run[] {
  const key = orders[given.replace(/^-/, "")] ?? ((run: Run) => Number(run.id));
  const sign = given.startsWith("-") ? -1 : 1;
  return runs.toSorted((a, b) => sign * (key(a) - key(b)));
}

export function listRuns({ account, query }: Call): Reply {
  const all = [...account.runs.values()];
  const asked = account.honoursFilters
    ? ordered(
        all.filter((run) => passes(run, query)),
        query.get("order_by") ?? "id",
      )
    : all;
  const limit = Math.min(100, Math.max(1, Number(query.get("limit") ?? 100)));
  const offset = account.honoursFilters ? Number(query.get("offset") ?? 0) : 0;
  const page = asked.slice(offset, offset + limit);
  return {
    status: 200,
    data: page.map((run) => runJson(account, run, query)),
    pagination: { count: page.length, total_count: asked.length },
  };
}

export function getRun({ account, ids, query }: Call): Reply {
  const run = account.runs.get(ids[0] ?? "");
  return run === undefined ? notFound : { status: 200, data: runJson(account, run, query) };
}

/** Of all steps: the list does not look at `step`. */
export function listArtifacts({ account, ids }: Call): Reply {
  const run = account.runs.get(ids[0] ?? "");
  if (run === undefined) return notFound;
  const paths = new Set(run.steps.flatMap(({ artifacts }) => [...artifacts.keys()]));
  return { status: 200, data: [...paths].toSorted() };
}

/** Of a step, or of the last one that has any. */
export function getArtifact({ account, ids, query }: Call): Reply {
  const [id = "", encoded = ""] = ids;
  const path = encoded.split("/").map(decodeURIComponent).join("/");
  const steps = account.runs.get(id)?.steps ?? [];
  const asked = query.get("step");
  const step =
    asked === null
      ? steps.findLast(({ artifacts }) => artifacts.size > 0)
      : steps.find(({ index }) => String(index) === asked);
  const artifact = step?.artifacts.get(path);
  return artifact === undefined ? notFound : { artifact, path };
}
