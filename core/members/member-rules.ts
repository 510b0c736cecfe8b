import { maxGroupMembers, maxUserMembers } from "#contracts/resources/member.ts";
import type { DataSourceRole } from "#contracts/resources/data-source.ts";
import type { AccessDirectory } from "#core/access/directory.ts";
import type { Principal } from "#core/connections/connection.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { callerOf, type Caller } from "#core/people/caller.ts";
import type { Group } from "#core/people/group.ts";
import type { PeopleStore } from "#core/ports/store.ts";
import { holds, type StandingMembers } from "#core/members/source-members.ts";
import type { DataSource, DataSourceMember } from "#core/sources/data-source.ts";
import { admissionTo, exposureOf } from "#core/sources/source-standing.ts";

/** Whom a role is given to, as they stand now. */
export type Given =
  | { readonly type: "user"; readonly user: Caller }
  | { readonly type: "group"; readonly group: Group };

/** The user or group, or null where there is none. */
export async function findPrincipal(
  store: Pick<PeopleStore, "person">,
  { directory }: Pick<Caller, "directory">,
  { type, id }: Principal,
  now: Date,
): Promise<Given | null> {
  if (type === "group") {
    const group = directory.group(id);
    return group === undefined ? null : { type, group };
  }
  const stored = await store.person(id);
  return stored === null ? null : { type, user: callerOf(stored, now) };
}

/** What they are called. */
export const nameOf = (given: Given): string => (given.type === "user" ? given.user.name : given.group.name);

/** Refuses a principal that is not there, and says where it was given. */
export const principalNotFound = ({ type }: Principal): DomainError =>
  new DomainError("principal-not-found", undefined, {
    errors: [{ in: "body", pointer: "/principal/id", detail: `is no ${type}` }],
  });

/** Refuses an end that is over already. */
export function demandFuture(expiresAt: string | null, now: Date): void {
  if (holds({ expiresAt }, now)) return;
  throw new DomainError("invalid-request", undefined, {
    errors: [{ in: "body", pointer: "/expiresAt", detail: "must be in the future" }],
  });
}

/** Refuses `ingest` where there is nothing to put objects into: a relation of a database is never written. */
export function demandFitting(role: DataSourceRole): void {
  if (role !== "ingest") return;
  throw new DomainError("ingest-needs-object-backed", undefined, {
    errors: [{ in: "body", pointer: "/role", detail: "`ingest` is for object-backed data sources" }],
  });
}

/**
 * Refuses a way around a policy that holds for many data sources: where one that applies asks for an approval, or for
 * groups and attributes, an owner lets in nobody but users whom the policies admit by themselves.
 */
export function demandAdmitted(known: AccessDirectory, dataSource: DataSource, given: Given | null): void {
  const exposure = exposureOf(dataSource);
  // What was read last of the two.
  const { directory } = given?.type === "user" ? given.user : { directory: known };
  const asking = directory
    .applying(exposure.tagIds)
    .some(({ kind }) => kind === "approval" || kind === "entitlement");
  if (!asking || (given?.type === "user" && admissionTo(given.user, exposure).automatic)) return;
  throw new DomainError(
    "approval-required",
    given?.type === "group"
      ? "A policy that applies to the data source admits people one by one, so no group."
      : "A policy that applies to the data source does not admit them by itself; they may ask for access.",
  );
}

/** Whether a principal who was no subscriber becomes one, or somebody stays for longer than was said. */
export function givesMore(before: DataSourceMember, after: DataSourceMember): boolean {
  if (before.role === "ingest" && after.role !== "ingest") return true;
  if (before.expiresAt === null) return false;
  return after.expiresAt === null || Date.parse(after.expiresAt) > Date.parse(before.expiresAt);
}

/** Whether somebody owns the data source for good. */
export const isLastingOwner = (member: DataSourceMember | null): boolean =>
  member !== null && member.role === "owner" && member.expiresAt === null;

/** Refuses one more than a data source may have; whose time is over does not count. */
export function demandRoom(
  { stored, holding }: Pick<StandingMembers, "stored" | "holding">,
  { type }: Principal,
): void {
  const ofType = ({ principal }: DataSourceMember): boolean => principal.type === type;
  const there = holding.filter(ofType).length;
  const over = stored.members.filter(ofType).length - there;
  const [all, most] = type === "group" ? [there, maxGroupMembers] : [stored.users - over, maxUserMembers];
  if (all >= most) throw new DomainError("too-many-members");
}
