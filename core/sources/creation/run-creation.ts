import { can } from "#core/access/can.ts";
import { staleRead } from "#core/call/retry-conflict.ts";
import { nobody, targetOf, type Connection } from "#core/connections/connection.ts";
import { registrarOf } from "#core/connections/registrar-of.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { wasRefused } from "#core/errors/was-refused.ts";
import { stoppedBy, untilRefused } from "#core/jobs/refusals.ts";
import type { JobHandler, Outcome, Work } from "#core/jobs/work.ts";
import { findCaller } from "#core/people/find-caller.ts";
import type { Store } from "#core/ports/store.ts";
import { askInJob, type AskingDeps } from "#core/remote/ask-in-job.ts";
import { creation, type Creation } from "#core/sources/creation/creation-input.ts";
import {
  completeCreation,
  demandFree,
  stageCreation,
  type CreationBasis,
  type CreationDeps,
} from "#core/sources/creation/creation.ts";
import { preventsStatistics } from "#core/sources/prevents-statistics.ts";
import { demandStanding } from "#core/tags/tag.ts";
import { defaultSubscription } from "#core/subscriptions/default-subscription.ts";

/** What a worker needs to make a data source. */
export interface LaterDeps extends CreationDeps, AskingDeps {
  readonly store: Store;
}

/**
 * Makes the data source that a request could not wait for. It may run twice: what it makes commits with the job's end,
 * and so once. Who asked must still have the right to at that moment.
 */
export const dataSourceCreationHandler =
  (deps: LaterDeps): JobHandler =>
  (work) =>
    untilRefused(() => create(deps, work));

async function create(deps: LaterDeps, work: Work): Promise<Outcome> {
  const { job } = work;
  const wanted = creation.parse(job.input);
  const { connection } = await readBasis(deps, job.createdBy, wanted);
  await demandFree(deps, wanted);
  const { schema, table } = wanted;
  const relation = await askInJob(deps, work, targetOf(connection), async (session) => {
    const described = await session.describe({ schema, name: table });
    await session.probe({ schema, name: table });
    return described;
  });
  const staged = await stageCreation(deps, { connection, relation });
  return {
    result: { id: staged.id },
    writes: async () => {
      const basis = await readBasis(deps, job.createdBy, wanted);
      const otherwise = { rights: staleRead(), tags: staleRead() };
      const commit = { at: deps.clock.now(), requestId: job.correlationId, otherwise };
      return completeCreation(deps, commit, wanted, basis, staged).writes;
    },
    uncommitted: async (error) => {
      // After an error that leaves it open, the sweep finds out whether a header points at it.
      if (wasRefused(error)) await deps.store.dropGeneration(staged.id, "schema", staged.dictionary);
      return stoppedBy(error);
    },
  };
}

/** What the creation rests on now, if it still may be: read before the database is asked, and again at the commit. */
async function readBasis(
  { store, clock }: LaterDeps,
  userId: string,
  { connectionId, schema, tagIds }: Creation,
): Promise<CreationBasis & { readonly connection: Connection }> {
  const user = await findCaller({ store, clock }, userId);
  const [view, settings, tree] = await Promise.all([
    store.connection(connectionId, user?.principals ?? nobody),
    store.settings(),
    store.tagTree(),
  ]);
  if (view === null || view.connection.closing) {
    throw new DomainError("not-found", "The connection is being deleted or is gone.");
  }
  const { connection, memberships } = view;
  const registrar = registrarOf(memberships, schema);
  const allowed = user !== null && can(user, "connection:register", { type: "connection", memberships });
  if (!allowed || registrar === undefined) {
    throw new DomainError("forbidden", "Who asked for it may not register this table any more.");
  }
  const tags = tagIds.flatMap((id) => tree.get(id) ?? []);
  if (tags.length < tagIds.length) throw new DomainError("tag-not-found", "A tag was deleted meanwhile.");
  demandStanding(tags, clock.now());
  const statisticsPrevented = preventsStatistics(settings.preventStatisticsTag, tags);
  return {
    user,
    connection,
    registrar,
    tree,
    tags,
    statisticsPrevented,
    subscription: defaultSubscription(settings),
  };
}
