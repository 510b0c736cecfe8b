import type * as z from "zod";
import type { member } from "#contracts/resources/member.ts";
import { audited, systemActor } from "#core/audit/record.ts";
import type { Call } from "#core/call/call.ts";
import type { Caller } from "#core/people/caller.ts";
import type { Write } from "#core/ports/change.ts";
import type { MemberDeps } from "#core/members/source-members.ts";
import type { DataSourceMember } from "#core/sources/data-source.ts";

type Shown = z.output<typeof member>;

/** What stands before a user's id in the id of an automatic subscription, which no record has. */
const automaticPrefix = "auto_";

/** The user whose automatic subscription an id names; null where it names a member. */
export const automaticUserId = (memberId: string): string | null =>
  memberId.startsWith(automaticPrefix) ? memberId.slice(automaticPrefix.length) : null;

/** A member as callers see it; the name is empty where the principal is gone. */
export function showMember(record: DataSourceMember, name: string): Shown {
  const { id, principal, role, expiresAt, addedBy, addedAt } = record;
  // Who was taken out by hand is no member, and asked about by nobody.
  if (role === "removed") throw new Error("what is no role was to be shown as one");
  return { id, principal: { ...principal, name }, role, expiresAt, automatic: false, addedBy, addedAt };
}

/** A user whom the policies subscribe. */
export const showAutomatic = ({ id, name }: Pick<Caller, "id" | "name">): Shown => ({
  id: `${automaticPrefix}${id}`,
  principal: { type: "user", id, name },
  role: "subscriber",
  expiresAt: null,
  automatic: true,
  addedBy: systemActor,
  addedAt: null,
});

/** What an audit record says of a member. */
const told = ({ id, principal, role, expiresAt }: DataSourceMember) => ({
  memberId: id,
  principal,
  role,
  expiresAt,
});

/** The record of a change of one member; null where nothing was, or is, stated. */
export const auditedMember = (
  { ids }: Pick<MemberDeps, "ids">,
  call: Call,
  at: Date,
  action: `data-source:${"add" | "change" | "remove"}-member`,
  dataSourceId: string,
  { before, after }: { readonly before: DataSourceMember | null; readonly after: DataSourceMember | null },
): Write =>
  audited(ids, at, call, {
    action,
    resource: { type: "data-source", id: dataSourceId },
    details: {
      before: before === null ? null : told(before),
      after: after === null ? null : told(after),
    },
  });
