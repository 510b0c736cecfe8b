import { isSamePrincipal } from "#core/people/same-principal.ts";
import type { Principal } from "#core/connections/connection.ts";
import { foldName } from "#core/names/fold.ts";
import type { Caller } from "#core/people/caller.ts";
import type { Group } from "#core/people/group.ts";
import type { DataSourceMember } from "#core/sources/data-source.ts";
import { admissionTo, type Exposure } from "#core/sources/source-standing.ts";
import type { ApproverKind } from "#core/subscriptions/subscription-policy.ts";

/** Whether what is stated about a principal holds: what is for a time ends by the clock alone. */
export const holdsAt = (now: Date, { expiresAt }: Pick<DataSourceMember, "expiresAt">): boolean =>
  expiresAt === null || Date.parse(expiresAt) > now.getTime();

/** Somebody who is in a group and nothing else: what the group as a whole is to policies. */
const asGroup = (person: Caller, group: Group): Caller => ({
  ...person,
  memberOf: [group],
  standing: Object.fromEntries(
    Object.entries(group.attributes).map(([name, values]) => [foldName(name), values]),
  ),
});

/** What the policies ask for; of a group both who asks for it and the group itself must be let ask. */
function askedBy(person: Caller, requester: Principal, exposure: Exposure): readonly ApproverKind[] | null {
  const own = admissionTo(person, exposure).ask;
  if (own === null || requester.type === "user") return own;
  const group = person.memberOf.find(({ id }) => id === requester.id);
  return group === undefined ? null : admissionTo(asGroup(person, group), exposure).ask;
}

/**
 * Whose approval a request takes by the policies as they are; null where it may not be made: nobody may ask, who asks is
 * disabled or not in the group any more, or nobody would have to approve and somebody was taken out by hand, whom it would let in
 * again. Whoever approves that, an owner is among them.
 */
export function whatItTakes(
  person: Caller,
  requester: Principal,
  exposure: Exposure,
  holding: readonly Pick<DataSourceMember, "principal" | "role">[],
): readonly ApproverKind[] | null {
  if (person.disabled) return null;
  const asked = askedBy(person, requester, exposure);
  if (asked === null) return null;
  const out = holding.filter(({ role }) => role === "removed").map(({ principal }) => principal);
  const reopens =
    requester.type === "group" ? out.length > 0 : out.some((one) => isSamePrincipal(one, requester));
  if (!reopens) return asked;
  return asked.length === 0 ? null : [...new Set([...asked, "owner" as const])];
}
