import type * as z from "zod";
import type { group as groupSchema, groupMember } from "#contracts/resources/group.ts";
import { callerOf, type StoredPerson } from "#core/people/caller.ts";
import type { Group, GroupMember } from "#core/people/group.ts";

/** A group as administrators see it. */
export const showGroup = ({
  id,
  name,
  providerId,
  attributes,
  createdAt,
  version,
}: Group): z.output<typeof groupSchema> => ({
  id,
  name,
  provider: providerId,
  attributes: Object.fromEntries(Object.entries(attributes).map(([of, values]) => [of, [...values]])),
  createdAt,
  version,
});

/** A member, with whether their being one counts at the time. */
export const showMember = (
  { groupId, providerId, addedBy, addedAt }: GroupMember,
  person: StoredPerson,
  now: Date,
): z.output<typeof groupMember> => ({
  userId: person.user.id,
  name: person.user.name,
  provider: providerId,
  holds: callerOf(person, now).memberOf.some(({ id }) => id === groupId),
  addedBy,
  addedAt,
});
