import { can } from "#core/access/can.ts";
import { deployment } from "#core/access/resource.ts";
import { staleRead } from "#core/call/retry-conflict.ts";
import { targetOf } from "#core/connections/connection.ts";
import {
  connectionDraft,
  connectionOf,
  connectionWrites,
  demandFreeName,
} from "#core/connections/new-connection.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { stoppedBy, untilRefused } from "#core/jobs/refusals.ts";
import type { JobHandler, Outcome, Work } from "#core/jobs/work.ts";
import type { Caller } from "#core/people/caller.ts";
import { findCaller } from "#core/people/find-caller.ts";
import type { Ids } from "#core/ports/clock.ts";
import type { DataSourceStore, PeopleStore } from "#core/ports/store.ts";
import { askInJob, type AskingDeps } from "#core/remote/ask-in-job.ts";

/** What a worker needs to make a connection. */
export interface ConnectionJobDeps extends AskingDeps {
  readonly store: Pick<PeopleStore, "person"> & Pick<DataSourceStore, "guardOwner">;
  readonly ids: Ids;
}

/**
 * Makes the connection that a request could not wait for. It may run twice: the connection commits with the job's end,
 * and so once. Who asked must still have the right to at that moment.
 */
export const connectionCreationHandler =
  (deps: ConnectionJobDeps): JobHandler =>
  (work) =>
    untilRefused(() => create(deps, work));

async function create(deps: ConnectionJobDeps, work: Work): Promise<Outcome> {
  const { job } = work;
  const draft = connectionDraft.parse(job.input);
  await creator(deps, job.createdBy);
  await demandFreeName(deps.store, draft.name);
  const asked = targetOf(connectionOf(draft, job.createdBy, deps.clock.now()));
  await askInJob(deps, work, asked, (session) => session.server());
  return {
    result: { id: draft.id },
    writes: async () => {
      const maker = { user: await creator(deps, job.createdBy), requestId: job.correlationId };
      const at = deps.clock.now();
      return connectionWrites(deps.ids, at, maker, connectionOf(draft, maker.user.id, at), staleRead());
    },
    uncommitted: (refusal) => Promise.resolve(stoppedBy(refusal)),
  };
}

/** Who asked for it, if they still may. */
async function creator(deps: ConnectionJobDeps, userId: string): Promise<Caller> {
  const user = await findCaller(deps, userId);
  if (user !== null && can(user, "connection:create", deployment)) return user;
  throw new DomainError("forbidden", "Who asked for it may not create connections any more.");
}
