import { auditedSystem, systemActor } from "#core/audit/record.ts";
import { staleAside } from "#core/call/retry-conflict.ts";
import { wasRefused } from "#core/errors/was-refused.ts";
import { dispatch, type DispatchDeps } from "#core/jobs/dispatch.ts";
import type { Job } from "#core/jobs/job.ts";
import type { Group } from "#core/people/group.ts";
import { groupNameGuard } from "#core/people/groups/group-rules.ts";
import { principalWords } from "#core/people/principal-directory.ts";
import { removalJob } from "#core/people/removal/removal-job.ts";
import type { Ids } from "#core/ports/clock.ts";
import type { Committer, PeopleStore } from "#core/ports/store.ts";

/** What the sweep of groups needs from outside. */
export interface GroupSweepDeps extends DispatchDeps {
  readonly store: DispatchDeps["store"] & Pick<Committer, "commit"> & Pick<PeopleStore, "directory">;
  readonly ids: Ids;
}

const correlationId = "sweep";
/** So many at a run, which comes again a minute later. */
const atOnce = 200;

/**
 * Removes groups of providers that are gone, as if somebody deleted each: nobody was anything by them any more already. A
 * job takes away what still names one. Nothing is refused because a data source is left without an owner: where none can
 * act, a USER_ADMIN adds one.
 */
export async function sweepGroups(deps: GroupSweepDeps): Promise<number> {
  const { forsaken } = await deps.store.directory();
  let removed = 0;
  for (const group of forsaken.slice(0, atOnce)) {
    const job = await remove(deps, group);
    if (job === null) continue;
    removed += 1;
    await dispatch(deps, job);
  }
  return removed;
}

/** Null where somebody else was quicker. */
async function remove({ store, ids, clock }: GroupSweepDeps, group: Group): Promise<Job | null> {
  const principal = { type: "group", id: group.id } as const;
  const at = clock.now();
  const job = removalJob(ids, { by: systemActor, at, correlationId }, { principal, groups: [] });
  try {
    await store.commit([
      { write: "remove", kind: "group", record: group, otherwise: staleAside() },
      { write: "release", guard: groupNameGuard(group.name), owner: group.id },
      ...principalWords(principal, null, group.name),
      { write: "directory-changed" },
      { write: "enqueue", job },
      auditedSystem(ids, at, correlationId, {
        action: "group:delete",
        resource: principal,
        details: { before: { name: group.name, providerId: group.providerId }, jobId: job.id },
      }),
    ]);
    return job;
  } catch (error) {
    if (wasRefused(error)) return null;
    throw error;
  }
}
