import * as z from "zod";
import type { Routes } from "#contracts/http/routes.ts";
import { authorize } from "#core/access/can.ts";
import { deployment } from "#core/access/resource.ts";
import type { UseCase } from "#core/call/call.ts";
import { fillPage } from "#core/call/fill-page.ts";
import { foldName } from "#core/names/fold.ts";
import type { StoredPerson } from "#core/people/caller.ts";
import type { Group, GroupMember } from "#core/people/group.ts";
import type { GroupDeps } from "#core/people/groups/group-deps.ts";
import { groupOf } from "#core/people/groups/group-rules.ts";
import { showGroup, showMember } from "#core/people/groups/show-group.ts";
import { nameMatcher } from "#core/people/principal-directory.ts";

const place = z.strictObject({ name: z.string(), id: z.string() });
type Place = z.infer<typeof place>;

const placeOf = ({ name, id }: Group): Place => ({ name: foldName(name), id });
const byPlace = (a: Place, b: Place): number =>
  a.name < b.name || (a.name === b.name && a.id < b.id) ? -1 : 1;

/** All groups, by name; they were read with the caller. */
export const listGroups =
  ({ cursors }: Pick<GroupDeps, "cursors">): UseCase<Routes["listGroups"]> =>
  async ({ query }, { user }) => {
    authorize(user, "group:read", deployment);
    const { search = "" } = query;
    const matches = nameMatcher(search);
    const found = user.directory.all.filter(({ name }) => matches(name));
    const groups = found.toSorted((a, b) => byPlace(placeOf(a), placeOf(b)));
    return await fillPage(cursors, `groups/${JSON.stringify(search)}`, query, place, {
      read: (after) =>
        Promise.resolve({
          items: groups.filter((group) => after === null || byPlace(after, placeOf(group)) < 0),
          next: null,
        }),
      positionOf: placeOf,
      show: showGroup,
    });
  };

/** One group. */
export const getGroup: UseCase<Routes["getGroup"]> = ({ params }, { user }) => {
  authorize(user, "group:read", deployment);
  return Promise.resolve(showGroup(groupOf(user, params.groupId)));
};

const memberPlace = z.strictObject({ userId: z.string(), providerId: z.string().nullable() });
type Listed = GroupMember & { readonly person: StoredPerson };

/** Who is in a group, and who says so; whoever was deleted is left out, though a job may not have come to them yet. */
export const listGroupMembers =
  ({ store, cursors, clock }: GroupDeps): UseCase<Routes["listGroupMembers"]> =>
  async ({ params, query }, { user }) => {
    authorize(user, "group:read", deployment);
    const { id } = groupOf(user, params.groupId);
    return await fillPage(cursors, `groups/${id}/members`, query, memberPlace, {
      read: async (after, limit) => {
        const members = await store.groupMembers(id, after, limit);
        const people = await store.people([...new Set(members.map(({ userId }) => userId))]);
        const last = members.at(-1);
        return {
          items: members.flatMap((member): Listed[] => {
            const person = people.get(member.userId);
            return person === undefined ? [] : [{ ...member, person }];
          }),
          next: members.length < limit || last === undefined ? null : memberPlaceOf(last),
        };
      },
      positionOf: memberPlaceOf,
      show: ({ person, ...member }) => showMember(member, person, clock.now()),
    });
  };

const memberPlaceOf = ({ userId, providerId }: GroupMember): z.infer<typeof memberPlace> => ({
  userId,
  providerId,
});
