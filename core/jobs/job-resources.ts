import { can, type Action, type Resource } from "#core/access/can.ts";
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

const resourceOf = (job: Job, subject: Resource | null): Resource => ({
  type: "job",
  // Who may not manage an integration any more has no say in what once was asked for in its name.
  createdBy: job.subject.type === "integration" ? null : job.createdBy,
  subject,
});

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
 * Whether the job alone decides, as for whoever made it: what it is about can only give more rights, so
 * that nobody needs to read it then.
 */
const decidedAlone = (user: Caller, action: Action, job: Job): boolean =>
  can(user, action, resourceOf(job, null));

/** What a decision about a job needs to know: what it is about, as the user stands to it. */
export async function jobResource(
  store: SubjectStore,
  user: Caller,
  action: Action,
  job: Job,
): Promise<Resource> {
  if (decidedAlone(user, action, job)) return resourceOf(job, null);
  const { type, id } = job.subject;
  switch (type) {
    case "data-source": {
      const view = await store.dataSource(id, user.principals);
      return resourceOf(job, view === null ? null : sourceResource(user, view));
    }
    case "connection": {
      const view = await store.connection(id, user.principals);
      return resourceOf(job, view && connectionResource(job, view.memberships));
    }
    case "integration": {
      const known = await integrationsByName(store, [id]);
      return resourceOf(job, integrationOfJob(user, action, job, known));
    }
    // Who may see work on the catalog as a whole, or manage providers, may see every job.
    case "identity-provider":
    case "catalog":
      return resourceOf(job, null);
  }
}

/** The jobs that the user may take the action on; what many are about is read together. */
export async function permittedJobs(
  store: SubjectStore,
  user: Caller,
  action: Action,
  jobs: readonly Job[],
): Promise<readonly Job[]> {
  const subjectOf = await subjectsOf(
    store,
    user,
    action,
    jobs.filter((job) => !decidedAlone(user, action, job)),
  );
  return jobs.filter((job) => can(user, action, resourceOf(job, subjectOf(job))));
}

async function subjectsOf(
  store: SubjectStore,
  user: Caller,
  action: Action,
  jobs: readonly Job[],
): Promise<(job: Job) => Resource | null> {
  const ids = (wanted: Job["subject"]["type"]): readonly string[] => [
    ...new Set(jobs.filter(({ subject }) => subject.type === wanted).map(({ subject }) => subject.id)),
  ];
  const [dataSourceIds, connectionIds] = [ids("data-source"), ids("connection")];
  const [sources, [connections, memberships], integrations] = await Promise.all([
    sourceResources(store, user, dataSourceIds),
    connectionsWithRoles(store, user, connectionIds),
    integrationsByName(store, ids("integration")),
  ]);
  return (job) => {
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
}

/** Connections, and what the user is on each. */
async function connectionsWithRoles(store: SubjectStore, user: Caller, ids: readonly string[]) {
  const connections = await store.connections(ids);
  const memberships = await store.connectionMemberships(user.principals, [...connections.values()]);
  return [connections, memberships] as const;
}
