import { staleAside } from "#core/call/retry-conflict.ts";
import type { Principal } from "#core/connections/connection.ts";
import { everyIntegration } from "#core/dbt/integrations/every-integration.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { callerOf, principalText, type StoredPerson } from "#core/people/caller.ts";
import type { CatalogIndex, MemberDocument } from "#core/ports/catalog-index.ts";
import type { Write } from "#core/ports/change.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { DbtStore } from "#core/ports/dbt-store.ts";
import type { PrincipalStore } from "#core/ports/principal-store.ts";
import type { DataSourceMember } from "#core/sources/data-source.ts";

/** What it takes to know who can act. */
export interface ActingDeps {
  readonly store: Pick<PrincipalStore, "people" | "groupMembers" | "ownersLeft">;
  readonly clock: Clock;
}

/** Somebody who goes: a user or a group for good, or a user out of a group. */
export type Departure =
  | { readonly principal: Principal }
  | { readonly userId: string; readonly groupId: string };

/** Who is gone after a departure, as far as it tells who can act. */
interface Gone {
  readonly principal: string | null;
  readonly isMember: (groupId: string, userId: string) => boolean;
}

const nobodyGone: Gone = { principal: null, isMember: () => true };

function goneAfter(departure: Departure): Gone {
  if ("userId" in departure) {
    const { userId, groupId } = departure;
    return { principal: null, isMember: (group, user) => group !== groupId || user !== userId };
  }
  const { type, id } = departure.principal;
  return { principal: principalText({ type, id }), isMember: (_, user) => type !== "user" || user !== id };
}

/** So many members of a group are looked at together: the first that is enabled suffices. */
const membersAtOnce = 100;
/** So many groups, each with requests of its own, are looked at together. */
const groupsAtOnce = 20;
/** So many users are read together: two items each, a hundred items a request. */
const usersAtOnce = 1000;

const chunked = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );

const isEnabled = (person: StoredPerson, now: Date): boolean => !callerOf(person, now).disabled;

/** Whether an enabled user is in a group, as somebody in Reeve or a provider says whose word holds. */
function isActingMember(person: StoredPerson, groupId: string, now: Date): boolean {
  const { disabled, memberOf } = callerOf(person, now);
  return !disabled && memberOf.some(({ id }) => id === groupId);
}

async function groupActs({ store, clock }: ActingDeps, groupId: string, gone: Gone): Promise<boolean> {
  const now = clock.now();
  let after: Parameters<PrincipalStore["groupMembers"]>[1] = null;
  for (;;) {
    const page = await store.groupMembers(groupId, after, membersAtOnce);
    const userIds = [...new Set(page.map(({ userId }) => userId))].filter((id) => gone.isMember(groupId, id));
    const people = await store.people(userIds);
    if ([...people.values()].some((person) => isActingMember(person, groupId, now))) return true;
    if (page.length < membersAtOnce) return false;
    after = page.at(-1) ?? null;
  }
}

const idsOf = (type: Principal["type"], texts: readonly string[]): readonly string[] =>
  texts.filter((text) => text.startsWith(`${type}:`)).map((text) => text.slice(type.length + 1));

/** Which of these principals, each named by `principalText`, can act: enabled users, and groups with an enabled member. */
async function actingAmong(
  deps: ActingDeps,
  principals: readonly string[],
  gone: Gone,
): Promise<ReadonlySet<string>> {
  const acting = new Set<string>();
  const left = principals.filter((text) => text !== gone.principal);
  const now = deps.clock.now();
  for (const userIds of chunked(idsOf("user", left), usersAtOnce)) {
    for (const [id, person] of await deps.store.people(userIds)) {
      if (isEnabled(person, now)) acting.add(principalText({ type: "user", id }));
    }
  }
  for (const groupIds of chunked(idsOf("group", left), groupsAtOnce)) {
    const each = await Promise.all(groupIds.map((id) => groupActs(deps, id, gone)));
    groupIds.forEach((id, index) => {
      if (each[index] === true) acting.add(principalText({ type: "group", id }));
    });
  }
  return acting;
}

/** Of each of these lists whether it names nobody who can act. Of each no more is looked at than it takes. */
async function withoutActing(
  deps: ActingDeps,
  lists: readonly (readonly string[])[],
  gone: Gone,
): Promise<readonly boolean[]> {
  const known = new Map<string, boolean>();
  const isOpen = (list: readonly string[]): boolean =>
    !list.some((text) => known.get(text) === true) && list.some((text) => !known.has(text));
  for (;;) {
    const next = lists.filter(isOpen).map((list) => list.find((text) => !known.has(text)));
    const asked = [...new Set(next)].filter((text) => text !== undefined);
    if (asked.length === 0) break;
    const acting = await actingAmong(deps, asked, gone);
    for (const text of asked) known.set(text, acting.has(text));
  }
  return lists.map((list) => !list.some((text) => known.get(text) === true));
}

