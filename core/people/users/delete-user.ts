import type { Routes } from "#contracts/http/routes.ts";
import { authorize } from "#core/access/can.ts";
import { deployment } from "#core/access/resource.ts";
import { audited } from "#core/audit/record.ts";
import type { UseCase } from "#core/call/call.ts";
import { demandVersion, staleAside, staleRead } from "#core/call/retry-conflict.ts";
import { dispatch } from "#core/jobs/dispatch.ts";
import { demandActingOwners } from "#core/members/acting-owners.ts";
import { administratorWrites } from "#core/people/administrators.ts";
import type { StoredPerson } from "#core/people/caller.ts";
import type { KeyRing } from "#core/people/keys/key-ring.ts";
import { keyRemoval } from "#core/people/keys/new-key.ts";
import type { PeopleDeps } from "#core/people/people-deps.ts";
import { listedIn, removalJob } from "#core/people/removal/removal-job.ts";
import { callerStands, retryAsCaller } from "#core/people/retry-as-caller.ts";
import { readPerson } from "#core/people/users/read-users.ts";
import { externalUsernameWrites, listingWrites } from "#core/people/users/user-writes.ts";
import type { Invitation } from "#core/people/invitations/invitation.ts";
import type { Write } from "#core/ports/change.ts";

/**
 * Deletes a user with their keys, at once, unless something would be left without an owner or administrator who can act:
 * whoever uses one of the keys is out. What they made stays, and names them by their id; a job takes their roles away.
 */
export const deleteUser =
  (deps: PeopleDeps): UseCase<Routes["deleteUser"]> =>
  async ({ params }, call) => {
    const job = await retryAsCaller(deps, call, async (asked) => {
      authorize(asked.user, "user:manage", deployment);
      const { store, ids, clock } = deps;
      const stored = await readPerson(store, params.userId);
      const { user } = stored;
      demandVersion(asked, user.version);
      const leaves = await demandActingOwners(deps, { principal: { type: "user", id: user.id } });
      const at = clock.now();
      const removal = removalJob(
        ids,
        { by: asked.user.id, at, correlationId: asked.requestId },
        { principal: { type: "user", id: user.id }, groups: listedIn(stored) },
      );
      const [ring, invitation] = await Promise.all([store.keyRing(user.id), store.invitation(user.id)]);
      const { name, email, kind, permissions, externalUsernames } = user;
      await store.commit([
        ...callerStands(asked, user.id),
        ...removalWrites(stored, ring, invitation),
        leaves,
        ...(await administratorWrites(store, { before: user, after: null })),
        { write: "enqueue", job: removal },
        audited(ids, at, asked, {
          action: "user:delete",
          resource: { type: "user", id: user.id },
          details: { before: { name, email, kind, permissions, externalUsernames }, jobId: removal.id },
        }),
      ]);
      return removal;
    });
    await dispatch(deps, job);
    return undefined;
  };

/** The writes that leave nothing of a user: neither a key nor a name that nobody else could have. */
function removalWrites(
  { user, facts }: StoredPerson,
  ring: KeyRing,
  invitation: Invitation | null,
): readonly Write[] {
  // A directory and an issuer of tokens may both say who somebody is, and mean the same.
  const named = new Map(facts.providers.map((of) => [JSON.stringify([of.issuer, of.subject]), of]));
  const identities = [...named.values()].map(({ issuer, subject }): Write => {
    const guard = { guard: "identity", issuer, subject } as const;
    return { write: "release", guard, owner: user.id };
  });
  return [
    { write: "remove", kind: "user", record: user, otherwise: staleRead() },
    ...listingWrites(user, null),
    ...(facts.version === 0
      ? []
      : [{ write: "remove", kind: "user-facts", record: facts, otherwise: staleAside() } satisfies Write]),
    ...identities,
    ...externalUsernameWrites(user, {}),
    ...(ring.version === 0
      ? []
      : [{ write: "remove", kind: "key-ring", record: ring, otherwise: staleAside() } satisfies Write]),
    ...ring.keys.map((key) => keyRemoval(ring, key)),
    ...(invitation === null
      ? []
      : [{ write: "remove", kind: "invitation", record: invitation } satisfies Write]),
  ];
}
