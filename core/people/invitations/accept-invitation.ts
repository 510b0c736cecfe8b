import type { Routes } from "#contracts/http/routes.ts";
import { audited, auditedDenial } from "#core/audit/record.ts";
import type { Call, UseCase } from "#core/call/call.ts";
import { retryConflict, staleAside } from "#core/call/retry-conflict.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { callerOf, isOut, type StoredPerson } from "#core/people/caller.ts";
import { invitedBy, type Invitation } from "#core/people/invitations/invitation.ts";
import { newKey } from "#core/people/keys/new-key.ts";
import type { PeopleDeps } from "#core/people/people-deps.ts";
import { showUser } from "#core/people/users/show-user.ts";

/** Used, replaced, expired, invented, or of somebody who is out: all look alike. */
const invalid = (): DomainError => new DomainError("invitation-invalid");

/**
 * Turns an invitation into a person's first key. The invitation goes in the same transaction: of two who use it at once
 * one gets a key.
 */
export const acceptInvitation =
  (deps: PeopleDeps): UseCase<Routes["acceptInvitation"]> =>
  ({ body }, call) =>
    retryConflict({ ifMatch: null }, async () => {
      const { store, ids, clock } = deps;
      const at = clock.now();
      const { invitation, stored } = await invited(deps, call, body.token, at);
      const { user } = stored;
      const ring = await store.keyRing(user.id);
      const made = newKey(deps, at, {
        user,
        ring,
        name: body.keyName,
        expiresAt: null,
        createdBy: user.id,
      });
      const { id: keyId, name } = made.listed;
      await store.commit([
        { write: "remove", kind: "invitation", record: invitation, otherwise: invalid() },
        { write: "require", kind: "user", record: user, otherwise: staleAside() },
        ...made.writes,
        audited(
          ids,
          at,
          { ...call, user: callerOf(stored, at) },
          { action: "user:join", resource: { type: "user", id: user.id }, details: { keyId, name } },
        ),
      ]);
      return { user: showUser(stored, at), key: made.token };
    });

/** One that was made, and is refused for what became of it or of its user since, is recorded: somebody holds it. */
async function invited(
  { store, keys, ids }: PeopleDeps,
  call: Call,
  token: string,
  at: Date,
): Promise<{ readonly invitation: Invitation; readonly stored: StoredPerson }> {
  const userId = invitedBy(token);
  if (userId === null) throw invalid();
  const [invitation, stored] = await Promise.all([store.invitation(userId), store.person(userId)]);
  if (invitation === null || !keys.same(invitation.hash, keys.identify(token).hash)) throw invalid();
  if (stored === null) throw invalid();
  const isExpired = Date.parse(invitation.expiresAt) <= at.getTime();
  if (!isExpired && !isOut(stored)) return { invitation, stored };
  await store.commit([
    auditedDenial(
      ids,
      at,
      { ...call, user: { id: userId } },
      {
        action: "user:join",
        resource: { type: "user", id: userId },
        details: { reason: isExpired ? "expired" : "disabled" },
      },
    ),
  ]);
  throw invalid();
}
