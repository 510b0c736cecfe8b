import type { Routes } from "#contracts/http/routes.ts";
import { authorize } from "#core/access/can.ts";
import { deployment } from "#core/access/resource.ts";
import { audited } from "#core/audit/record.ts";
import type { UseCase } from "#core/call/call.ts";
import { demandVersion, staleRead } from "#core/call/retry-conflict.ts";
import { dispatch } from "#core/jobs/dispatch.ts";
import { demandActingOwners } from "#core/members/acting-owners.ts";
import type { GroupDeps } from "#core/people/groups/group-deps.ts";
import { demandNotMember, demandOwnGroup, groupNameGuard, groupOf } from "#core/people/groups/group-rules.ts";
import { principalWords } from "#core/people/principal-directory.ts";
import { removalJob } from "#core/people/removal/removal-job.ts";
import { callerStands, retryAsCaller } from "#core/people/retry-as-caller.ts";

/**
 * Deletes a group, unless something would be left without an owner who can act: with the next request nobody is anything
 * by it any more. A job takes away what still names it; ids that users name are dropped when the user is next written.
 */
export const deleteGroup =
  (deps: GroupDeps): UseCase<Routes["deleteGroup"]> =>
  async ({ params }, call) => {
    const job = await retryAsCaller(deps, call, async (asked) => {
      authorize(asked.user, "group:manage", deployment);
      const { store, ids, clock } = deps;
      const group = groupOf(asked.user, params.groupId);
      demandVersion(asked, group.version);
      demandOwnGroup(asked.user, group);
      demandNotMember(asked.user, group);
      const { id, name, attributes } = group;
      const principal = { type: "group", id } as const;
      const leaves = await demandActingOwners(deps, { principal });
      const at = clock.now();
      const removal = removalJob(
        ids,
        { by: asked.user.id, at, correlationId: asked.requestId },
        { principal, groups: [] },
      );
      await store.commit([
        ...callerStands(asked, null),
        leaves,
        { write: "remove", kind: "group", record: group, otherwise: staleRead() },
        { write: "release", guard: groupNameGuard(name), owner: id },
        ...principalWords(principal, null, name),
        { write: "directory-changed" },
        { write: "enqueue", job: removal },
        audited(ids, at, asked, {
          action: "group:delete",
          resource: principal,
          details: { before: { name, attributes }, jobId: removal.id },
        }),
      ]);
      return removal;
    });
    await dispatch(deps, job);
    return undefined;
  };
