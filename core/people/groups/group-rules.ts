import { DomainError } from "#core/errors/domain-error.ts";
import type { Caller } from "#core/people/caller.ts";
import type { Group } from "#core/people/group.ts";
import type { Guard } from "#core/ports/change.ts";

/** The guard of a group's name: all groups share one set of names, whoever made them. */
export const groupNameGuard = (name: string): Guard => ({ guard: "group-name", name });

/** The error of a taken name. */
export const groupNameTaken = (name: string): DomainError =>
  new DomainError("group-name-taken", `A group is named ${JSON.stringify(name)} already.`, {
    errors: [{ in: "body", pointer: "/name", detail: "is taken, upper and lower case being the same" }],
  });

/** A group as the caller's directory has it; `not-found` where it has none. */
export function groupOf({ directory }: Pick<Caller, "directory">, groupId: string): Group {
  const found = directory.group(groupId);
  if (found === undefined) throw new DomainError("not-found");
  return found;
}

/** Refuses to say anew what an identity provider says of its group. One whose provider is gone is Reeve's own. */
export function demandOwnGroup({ directory }: Pick<Caller, "directory">, { providerId }: Group): void {
  if (providerId === null || directory.provider(providerId) === undefined) return;
  throw new DomainError("group-from-provider");
}

/** Refuses that somebody changes a group that they are in, and so what they themselves may do. */
export function demandNotMember({ saidToBeIn }: Pick<Caller, "saidToBeIn">, { id }: Group): void {
  if (!saidToBeIn.includes(id)) return;
  throw new DomainError("self-change", "You are in this group: another administrator has to change it.");
}

/** Refuses that somebody puts themselves into a group or takes themselves out of one. */
export function demandOther({ id }: Pick<Caller, "id">, userId: string): void {
  if (id !== userId) return;
  throw new DomainError("self-change", "Another administrator has to change the groups that you are in.");
}
