import type { Routes } from "#contracts/http/routes.ts";
import type { UseCase } from "#core/call/call.ts";
import { foldName } from "#core/names/fold.ts";
import { valuesOf, withAttribute, withoutAttribute } from "#core/people/attributes.ts";
import type { Group } from "#core/people/group.ts";
import { changeGroup } from "#core/people/groups/change-group.ts";
import type { GroupDeps } from "#core/people/groups/group-deps.ts";
import { demandOwnGroup, groupNameGuard, groupNameTaken } from "#core/people/groups/group-rules.ts";
import { principalWords } from "#core/people/principal-directory.ts";
import type { Attributes } from "#core/people/user.ts";
import type { Write } from "#core/ports/change.ts";

/** Renames a group: one write of it, because everything else names it by its id. */
export const updateGroup =
  (deps: GroupDeps): UseCase<Routes["updateGroup"]> =>
  ({ params, body }, call) =>
    changeGroup(deps, call, params.groupId, (before, user) => {
      demandOwnGroup(user, before);
      const name = body.name ?? before.name;
      return {
        after: { ...before, name },
        writes: [
          ...renaming(before, name),
          ...principalWords({ type: "group", id: before.id }, name, before.name),
        ],
        entry: { action: "group:update", details: { before: { name: before.name }, after: { name } } },
      };
    });

function renaming({ id, name: before }: Group, name: string): readonly Write[] {
  if (foldName(name) === foldName(before)) return [];
  return [
    { write: "claim", guard: groupNameGuard(name), owner: id, otherwise: groupNameTaken(name) },
    { write: "release", guard: groupNameGuard(before), owner: id },
  ];
}

/** Says what values a group's attribute has: all of its members have them with their next request. */
export const setGroupAttribute =
  (deps: GroupDeps): UseCase<Routes["setGroupAttribute"]> =>
  ({ params: { groupId, name }, body }, call) =>
    changeGroup(deps, call, groupId, (before) =>
      withAttributes(
        "group:set-attribute",
        before,
        name,
        withAttribute(before.attributes, name, body.values),
      ),
    );

/** Takes a group's attribute away. */
export const removeGroupAttribute =
  (deps: GroupDeps): UseCase<Routes["removeGroupAttribute"]> =>
  async ({ params: { groupId, name } }, call) => {
    await changeGroup(deps, call, groupId, (before) =>
      withAttributes("group:remove-attribute", before, name, withoutAttribute(before.attributes, name)),
    );
    return undefined;
  };

const withAttributes = (action: string, before: Group, name: string, attributes: Attributes) => ({
  after: { ...before, attributes },
  writes: [],
  entry: {
    action,
    details: {
      name,
      attributeValues: { before: valuesOf(before.attributes, name), after: valuesOf(attributes, name) },
    },
  },
});
