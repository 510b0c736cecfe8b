import { items } from "#client/paging.ts";
import { idPrefixes } from "#contracts/ids.ts";
import { groupCreation, groupPatch } from "#contracts/resources/group.ts";
import { checked } from "../input/check.ts";
import { groupColumns, groupMemberColumns, principalColumns, printGroup } from "../output/group.ts";
import { printList, printOne } from "../output/print.ts";
import { attributePairs } from "../output/user.ts";
import type { Session } from "../session.ts";
import { say } from "../terminal.ts";
import { attributeBodies, type AttributeChanges } from "./attributes.ts";
import { listed, type ListOptions } from "./listing.ts";
import { userId } from "./resolve-user.ts";
import { byName, dataSourceId, isId } from "./resolve.ts";

/** A group that is named by its id or its name, which is its own alone. */
async function groupId({ client }: Session, text: string): Promise<string> {
  if (isId(idPrefixes.group, text)) return text;
  const found = items(client.listGroups, { query: { search: text, limit: 200 } });
  return (await byName(found, text, "group")).id;
}

const searchOf = (search: string | undefined) => (search === undefined ? {} : { search });

/** The groups. */
export async function listGroups(
  session: Session,
  { search, ...options }: ListOptions & { readonly search?: string },
): Promise<void> {
  const { terminal, client } = session;
  printList(session, groupColumns, await listed(terminal, client.listGroups, searchOf(search), options));
}

/** One group. */
export async function showGroup(session: Session, group: string): Promise<void> {
  const params = { groupId: await groupId(session, group) };
  printGroup(session, await session.client.getGroup({ params }));
}

/** Makes a group, perhaps with attributes. */
export async function createGroup(
  session: Session,
  name: string,
  { attribute = [] }: { readonly attribute?: readonly string[] },
): Promise<void> {
  const attributes = Object.fromEntries(
    attributeBodies(attribute).map(({ name: of, body }) => [of, body.values]),
  );
  const given = { name, ...(attribute.length === 0 ? {} : { attributes }) };
  const body = groupCreation.parse(checked(groupCreation, given));
  printGroup(session, await session.client.createGroup({ body }));
}

/** Gives a group another name. */
export async function renameGroup(session: Session, group: string, name: string): Promise<void> {
  const body = groupPatch.parse(checked(groupPatch, { name }));
  const params = { groupId: await groupId(session, group) };
  printGroup(session, await session.client.updateGroup({ params, body }));
}

/** Deletes a group. */
export async function deleteGroup(session: Session, group: string): Promise<void> {
  await session.client.deleteGroup({ params: { groupId: await groupId(session, group) } });
  say(session.terminal, `Group ${group} is deleted. A job takes away the roles that it had.`);
}

/** Who is in a group, and who says so. */
export async function listMembers(session: Session, group: string, options: ListOptions): Promise<void> {
  const params = { groupId: await groupId(session, group) };
  const list = ({ query }: { readonly query: { readonly limit: number } }) =>
    session.client.listGroupMembers({ params, query });
  printList(session, groupMemberColumns, await listed(session.terminal, list, {}, options));
}

/** Puts users into a group. Who they are is looked up first, so that a wrong name changes nothing. */
export async function addMembers(session: Session, group: string, users: readonly string[]): Promise<void> {
  const { client } = session;
  const params = await membersOf(session, group, users);
  const added = [];
  for (const one of params) added.push(await client.addGroupMember({ params: one }));
  printList(session, groupMemberColumns, added);
}

/** Takes users out of a group. */
export async function removeMembers(
  session: Session,
  group: string,
  users: readonly string[],
): Promise<void> {
  for (const params of await membersOf(session, group, users)) {
    await session.client.removeGroupMember({ params });
    say(session.terminal, `${params.userId} is out of the group.`);
  }
}

async function membersOf(session: Session, group: string, users: readonly string[]) {
  const id = await groupId(session, group);
  const found = [];
  for (const user of users) found.push({ groupId: id, userId: await userId(session, user) });
  return found;
}

/** Shows a group's attributes, or sets and takes away those that are named. */
export async function changeAttributes(
  session: Session,
  group: string,
  assignments: readonly string[],
  { unset = [] }: AttributeChanges,
): Promise<void> {
  const bodies = attributeBodies(assignments);
  const params = { groupId: await groupId(session, group) };
  for (const name of unset) await session.client.removeGroupAttribute({ params: { ...params, name } });
  for (const { name, body } of bodies) {
    await session.client.setGroupAttribute({ params: { ...params, name }, body });
  }
  const { attributes } = await session.client.getGroup({ params });
  printOne(session, attributes, attributePairs(attributes));
}

/** Users and groups to choose from. */
export async function findPrincipals(
  session: Session,
  search: string | undefined,
  { dataSource, ...options }: ListOptions & { readonly dataSource?: string },
): Promise<void> {
  const query = {
    ...searchOf(search),
    ...(dataSource === undefined ? {} : { dataSourceId: await dataSourceId(session, dataSource) }),
  };
  const { terminal, client } = session;
  printList(session, principalColumns, await listed(terminal, client.listPrincipals, query, options));
}
