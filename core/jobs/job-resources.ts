import { can, type Action, type Resource } from "#core/access/can.ts";
import type { Job } from "#core/jobs/job.ts";
import type { User } from "#core/people/user.ts";
import type { ConnectionStore, DataSourceStore } from "#core/ports/store.ts";
import { sourceResource, sourceResources } from "#core/sources/read-data-source.ts";

type SubjectStore = ConnectionStore & DataSourceStore;

const resourceOf = ({ createdBy }: Job, subject: Resource | null): Resource => ({
  type: "job",
  createdBy,
  subject,
});

/**
 * Whether the job alone decides, as for whoever made it: what it is about can only give more rights, so
 * that nobody needs to read it then.
 */
const decidedAlone = (user: User, action: Action, job: Job): boolean =>
  can(user, action, resourceOf(job, null));

/** What a decision about a job needs to know: what it is about, as the user stands to it. */
export async function jobResource(
  store: SubjectStore,
  user: User,
  action: Action,
  job: Job,
): Promise<Resource> {
  if (decidedAlone(user, action, job)) return resourceOf(job, null);
  const { type, id } = job.subject;
  switch (type) {
    case "data-source": {
      const view = await store.dataSource(id, user.id);
      return resourceOf(job, view === null ? null : sourceResource(view));
    }
    case "connection": {
      const view = await store.connection(id, user.id);
      return resourceOf(job, view && { type: "connection", memberships: view.memberships });
    }
    // Who may see work on the catalog as a whole may see every job.
    case "catalog":
      return resourceOf(job, null);
  }
}

/** The jobs that the user may take the action on; what many are about is read together. */
export async function permittedJobs(
  store: SubjectStore,
  user: User,
  action: Action,
  jobs: readonly Job[],
): Promise<readonly Job[]> {
  const subjectOf = await subjectsOf(
    store,
    user,
    jobs.filter((job) => !decidedAlone(user, action, job)),
  );
  return jobs.filter((job) => can(user, action, resourceOf(job, subjectOf(job))));
}

async function subjectsOf(
  store: SubjectStore,
  user: User,
  jobs: readonly Job[],
): Promise<(job: Job) => Resource | null> {
  const ids = (wanted: Job["subject"]["type"]): readonly string[] => [
    ...new Set(jobs.filter(({ subject }) => subject.type === wanted).map(({ subject }) => subject.id)),
  ];
  const [dataSourceIds, connectionIds] = [ids("data-source"), ids("connection")];
  const [sources, connections, memberships] = await Promise.all([
    sourceResources(store, user, dataSourceIds),
    store.connections(connectionIds),
    store.connectionMemberships(user.id, connectionIds),
  ]);
  return ({ subject: { type, id } }) => {
    switch (type) {
      case "data-source":
        return sources.get(id) ?? null;
      case "connection":
        return connections.has(id) ? { type, memberships: memberships.get(id) ?? [] } : null;
      case "catalog":
        return null;
    }
  };
}
