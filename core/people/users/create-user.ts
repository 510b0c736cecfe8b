import type { Routes } from "#contracts/http/routes.ts";
import { authorize } from "#core/access/can.ts";
import { deployment } from "#core/access/resource.ts";
import { audited } from "#core/audit/record.ts";
import { keptReply, type UseCase } from "#core/call/call.ts";
import { administratorWrites } from "#core/people/administrators.ts";
import { newInvitation } from "#core/people/invitations/invite-user.ts";
import type { PeopleDeps } from "#core/people/people-deps.ts";
import { callerStands, retryAsCaller } from "#core/people/retry-as-caller.ts";
import type { User } from "#core/people/user.ts";
import { noFacts } from "#core/people/user-facts.ts";
import { showUser } from "#core/people/users/show-user.ts";
import { demandSeparateDuties } from "#core/people/users/user-rules.ts";
import { creationWrites } from "#core/people/users/user-writes.ts";

type Wish = Parameters<UseCase<Routes["createUser"]>>[0]["body"];

const userOf = (id: string, { name, email, kind, permissions }: Wish, at: Date): User => ({
  id,
  name,
  email: email ?? "",
  kind,
  permissions,
  groups: [],
  attributes: {},
  externalUsernames: {},
  disabled: false,
  createdAt: at.toISOString(),
  version: 1,
});

/** Makes a user. A person gets an invitation, which is told once; a service user comes in by keys that are made for it. */
export const createUser =
  (deps: PeopleDeps): UseCase<Routes["createUser"]> =>
  ({ body }, call) =>
    retryAsCaller(deps, call, async (asked) => {
      authorize(asked.user, "user:manage", deployment);
      const { store, ids, clock } = deps;
      const at = clock.now();
      const user = userOf(ids.next("user"), body, at);
      await demandSeparateDuties(store, null, user);
      const invitation = user.kind === "person" ? newInvitation(deps, at, user, asked.user.id) : null;
      const shown = showUser({ user, facts: noFacts(user.id), directory: asked.user.directory }, at);
      const { name, email, kind, permissions } = user;
      await store.commit(
        [
          ...callerStands(asked, null),
          ...creationWrites(user),
          ...(await administratorWrites(store, { before: null, after: user })),
          ...(invitation?.writes ?? []),
          audited(ids, at, asked, {
            action: "user:create",
            resource: { type: "user", id: user.id },
            details: { after: { name, email, kind, permissions } },
          }),
        ],
        keptReply(asked, 201, { ...shown, invitation: invitation?.repeated ?? null }, at),
      );
      return { ...shown, invitation: invitation?.told ?? null };
    });
