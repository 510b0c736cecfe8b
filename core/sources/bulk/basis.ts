import { technologyContracts } from "#contracts/technologies/technology.ts";
import { can } from "#core/access/can.ts";
import { memberAtCommit, versionForRole } from "#core/access/rights-at-commit.ts";
import { nobody, type Connection } from "#core/connections/connection.ts";
import { registrarOf } from "#core/connections/registrar-of.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Job } from "#core/jobs/job.ts";
import type { Stopped } from "#core/jobs/work.ts";
import type { Caller } from "#core/people/caller.ts";
import { findCaller } from "#core/people/find-caller.ts";
import type { Write } from "#core/ports/change.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { Store } from "#core/ports/store.ts";
import type { BulkInput } from "#core/sources/bulk/bulk-input.ts";
import type { Candidate } from "#core/sources/bulk/chunk.ts";
import { refusalOf, type Scope } from "#core/sources/bulk/selection.ts";
import { tagsStand } from "#core/tags/resolve-tags.ts";
import { demandStanding, type Tag } from "#core/tags/tag.ts";
import type { TagTree } from "#core/tags/tag-tree.ts";
import { preventsStatistics } from "#core/sources/prevents-statistics.ts";
import { defaultSubscription } from "#core/subscriptions/default-subscription.ts";
import type { OwnSubscription } from "#core/subscriptions/subscription-policy.ts";

/** What a bulk registration rests on, as long as nobody changes it: who asked, the connection, and what holds for all. */
export interface Basis {
  readonly user: Caller;
  readonly connection: Connection;
  readonly scope: Scope;
  readonly tree: TagTree;
  readonly tags: readonly Tag[];
  readonly statisticsPrevented: boolean;
  readonly subscription: OwnSubscription;
  /** What commits fail with once it is not so any more: then it is read anew. */
  readonly over: DomainError;
}

/** What it takes to know what the work rests on. */
interface BasisDeps {
  readonly store: Store;
  readonly clock: Clock;
}

/** Reads anew what the work rests on; where the right to do it is gone, the work stops. */
export async function readBasis(
  { store, clock }: BasisDeps,
  job: Job,
  input: BulkInput,
): Promise<Basis | Stopped> {
  const user = await findCaller({ store, clock }, job.createdBy);
  const [view, settings, tree] = await Promise.all([
    store.connection(input.connectionId, user?.principals ?? nobody),
    store.settings(),
    store.tagTree(),
  ]);
  if (view === null || view.connection.closing) {
    return stopped("not-found", "The connection is being deleted or is gone.");
  }
  const { connection, memberships } = view;
  const { isReservedSchema } = technologyContracts[connection.technology];
  const scope = { memberships, isReservedSchema };
  const allowed = user !== null && can(user, "connection:register", { type: "connection", memberships });
  if (!allowed || input.schemas.every((glob) => refusalOf(glob, scope) !== null)) {
    return stopped("forbidden", "Who asked for it may not register these tables any more.");
  }
  // A tag that was deleted since is put on nothing.
  const tags = input.tagIds.flatMap((id) => tree.get(id) ?? []);
  demandStanding(tags, clock.now());
  return {
    user,
    connection,
    scope,
    tree,
    tags,
    statisticsPrevented: preventsStatistics(settings.preventStatisticsTag, tags),
    subscription: defaultSubscription(settings),
    over: new DomainError("contention", "What the work rests on was changed."),
  };
}

const stopped = (code: "forbidden" | "not-found", detail: string): Stopped => ({
  stopped: new DomainError(code, detail),
});

/** Checks once more, when a chunk commits, that everything is as the basis was read. */
export function basisAtCommit(
  { user, connection, scope, tree, tags, over }: Basis,
  made: readonly Candidate[],
): readonly Write[] {
  const roles = made.map(({ relation: { schema } }) => registrarOf(scope.memberships, schema));
  const members = [...new Set(roles)].filter((member) => member !== undefined);
  return [
    { write: "require", kind: "user", record: user, otherwise: over },
    ...members.flatMap((record) => memberAtCommit(record, over)),
    ...tagsStand(tree, tags, over),
    {
      write: "require-connection",
      connectionId: connection.id,
      secretRef: connection.secretRef,
      version: versionForRole(connection, members),
      otherwise: over,
    },
  ];
}
