import type { Integration } from "#core/dbt/integration.ts";
import type { DbtEnvironment, DbtRun } from "#core/ports/dbt-cloud.ts";

/** Why a run changes nothing, led by a code. */
export interface Ignored {
  readonly code:
    | "run-not-found"
    | "run-not-finished"
    | "run-failed"
    | "run-cancelled"
    | "other-environment"
    | "ci-job"
    | "pull-request"
    | "schema-override"
    | "target-override"
    | "non-production"
    | "older-run"
    | "no-manifest";
  readonly detail: string;
}

/** The reason as it is kept and shown. */
export const reasonOf = ({ code, detail }: { readonly code: string; readonly detail: string }): string =>
  `${code}: ${detail}`;

type About = Pick<Integration, "projectId" | "environmentId" | "newest" | "waiting">;

/** Each rule says why a run is not for an integration, or nothing; the first that does decides. */
const rules: readonly ((run: DbtRun, of: About, environment: DbtEnvironment) => Ignored | null)[] = [
  ({ projectId, environmentId }, of) => {
    const isOther =
      (projectId !== null && projectId !== of.projectId) ||
      (environmentId !== null && environmentId !== of.environmentId);
    return isOther
      ? {
          code: "other-environment",
          detail: `it ran in project ${projectId ?? "unknown"}, environment ${environmentId ?? "unknown"}`,
        }
      : null;
  },
  ({ status }) => statusRefusal(status),
  ({ jobType }) => (jobType === "ci" ? { code: "ci-job", detail: "its job checks pull requests" } : null),
  ({ pullRequest }) =>
    pullRequest ? { code: "pull-request", detail: "a pull or merge request triggered it" } : null,
  ({ schemaOverride }) =>
    overrides(schemaOverride)
      ? { code: "schema-override", detail: `it wrote into the schema ${JSON.stringify(schemaOverride)}` }
      : null,
  ({ targetOverride }) =>
    overrides(targetOverride)
      ? { code: "target-override", detail: `it ran with the target ${JSON.stringify(targetOverride)}` }
      : null,
  (_, __, { type, deploymentType }) => {
    if (type === "development")
      return { code: "non-production", detail: "the environment is for development" };
    return deploymentType === null || deploymentType === "production"
      ? null
      : { code: "non-production", detail: `the environment is ${deploymentType}` };
  },
  (run, { newest }) =>
    newest !== null && isOlder(run, newest)
      ? { code: "older-run", detail: `the catalog has the word of run ${newest.runId}` }
      : null,
  // It would take the place of what a person is to decide on, and be what stands once they have refused that.
  (run, { waiting }) =>
    waiting !== null && isOlder(run, waiting)
      ? { code: "older-run", detail: `run ${waiting.runId}, which came after it, waits for a person` }
      : null,
];

const overrides = (override: string | null): boolean => override !== null && override.trim() !== "";

function statusRefusal(status: DbtRun["status"]): Ignored | null {
  if (status === "success") return null;
  if (status === "error") return { code: "run-failed", detail: "dbt Cloud says that it failed" };
  if (status === "cancelled")
    return { code: "run-cancelled", detail: "dbt Cloud says that it was cancelled" };
  return { code: "run-not-finished", detail: `dbt Cloud says that it is ${status}` };
}

/** What orders runs: when they finished; of those that finished together, or do not tell, the id. */
interface Finished {
  readonly runId: string;
  readonly finishedAt: string | null;
}

/** Whether a run finished before another one; the same run did not. Ids of runs are decimal and grow. */
function isOlder({ id, finishedAt }: DbtRun, newest: Finished): boolean {
  if (finishedAt !== null && newest.finishedAt !== null) {
    const [ours, theirs] = [Date.parse(finishedAt), Date.parse(newest.finishedAt)];
    if (ours !== theirs) return ours < theirs;
  }
  const isDecimal = /^\d+$/;
  if (!isDecimal.test(id) || !isDecimal.test(newest.runId)) return id < newest.runId;
  return BigInt(id) < BigInt(newest.runId);
}

/**
 * Why a run is not for an integration, or null where it is. Only what is known counts against a run: a deployment type
 * that nobody set is production's.
 */
export function ignoredBecause(run: DbtRun, of: About, environment: DbtEnvironment): Ignored | null {
  for (const rule of rules) {
    const ignored = rule(run, of, environment);
    if (ignored !== null) return ignored;
  }
  return null;
}
