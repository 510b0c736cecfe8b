import type { Routes } from "#contracts/http/routes.ts";
import { authorize } from "#core/access/can.ts";
import { deployment } from "#core/access/resource.ts";
import { audited } from "#core/audit/record.ts";
import type { Call, UseCase } from "#core/call/call.ts";
import { staleRead } from "#core/call/retry-conflict.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { demandActingOwners } from "#core/members/acting-owners.ts";
import type { StoredPerson } from "#core/people/caller.ts";
import type { Group, GroupMember } from "#core/people/group.ts";
import type { GroupDeps } from "#core/people/groups/group-deps.ts";
import { demandOther, demandOwnGroup, groupOf } from "#core/people/groups/group-rules.ts";
import { showMember } from "#core/people/groups/show-group.ts";
import { callerStands, retryAsCaller } from "#core/people/retry-as-caller.ts";
import type { User } from "#core/people/user.ts";
import type { Write } from "#core/ports/change.ts";

interface Pair {
  readonly groupId: string;
  readonly userId: string;
}

interface Found {
  readonly group: Group;
  readonly person: StoredPerson;
}

/** The group and the user, if the caller may change that the one is in the other. */
async function changeable({ store }: GroupDeps, { user }: Call, { groupId, userId }: Pair): Promise<Found> {
  authorize(user, "group:manage", deployment);
  const group = groupOf(user, groupId);
  const person = (await store.people([userId])).get(userId);
  if (person === undefined) throw new DomainError("not-found");
  demandOwnGroup(user, group);
  demandOther(user, userId);
  return { group, person };
}

/** The user in other groups; those that are gone by now are dropped. */
const withGroups = ({ user, directory }: StoredPerson, groups: readonly string[]): User => ({
  ...user,
  groups: groups.filter((id) => directory.group(id) !== undefined),
  version: user.version + 1,
});

const replaced = (before: User, after: User): Write => ({
  write: "replace",
  kind: "user",
  record: after,
  expected: before.version,
  otherwise: staleRead(),
});

/** Puts a user into a group of Reeve's own. Who is in it stays in it, as they were put there. */
export const addGroupMember =
  (deps: GroupDeps): UseCase<Routes["addGroupMember"]> =>
  ({ params }, call) =>
    retryAsCaller(deps, call, async (asked) => {
      const { store, clock } = deps;
      const { group, person } = await changeable(deps, asked, params);
      const { user } = person;
      const at = clock.now();
      if (user.groups.includes(group.id)) return showMember(await standing(deps, params), person, at);
      const member: GroupMember = {
        groupId: group.id,
        userId: user.id,
        providerId: null,
        addedBy: asked.user.id,
        addedAt: at.toISOString(),
      };
      const after = withGroups(person, [...user.groups, group.id]);
      await store.commit([
        ...callerStands(asked, null),
        {
          write: "require-principal",
          principal: { type: "group", id: group.id },
          otherwise: new DomainError("not-found"),
        },
        replaced(user, after),
        { write: "put", kind: "group-member", record: member },
        auditedMember(deps, asked, "group:add-member", { group, person }, at),
      ]);
      return showMember(member, { ...person, user: after }, at);
    });

/** That somebody is in a group, as it was said when they were put there. */
async function standing({ store }: GroupDeps, { groupId, userId }: Pair): Promise<GroupMember> {
  const [found] = await store.groupMembers(groupId, { userId, providerId: "" }, 1);
  if (found?.userId === userId && found.providerId === null) return found;
  throw staleRead();
}

/** Takes a user out of a group, unless something would be left without an owner who can act. Who is not in it stays out. */
export const removeGroupMember =
  (deps: GroupDeps): UseCase<Routes["removeGroupMember"]> =>
  ({ params }, call) =>
    retryAsCaller(deps, call, async (asked) => {
      const { store, clock } = deps;
      const { group, person } = await changeable(deps, asked, params);
      const { user } = person;
      if (!user.groups.includes(group.id)) return undefined;
      const leaves = await demandActingOwners(deps, params);
      const after = withGroups(
        person,
        user.groups.filter((id) => id !== group.id),
      );
      await store.commit([
        ...callerStands(asked, null),
        leaves,
        replaced(user, after),
        {
          write: "remove",
          kind: "group-member",
          record: { groupId: group.id, userId: user.id, providerId: null, addedBy: "", addedAt: "" },
        },
        auditedMember(deps, asked, "group:remove-member", { group, person }, clock.now()),
      ]);
      return undefined;
    });

const auditedMember = (
  { ids }: GroupDeps,
  call: Call,
  action: string,
  { group, person: { user } }: Found,
  at: Date,
): Write =>
  audited(ids, at, call, {
    action,
    resource: { type: "group", id: group.id },
    details: { group: group.name, userId: user.id, user: user.name },
  });