/** Whether any of these users and groups can act: an enabled user, or a group with an enabled member. */
export const anyActs = async (deps: ActingDeps, principals: readonly Principal[]): Promise<boolean> => {
  const [without] = await withoutActing(deps, [principals.map(principalText)], nobodyGone);
  return without === false;
};

/** What tells whoever looks for another owner at the same time; to be read before one looks. */
export async function ownerLeaves({ store }: Pick<ActingDeps, "store">): Promise<Write> {
  return { write: "owner-leaves", expected: await store.ownersLeft(), otherwise: staleAside() };
}

/**
 * Refuses the members that a data source would have after a change, where none of them is an owner who can act, for
 * good: `last-owner`. Commit the write that it answers with the change, and try again where that is refused
 * (`retryConflict`): it excludes all others that take owners away.
 */
export async function demandActingOwner(
  deps: ActingDeps,
  members: readonly Pick<DataSourceMember, "principal" | "role" | "expiresAt">[],
): Promise<Write> {
  const leaves = await ownerLeaves(deps);
  const owners = members.filter(({ role, expiresAt }) => role === "owner" && expiresAt === null);
  const acts = await anyActs(
    deps,
    owners.map(({ principal }) => principal),
  );
  if (acts) return leaves;
  throw new DomainError(
    "last-owner",
    "No owner would be left who can act: an enabled user, or a group with one, for as long as they like.",
  );
}

/**
 * Those who cease with a departure to act for what they own: who goes for good, and the groups that lose somebody who
 * acts for them.
 */
async function ownersAffected(deps: ActingDeps, departure: Departure): Promise<readonly Principal[]> {
  if ("principal" in departure && departure.principal.type === "group") return [departure.principal];
  const userId = "userId" in departure ? departure.userId : departure.principal.id;
  const person = (await deps.store.people([userId])).get(userId);
  const groups =
    person === undefined || !isEnabled(person, deps.clock.now())
      ? []
      : callerOf(person, deps.clock.now()).principals.filter(({ type }) => type === "group");
  return "userId" in departure
    ? groups.filter(({ id }) => id === departure.groupId)
    : [departure.principal, ...groups];
}

const isOwner = ({ role, expiresAt }: MemberDocument, now: Date): boolean =>
  role === "owner" && (expiresAt === null || Date.parse(expiresAt) > now.getTime());

/** Who owns a data source for good. */
const lastingOwners = (members: readonly MemberDocument[]): readonly string[] =>
  members
    .filter(({ role, expiresAt }) => role === "owner" && expiresAt === null)
    .map(({ principal }) => principal);

/** What it takes to know what a principal owns. */
export type OwnershipDeps = ActingDeps & {
  readonly store: Pick<DbtStore, "integrations">;
  readonly index: Pick<CatalogIndex, "membersOf">;
};

/** The lasting owners of each data source that any of these owns. */
async function ownersOfSources({ index, clock }: OwnershipDeps, principals: ReadonlySet<string>) {
  const now = clock.now();
  return [...(await index.membersOf(...principals)).values()]
    .filter((members) => members.some((member) => principals.has(member.principal) && isOwner(member, now)))
    .map(lastingOwners);
}

/** The owners of each integration that any of these owns: they will own what it makes. */
async function ownersOfIntegrations({ store }: OwnershipDeps, principals: ReadonlySet<string>) {
  const found: (readonly string[])[] = [];
  for await (const page of everyIntegration(store)) {
    const owners = page.map((integration) => integration.owners.map(principalText));
    found.push(...owners.filter((each) => each.some((owner) => principals.has(owner))));
  }
  return found;
}

const counted = (count: number, one: string): readonly string[] =>
  count === 0 ? [] : [`${count} ${one}${count === 1 ? "" : "s"}`];

/**
 * Refuses that a user or a group is deleted, or that a user leaves a group, while that would leave a data source, or an
 * integration with the data sources that it will make, without an owner who can act, for good: `last-owner`, which names
 * how many. Commit the write that it answers with the change, and try again where that is refused (`retryConflict`): it
 * excludes all others that take owners away.
 */
export async function demandActingOwners(deps: OwnershipDeps, departure: Departure): Promise<Write> {
  const leaves = await ownerLeaves(deps);
  const affected = new Set((await ownersAffected(deps, departure)).map(principalText));
  if (affected.size === 0) return leaves;
  const [sources, integrations] = await Promise.all([
    ownersOfSources(deps, affected),
    ownersOfIntegrations(deps, affected),
  ]);
  const without = await withoutActing(deps, [...sources, ...integrations], goneAfter(departure));
  const all = without.filter(Boolean).length;
  if (all === 0) return leaves;
  const inSources = without.slice(0, sources.length).filter(Boolean).length;
  const what = [...counted(inSources, "data source"), ...counted(all - inSources, "dbt Cloud integration")];
  throw new DomainError("last-owner", `${what.join(" and ")} would be left without an owner who can act.`);
}
