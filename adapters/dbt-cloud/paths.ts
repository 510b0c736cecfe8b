import type { DbtCloudAccess } from "#core/ports/dbt-cloud.ts";

/** As many as a page may hold. */
const pageSize = 100;

/** An id as it may stand in a path. Throws a RangeError for anything but a positive decimal number. */
function idInPath(given: string, what: string): string {
  if (!/^[1-9]\d{0,18}$/.test(given)) throw new RangeError(`${what} is not a positive decimal number`);
  return given;
}

const account = (version: "v2" | "v3", { accountId }: DbtCloudAccess): string =>
  `/api/${version}/accounts/${idInPath(accountId, "the account")}`;

/** Asked for by name, as JSON in the query: without it, a run comes without them. */
const related = (...names: readonly string[]): string =>
  `include_related=${encodeURIComponent(JSON.stringify(names))}`;

const environmentsAt = (access: DbtCloudAccess, projectId: string): string =>
  `${account("v3", access)}/projects/${idInPath(projectId, "the project")}/environments/`;

export const environmentPath = (
  access: DbtCloudAccess,
  { projectId, environmentId }: { readonly projectId: string; readonly environmentId: string },
): string => `${environmentsAt(access, projectId)}${idInPath(environmentId, "the environment")}/`;

/** All of a project's, a page at a time. */
export const environmentsPath = (
  access: DbtCloudAccess,
  { projectId }: { readonly projectId: string },
  offset: number,
): string => `${environmentsAt(access, projectId)}?limit=${pageSize}&offset=${offset}`;

/** All of an account's: the older list, which is told of by project, too. */
export const accountEnvironmentsPath = (
  access: DbtCloudAccess,
  { projectId }: { readonly projectId: string },
  offset: number,
): string =>
  `${account("v2", access)}/environments/?project_id=${idInPath(projectId, "the project")}&limit=${pageSize}&offset=${offset}`;

const runAt = (access: DbtCloudAccess, runId: string): string =>
  `${account("v2", access)}/runs/${idInPath(runId, "the run")}`;

export const runPath = (access: DbtCloudAccess, runId: string): string =>
  `${runAt(access, runId)}/?${related("trigger", "job", "run_steps")}`;

export const jobPath = (access: DbtCloudAccess, jobId: string): string =>
  `${account("v2", access)}/jobs/${idInPath(jobId, "the job")}/`;

/** Runs of an environment, those that finished last first. Steps are not asked for: they make a list slow. */
export function runsPath(
  access: DbtCloudAccess,
  { projectId, environmentId }: { readonly projectId: string; readonly environmentId: string },
  offset: number,
): string {
  const query = [
    `project_id=${idInPath(projectId, "the project")}`,
    `environment_id=${idInPath(environmentId, "the environment")}`,
    "order_by=-finished_at",
    `limit=${pageSize}`,
    `offset=${offset}`,
    related("trigger", "job"),
  ];
  return `${account("v2", access)}/runs/?${query.join("&")}`;
}

export const artifactsPath = (access: DbtCloudAccess, runId: string): string =>
  `${runAt(access, runId)}/artifacts/`;

const isSegment = (segment: string): boolean =>
  segment !== "" && segment !== "." && segment !== ".." && /^[^\\\p{Cc}]+$/u.test(segment);

/** Throws a RangeError for a path that leads elsewhere than into the run. */
export function artifactPath(
  access: DbtCloudAccess,
  {
    runId,
    path,
    step,
  }: { readonly runId: string; readonly path: string; readonly step?: number | undefined },
): string {
  const segments = path.split("/");
  if (path.length > 1_000 || !segments.every(isSegment) || !path.isWellFormed()) {
    throw new RangeError("no path of an artifact");
  }
  if (step !== undefined && !(Number.isSafeInteger(step) && step > 0)) {
    throw new RangeError("steps are counted from 1");
  }
  const query = step === undefined ? "" : `?step=${step}`;
  return `${artifactsPath(access, runId)}${segments.map(encodeURIComponent).join("/")}${query}`;
}

/** To list and to make. */
export const webhooksPath = (access: DbtCloudAccess): string =>
  `${account("v3", access)}/webhooks/subscriptions`;

/** One, in the singular. */
export function webhookPath(access: DbtCloudAccess, webhookId: string): string {
  if (!/^[\w-]{1,200}$/.test(webhookId)) throw new RangeError("no id of a webhook");
  return `${account("v3", access)}/webhooks/subscription/${webhookId}`;
}
