import { piecesOf, type RemovalPart, type RemovalPhase } from "#core/people/removal/removal-phase.ts";
import type { GroupMember } from "#core/people/group.ts";
import type { Write } from "#core/ports/change.ts";

const atOnce = 80;

type Place = Pick<GroupMember, "groupId" | "userId" | "providerId">;

const removals = (places: readonly Place[]): readonly Write[] =>
  places.map((place) => ({
    write: "remove",
    kind: "group-member",
    record: { ...place, addedBy: "", addedAt: "" },
  }));

/** A user is in no group's list any more, and a group that is gone lists nobody. */
export const leaveGroups: RemovalPhase = {
  name: "groupMembers",
  async *parts({ store }, { principal: { type, id }, groups }, after): AsyncGenerator<RemovalPart> {
    if (type === "user") {
      const done = Number(after ?? 0);
      for (const [index, some] of piecesOf(groups, atOnce).entries()) {
        const place = (index + 1) * atOnce;
        if (place <= done) continue;
        const places = some.map((of) => ({ ...of, userId: id }));
        yield {
          place: String(place),
          take: () =>
            Promise.resolve({ writes: removals(places), ids: places.map(({ groupId }) => groupId) }),
        };
      }
      return;
    }
    for (;;) {
      // What was taken away is not there any more: the first ones that are left are next.
      const members = await store.groupMembers(id, null, atOnce);
      if (members.length === 0) return;
      yield {
        place: "",
        take: () => Promise.resolve({ writes: removals(members), ids: members.map(({ userId }) => userId) }),
      };
    }
  },
};
