import * as z from "zod";
import type { DbtEnvironment, DbtRun, DbtRunStatus, DbtRunStep, DbtWebhook } from "#core/ports/dbt-cloud.ts";

/** Something that may be left out, or be something else than was thought: then it is null. */
const lenient = <T extends z.ZodType>(type: T) => type.nullish().catch(null);

/** Ids come as numbers and as text. */
const id = z.union([z.int().positive(), z.string().regex(/^[1-9]\d{0,18}$/)]).transform(String);
const optionalId = lenient(id);
/** Texts that say nothing come empty, too. */
const text = lenient(z.string().min(1));
const record = z.record(z.string(), z.unknown());
const rows = z.array(z.unknown()).catch([]);

/** `{data, status, extra}`: of the last, how many there are of what is listed. */
export const envelope = z.object({
  data: z.unknown(),
  extra: lenient(z.object({ pagination: lenient(z.object({ total_count: lenient(z.int().min(0)) })) })),
});
export type Envelope = z.infer<typeof envelope>;

/** What is listed; none where it is no list. */
export const rowsOf = ({ data }: Envelope): readonly unknown[] => rows.parse(data);

/** How many there are in all; null where the reply does not tell. */
export const totalOf = ({ extra }: Envelope): number | null => extra?.pagination?.total_count ?? null;

/** `2023-01-31 19:29:32.123456+00:00` or as RFC 3339 has it; without a zone it is UTC. */
const moment = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d{1,3})?\d*(?: ?(Z|[+-]\d\d:?\d\d))?$/i;

/** As RFC 3339 in UTC, to the millisecond; null for what is none. */
function instantOf(given: string | null | undefined): string | null {
  const match = moment.exec(given?.trim() ?? "");
  if (match === null) return null;
  const [, day = "", time = "", fraction = "", zone = "Z"] = match;
  const offset = zone.replace(/^([+-]\d\d):?(\d\d)$/, "$1:$2").toUpperCase();
  const at = new Date(`${day}T${time}${fraction}${offset}`);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

const statuses: ReadonlyMap<number, DbtRunStatus> = new Map([
  [1, "queued"],
  [2, "starting"],
  [3, "running"],
  [10, "success"],
  [20, "error"],
  [30, "cancelled"],
]);

const statusCode = lenient(z.coerce.number().int());
const statusOf = (code: number | null | undefined): DbtRunStatus => statuses.get(code ?? 0) ?? "unknown";

const step = z.object({ index: z.coerce.number().int().positive(), name: text, status: statusCode });

const job = z.object({ job_type: text });

const run = z.object({
  id,
  job_definition_id: optionalId,
  project_id: optionalId,
  environment_id: optionalId,
  status: statusCode,
  created_at: text,
  finished_at: text,
  trigger: lenient(record),
  job: lenient(job),
  run_steps: lenient(z.array(z.unknown())),
});

/** `github_pull_request_id`, `gitlab_merge_request_id`, `azure_devops_pull_request_id`, `non_native_…` and what follows. */
const requestId = /(?:pull|merge)_request_id$/;

/** In words that may be `"0"`, too. */
const isSet = (value: unknown): boolean => Boolean(value) && value !== "0";

const wordOf = (trigger: Readonly<Record<string, unknown>>, name: string): string | null =>
  text.parse(trigger[name]) ?? null;

function stepsOf(given: readonly unknown[]): readonly DbtRunStep[] {
  return given
    .flatMap((each) => {
      const read = step.safeParse(each);
      if (!read.success) return [];
      return [{ index: read.data.index, name: read.data.name ?? "", status: statusOf(read.data.status) }];
    })
    .toSorted((a, b) => a.index - b.index);
}

/** A run; null where it is none. */
export function runOf(data: unknown): DbtRun | null {
  const read = run.safeParse(data);
  if (!read.success) return null;
  const { data: told } = read;
  const trigger = told.trigger ?? {};
  return {
    id: told.id,
    jobId: told.job_definition_id ?? null,
    projectId: told.project_id ?? null,
    environmentId: told.environment_id ?? null,
    status: statusOf(told.status),
    createdAt: instantOf(told.created_at),
    finishedAt: instantOf(told.finished_at),
    jobType: told.job?.job_type ?? null,
    pullRequest: Object.entries(trigger).some(([name, value]) => requestId.test(name) && isSet(value)),
    schemaOverride: wordOf(trigger, "schema_override"),
    targetOverride: wordOf(trigger, "target_name_override"),
    steps: stepsOf(told.run_steps ?? []),
  };
}

/** A job's type; null where it is not told. */
export const jobTypeOf = (data: unknown): string | null => {
  const read = job.safeParse(data);
  return read.success ? (read.data.job_type ?? null) : null;
};

const environment = z.object({
  id,
  project_id: optionalId,
  name: text,
  deployment_type: text,
  type: text,
});

/** An environment; `projectId` is null where the reply leaves it out; null where it is no environment. */
export function environmentOf(
  data: unknown,
): (Omit<DbtEnvironment, "projectId"> & { readonly projectId: string | null }) | null {
  const read = environment.safeParse(data);
  if (!read.success) return null;
  const { project_id: projectId, deployment_type: deploymentType, name, type } = read.data;
  return {
    id: read.data.id,
    projectId: projectId ?? null,
    name: name ?? "",
    deploymentType: deploymentType ?? null,
    type: type ?? null,
  };
}

const webhook = z.object({ id: z.string().min(1).max(200), hmac_secret: z.string().min(1).max(1_000) });

/** A subscription as its creation tells of it; null where it lacks its id or its secret. */
export function webhookOf(data: unknown): DbtWebhook | null {
  const read = webhook.safeParse(data);
  return read.success ? { id: read.data.id, secret: read.data.hmac_secret } : null;
}

/** The paths of a list of artifacts. */
export const pathsOf = (told: Envelope): readonly string[] =>
  rowsOf(told).flatMap((each) => (typeof each === "string" ? [each] : []));
