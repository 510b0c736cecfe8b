import type { Routes } from "#contracts/http/routes.ts";
import { maxGroups } from "#contracts/resources/group.ts";
import { authorize } from "#core/access/can.ts";
import { deployment } from "#core/access/resource.ts";
import { audited } from "#core/audit/record.ts";
import { keptReply, type UseCase } from "#core/call/call.ts";
import { staleAside } from "#core/call/retry-conflict.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { newAttributes } from "#core/people/attributes.ts";
import type { Group } from "#core/people/group.ts";
import type { GroupDeps } from "#core/people/groups/group-deps.ts";
import { groupNameGuard, groupNameTaken } from "#core/people/groups/group-rules.ts";
import { showGroup } from "#core/people/groups/show-group.ts";
import { principalWords } from "#core/people/principal-directory.ts";
import { callerStands, retryAsCaller } from "#core/people/retry-as-caller.ts";

/** Makes a group of Reeve's own, which nobody is in yet. */
export const createGroup =
  (deps: GroupDeps): UseCase<Routes["createGroup"]> =>
  ({ body }, call) =>
    retryAsCaller(deps, call, async (asked) => {
      authorize(asked.user, "group:manage", deployment);
      const { store, ids, clock } = deps;
      const { directory } = asked.user;
      if (directory.all.length >= maxGroups) throw new DomainError("too-many-groups");
      const at = clock.now();
      const group: Group = {
        id: ids.next("group"),
        name: body.name,
        providerId: null,
        attributes: newAttributes(body.attributes ?? {}),
        createdAt: at.toISOString(),
        version: 1,
      };
      const result = showGroup(group);
      const { id, name, attributes } = group;
      await store.commit(
        [
          { write: "claim", guard: groupNameGuard(name), owner: id, otherwise: groupNameTaken(name) },
          ...callerStands(asked, null),
          { write: "create", kind: "group", record: group },
          ...principalWords({ type: "group", id }, name),
          // What was counted: of two who make the last one that there may be, one counts again.
          { write: "directory-changed", expected: directory.version, otherwise: staleAside() },
          audited(ids, at, asked, {
            action: "group:create",
            resource: { type: "group", id },
            details: { after: { name, attributes } },
          }),
        ],
        keptReply(asked, 201, result, at),
      );
      return result;
    });
