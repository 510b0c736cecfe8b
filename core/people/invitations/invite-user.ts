import type { Routes } from "#contracts/http/routes.ts";
import { invitationDays } from "#contracts/resources/user.ts";
import { authorize } from "#core/access/can.ts";
import { deployment } from "#core/access/resource.ts";
import { audited } from "#core/audit/record.ts";
import { keptReply, type UseCase } from "#core/call/call.ts";
import { staleAside } from "#core/call/retry-conflict.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { StoredPerson } from "#core/people/caller.ts";
import { invitationToken, type Invitation } from "#core/people/invitations/invitation.ts";
import type { KeyRing } from "#core/people/keys/key-ring.ts";
import { standingKeys } from "#core/people/keys/new-key.ts";
import type { PeopleDeps } from "#core/people/people-deps.ts";
import { callerStands, retryAsCaller } from "#core/people/retry-as-caller.ts";
import type { User } from "#core/people/user.ts";
import type { ProviderFacts } from "#core/people/user-facts.ts";
import { readPerson } from "#core/people/users/read-users.ts";
import type { Write } from "#core/ports/change.ts";

const validMs = invitationDays * 24 * 3_600_000;

/** An invitation that is to be: what is told once, what a repeated reply tells, and the writes that make it. */
export interface NewInvitation {
  readonly told: { readonly token: string; readonly expiresAt: string };
  readonly repeated: { readonly token: null; readonly expiresAt: string };
  readonly writes: readonly Write[];
}

/** Invites a person; an invitation that they had before is void. */
export function newInvitation(
  { ids, keys }: Pick<PeopleDeps, "ids" | "keys">,
  at: Date,
  { id: userId }: Pick<User, "id">,
  createdBy: string,
): NewInvitation {
  const token = invitationToken(userId, keys.secret());
  const expiresAt = new Date(at.getTime() + validMs).toISOString();
  const record: Invitation = {
    userId,
    id: ids.next("invitation"),
    hash: keys.identify(token).hash,
    expiresAt,
    createdBy,
    createdAt: at.toISOString(),
  };
  return {
    told: { token, expiresAt },
    repeated: { token: null, expiresAt },
    writes: [{ write: "put", kind: "invitation", record }],
  };
}

/**
 * Invites a person anew. Whoever has a key or an identity provider needs none: an invitation to them would let whoever
 * makes it in as them, unseen.
 */
export const inviteUser =
  (deps: PeopleDeps): UseCase<Routes["inviteUser"]> =>
  ({ params }, call) =>
    retryAsCaller(deps, call, async (asked) => {
      authorize(asked.user, "user:manage", deployment);
      const { store, ids, clock } = deps;
      const stored = await readPerson(store, params.userId);
      const ring = await store.keyRing(stored.user.id);
      const at = clock.now();
      demandOutside(stored, ring, at);
      const { told, repeated, writes } = newInvitation(deps, at, stored.user, asked.user.id);
      await store.commit(
        [
          ...callerStands(asked, stored.user.id),
          { write: "require", kind: "user", record: stored.user, otherwise: staleAside() },
          { write: "require", kind: "key-ring", record: ring, otherwise: staleAside() },
          ...writes,
          audited(ids, at, asked, {
            action: "user:invite",
            resource: { type: "user", id: stored.user.id },
            details: { expiresAt: told.expiresAt },
          }),
        ],
        keptReply(asked, 201, repeated, at),
      );
      return told;
    });

/** Whether somebody can come in by what a provider says: one that is there, still of that issuer, and that proves who they are. */
const comesInBy =
  ({ directory }: StoredPerson) =>
  ({ providerId, issuer }: ProviderFacts): boolean => {
    const config = directory.provider(providerId)?.config;
    return config?.kind === "ldap" ? config.subjects !== null : config?.issuer === issuer;
  };

function demandOutside(stored: StoredPerson, ring: KeyRing, at: Date): void {
  const { user, facts } = stored;
  if (user.kind === "service") {
    throw new DomainError("already-joined", "A service user comes in by keys that are made for it.");
  }
  if (facts.providers.some(comesInBy(stored))) {
    throw new DomainError("already-joined", "The person comes in by an identity provider.");
  }
  if (standingKeys(ring, at).length > 0) {
    throw new DomainError("already-joined", "The person has a key. If it is lost, revoke it first.");
  }
}
