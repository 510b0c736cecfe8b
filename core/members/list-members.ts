import * as z from "zod";
import type { Routes } from "#contracts/http/routes.ts";
import { can } from "#core/access/can.ts";
import type { UseCase } from "#core/call/call.ts";
import { fillPage } from "#core/call/fill-page.ts";
import { showAutomatic, showMember } from "#core/members/show-member.ts";
import { holds, statedAbout, type MemberDeps } from "#core/members/source-members.ts";
import { callerOf, type Caller } from "#core/people/caller.ts";
import type { Cursors } from "#core/ports/cursors.ts";
import type { DataSource, DataSourceMember } from "#core/sources/data-source.ts";
import { readDataSource, sourceResource } from "#core/sources/read-data-source.ts";
import { admissionTo, countingFor, exposureOf, isAutomatic } from "#core/sources/source-standing.ts";
import { mayAdmit } from "#core/subscriptions/admission.ts";

/** What lists are made of, beside what changes of members need. */
export interface MemberListDeps extends Pick<MemberDeps, "store" | "clock"> {
  readonly cursors: Cursors;
}

/** Groups come first, then users, then whom the policies subscribe; each part by the principals' ids. */
const position = z.strictObject({
  part: z.enum(["groups", "users", "automatic"]),
  after: z.string().nullable(),
});
type Position = z.output<typeof position>;

/** A line of the list. */
type Entry =
  | { readonly part: "groups" | "users"; readonly member: DataSourceMember; readonly name: string }
  | { readonly part: "automatic"; readonly user: Caller };

interface Page {
  readonly items: readonly Entry[];
  readonly next: Position | null;
}

/**
 * The members of a data source: those that somebody made members first, then, for owners and GOVERNANCE, the users whom
 * its policies subscribe. These are found by going through the users, a page at a time: a page of the list may hold few
 * of them, or none, and a cursor all the same.
 */
export const listMembers =
  (deps: MemberListDeps): UseCase<Routes["listMembers"]> =>
  async ({ params, query }, { user }) => {
    const { store, clock, cursors } = deps;
    const view = await readDataSource(store, user, params.dataSourceId, "data-source:list-members");
    const { dataSource } = view;
    const withAutomatic =
      can(user, "data-source:list-subscribers", sourceResource(user, view)) &&
      mayAdmit(countingFor(user, exposureOf(dataSource)), user.directory.combination);
    const now = clock.now();
    return await fillPage(cursors, `data-sources/${dataSource.id}/members`, query, position, {
      read: async (from, limit): Promise<Page> => {
        const { part, after } = from ?? { part: "groups", after: null };
        if (part === "groups") return await groupsPage(deps, user, dataSource, after, now);
        if (part === "users") return await usersPage(deps, dataSource, after, limit, now, withAutomatic);
        return withAutomatic
          ? await automaticPage(deps, dataSource, after, limit, now)
          : { items: [], next: null };
      },
      positionOf: (entry) => ({
        part: entry.part,
        after: entry.part === "automatic" ? entry.user.id : entry.member.principal.id,
      }),
      show: (entry) =>
        entry.part === "automatic" ? showAutomatic(entry.user) : showMember(entry.member, entry.name),
    });
  };

/** Whether somebody has a role, and still has it; who was taken out by hand has none. */
const isMember = (member: DataSourceMember, now: Date): boolean =>
  member.role !== "removed" && holds(member, now);

/** There are few groups: they are one item, and one page. */
async function groupsPage(
  { store }: MemberListDeps,
  { directory }: Caller,
  { id }: DataSource,
  after: string | null,
  now: Date,
): Promise<Page> {
  const { members } = await store.groupRoles(id);
  const items = members
    .filter((member) => isMember(member, now) && (after === null || member.principal.id > after))
    .toSorted((a, b) => (a.principal.id < b.principal.id ? -1 : 1))
    .map((member) => ({
      part: "groups" as const,
      member,
      name: directory.group(member.principal.id)?.name ?? "",
    }));
  return { items, next: { part: "users", after: null } };
}

async function usersPage(
  { store }: MemberListDeps,
  { id }: DataSource,
  after: string | null,
  limit: number,
  now: Date,
  goesOn: boolean,
): Promise<Page> {
  const page = await store.userMembers(id, after, limit);
  const members = page.items.filter((member) => isMember(member, now));
  const people = await store.people(members.map(({ principal }) => principal.id));
  const items = members.map((member) => ({
    part: "users" as const,
    member,
    name: people.get(member.principal.id)?.user.name ?? "",
  }));
  if (page.next !== null) return { items, next: { part: "users", after: page.next } };
  return { items, next: goesOn ? { part: "automatic", after: null } : null };
}

/** Of the next users those who are subscribers by the policies alone; whoever is disabled is none. */
async function automaticPage(
  { store }: MemberListDeps,
  dataSource: DataSource,
  after: string | null,
  limit: number,
  now: Date,
): Promise<Page> {
  const page = await store.userPlaces(after, limit);
  const people = await store.people(page.items.map(({ userId }) => userId));
  const exposure = exposureOf(dataSource);
  const admitted = page.items
    .flatMap(({ userId }) => people.get(userId) ?? [])
    .map((stored) => callerOf(stored, now))
    .filter((user) => !user.disabled && admissionTo(user, exposure).automatic);
  const stated = await store.dataSourceMemberships(
    admitted.flatMap(({ principals }) => principals),
    [dataSource.id],
  );
  const memberships = stated.get(dataSource.id) ?? [];
  const items = admitted
    .filter((user) => isAutomatic({ automatic: true }, statedAbout(user, memberships)))
    .map((user) => ({ part: "automatic" as const, user }));
  return { items, next: page.next === null ? null : { part: "automatic", after: page.next } };
}
