import { can, type Action } from "#core/access/can.ts";
import type { Resource } from "#core/access/resource.ts";
import type { ConnectionMember } from "#core/connections/connection.ts";
import { registrarOf } from "#core/connections/registrar-of.ts";
import { integrationKeyOf, integrationName, type Integration } from "#core/dbt/integration.ts";
import { integrationResource } from "#core/dbt/integrations/read-integration.ts";
import type { Job } from "#core/jobs/job.ts";
import type { Caller } from "#core/people/caller.ts";
import type { DbtStore } from "#core/ports/dbt-store.ts";
import type { ConnectionStore, DataSourceStore } from "#core/ports/store.ts";
import { creation } from "#core/sources/creation/creation-input.ts";
import { sourceResource, sourceResources } from "#core/sources/read-data-source.ts";

type SubjectStore = ConnectionStore & DataSourceStore & Pick<DbtStore, "integrationsOf">;

/** A job as somebody stands to it. */
export interface JobView {
  readonly job: Job;
  readonly resource: Extract<Resource, { readonly type: "job" }>;
  /** The data source that it made, if it is still there. */
  readonly made: Resource | null;
}

const resourceOf = (user: Caller, job: Job, subject: Resource | null): JobView["resource"] => ({
  type: "job",
  createdBy: askingCounts(user, job, subject) ? job.createdBy : null,
  subject,
});

/**
 * Whether having asked for a job gives a right to it. Who may not manage an integration or a provider any more has no say in what once
 * was asked for in its name, and of a data source that somebody may not read any more they see no job. One that is gone
 * is nobody's to read: then whoever asked may see how it went.
 */
function askingCounts(user: Caller, { subject: { type } }: Job, subject: Resource | null): boolean {
  if (type === "integration" || type === "identity-provider") return false;
  return type !== "data-source" || subject === null || can(user, "data-source:read", subject);
}

/** What a user is to an integration that a job is about. */
type Known = ReadonlyMap<string, Integration>;

/**
 * An integration as a job about it shows it. One that was made anew under the same name is another one. Of one that is
 * gone, whoever had it removed may read how that went.
 */
function integrationOfJob(user: Caller, action: Action, job: Job, known: Known): Resource | null {
  const found = known.get(job.subject.id);
  if (found?.id === job.line) return integrationResource(user, found);
  const removed = job.type === "dbt-removal" && action === "job:read" && job.createdBy === user.id;
  return removed ? { type: "integration", owns: true } : null;
}

async function integrationsByName(store: SubjectStore, names: readonly string[]): Promise<Known> {
  const keys = names.flatMap((name) => integrationKeyOf(name) ?? []);
  const found = keys.length === 0 ? [] : await store.integrationsOf(keys);
  return new Map(found.map((integration) => [integrationName(integration), integration]));
}

/**
 * A connection as a job about it shows it. What becomes of a single table is told to owners, and to those registrars
 * alone who may register tables of its schema.
 */
function connectionResource(job: Job, memberships: readonly ConnectionMember[]): Resource {
  if (job.type !== "data-source-creation") return { type: "connection", memberships };
  const { schema } = creation.parse(job.input);
  const concerned = memberships.filter(
    (member) => member.role === "owner" || registrarOf([member], schema) !== undefined,
  );
  return { type: "connection", memberships: concerned };
}

/**
 * Whether nobody needs to read what the job is about: the job alone decides, as for whoever made it, and no data source
 * may have to be hidden from them.
 */
const decidedAlone = (user: Caller, action: Action, job: Job): boolean =>
  job.subject.type !== "data-source" && can(user, action, resourceOf(user, job, null));

/** The job, and how somebody stands to it. */
export async function viewJob(store: SubjectStore, user: Caller, action: Action, job: Job): Promise<JobView> {
  const alone = decidedAlone(user, action, job);
  const subject = alone ? null : await subjectOf(store, user, action, job);
  const [madeId] = madeBy(job);
  const made = madeId === undefined ? null : await sourceOf(store, user, madeId);
  return { job, resource: resourceOf(user, job, subject), made };
}

/** What a job is about, as somebody stands to it; null where that is gone. */
async function subjectOf(
  store: SubjectStore,
  user: Caller,
  action: Action,
  job: Job,
): Promise<Resource | null> {
  const { type, id } = job.subject;
  switch (type) {
    case "data-source":
      return await sourceOf(store, user, id);
    case "connection": {
      const view = await store.connection(id, user.principals);
      return view && connectionResource(job, view.memberships);
    }
    case "integration":
      return integrationOfJob(user, action, job, await integrationsByName(store, [id]));
    // Who may see work on the catalog as a whole, or manage providers, may see every job.
    case "identity-provider":
    case "catalog":
      return null;
  }
}

async function sourceOf(store: SubjectStore, user: Caller, id: string): Promise<Resource | null> {
  const view = await store.dataSource(id, user.principals);
  return view && sourceResource(user, view);
}

/** The jobs that the user may take the action on; what many are about is read together. */
export async function permittedJobs(
  store: SubjectStore,
  user: Caller,
  action: Action,
  jobs: readonly Job[],
): Promise<readonly JobView[]> {
  const open = jobs.filter((job) => !decidedAlone(user, action, job));
  const { subjectIn, sources } = await subjectsOf(store, user, action, open, jobs.flatMap(madeBy));
  const asked = new Set(open);
  const views = jobs.map((job): JobView => {
    const subject = asked.has(job) ? subjectIn(job) : null;
    const made = madeBy(job).flatMap((id) => sources.get(id) ?? []);
    return { job, resource: resourceOf(user, job, subject), made: made[0] ?? null };
  });
  return views.filter(({ resource }) => can(user, action, resource));
}

/** The data source that a job made within its connection. */
export const madeBy = ({ type, result }: Job): readonly string[] =>
  type === "data-source-creation" && typeof result?.["id"] === "string" ? [result["id"]] : [];

async function subjectsOf(
  store: SubjectStore,
  user: Caller,
  action: Action,
  jobs: readonly Job[],
  made: readonly string[],
) {
  const ids = (wanted: Job["subject"]["type"]): readonly string[] => [
    ...new Set(jobs.filter(({ subject }) => subject.type === wanted).map(({ subject }) => subject.id)),
  ];
  const [dataSourceIds, connectionIds] = [[...new Set([...ids("data-source"), ...made])], ids("connection")];
  const [sources, [connections, memberships], integrations] = await Promise.all([
    sourceResources(store, user, dataSourceIds),
    connectionsWithRoles(store, user, connectionIds),
    integrationsByName(store, ids("integration")),
  ]);
  const subjectIn = (job: Job): Resource | null => {
    const { type, id } = job.subject;
    switch (type) {
      case "data-source":
        return sources.get(id) ?? null;
      case "connection":
        return connections.has(id) ? connectionResource(job, memberships.get(id) ?? []) : null;
      case "integration":
        return integrationOfJob(user, action, job, integrations);
      case "identity-provider":
      case "catalog":
        return null;
    }
  };
  return { subjectIn, sources };
}

/** Connections, and what the user is on each. */
async function connectionsWithRoles(store: SubjectStore, user: Caller, ids: readonly string[]) {
  const connections = await store.connections(ids);
  const memberships = await store.connectionMemberships(user.principals, [...connections.values()]);
  return [connections, memberships] as const;
}
