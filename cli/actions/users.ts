import { userCreation, userPatch } from "#contracts/resources/user.ts";
import { UsageError } from "../failure.ts";
import { parsePair } from "../input/assignments.ts";
import { checked } from "../input/check.ts";
import { printList, printOne } from "../output/print.ts";
import { attributePairs, printUser, userColumns, type User } from "../output/user.ts";
import type { Session } from "../session.ts";
import { say } from "../terminal.ts";
import { attributeBodies, type AttributeChanges } from "./attributes.ts";
import { invitationPairs, tellInvitation } from "./invitations.ts";
import { listed, type ListOptions } from "./listing.ts";
import { userId } from "./resolve-user.ts";

/** What narrows `user list`. */
export interface UserFilters {
  readonly search?: string;
  readonly permission?: readonly string[];
  readonly disabled?: true;
  readonly enabled?: true;
}

/** The users. */
export async function listUsers(
  session: Session,
  { search, permission, disabled, enabled, ...options }: ListOptions & UserFilters,
): Promise<void> {
  if (disabled === true && enabled === true) throw new UsageError("Give either --disabled or --enabled.");
  const query = {
    ...(search === undefined ? {} : { search }),
    ...(permission === undefined ? {} : { permission: permission.map(permissionOf) }),
    ...(disabled === true ? { disabled: "true" as const } : {}),
    ...(enabled === true ? { disabled: "false" as const } : {}),
  };
  printList(session, userColumns, await listed(session.terminal, session.client.listUsers, query, options));
}

type Permission = User["permissions"][number];

/** A permission in any case, and with dashes. What it means is the service's to know. */
const permissionOf = (text: string): Permission => text.toUpperCase().replaceAll("-", "_") as Permission;

/** One user. */
export async function showUser(session: Session, name: string): Promise<void> {
  printUser(session, await session.client.getUser({ params: { userId: await userId(session, name) } }));
}

/** The options of `user create`. */
export interface UserCreation {
  readonly email?: string;
  readonly service?: true;
  readonly permission?: readonly string[];
}

/** Makes a user; a person's invitation is told once. */
export async function createUser(
  session: Session,
  name: string,
  { email, service, permission = [] }: UserCreation,
): Promise<void> {
  const given = {
    name,
    ...(email === undefined ? {} : { email }),
    kind: service === true ? "service" : "person",
    permissions: permission.map(permissionOf),
  };
  const made = await session.client.createUser({ body: userCreation.parse(checked(userCreation, given)) });
  const { invitation } = made;
  printUser(session, made, invitation === null ? [] : invitationPairs(invitation));
  if (invitation !== null) tellInvitation(session);
}

/** The options of `user update`. */
export interface UserUpdate {
  readonly name?: string;
  readonly grant?: readonly string[];
  readonly revoke?: readonly string[];
  readonly externalUsername?: readonly string[];
}

/** Changes what is given of a user. */
export async function updateUser(session: Session, user: string, options: UserUpdate): Promise<void> {
  const { name, grant = [], revoke = [], externalUsername = [] } = options;
  if (name === undefined && [...grant, ...revoke, ...externalUsername].length === 0) {
    throw new UsageError("Say what to change: --name, --grant, --revoke or --external-username.");
  }
  const params = { userId: await userId(session, user) };
  const before = await session.client.getUser({ params });
  const taken = revoke.map(permissionOf);
  const permissions = [...before.permissions, ...grant.map(permissionOf)].filter(
    (one) => !taken.includes(one),
  );
  const usernames = externalUsername.map((pair) => parsePair(pair, "--external-username"));
  const given = {
    ...(name === undefined ? {} : { name }),
    ...(grant.length + revoke.length === 0 ? {} : { permissions }),
    ...(usernames.length === 0
      ? {}
      : { externalUsernames: Object.fromEntries(usernames.map(([of, as]) => [of, as === "" ? null : as])) }),
  };
  const body = userPatch.parse(checked(userPatch, given));
  printUser(session, await session.client.updateUser({ params, body, ifMatch: before.version }));
}

/** Lets a user in no more, or again. */
export async function setDisabled(session: Session, user: string, disabled: boolean): Promise<void> {
  const params = { userId: await userId(session, user) };
  const after = await session.client.updateUser({ params, body: { disabled } });
  const who = `${after.name} (${after.id})`;
  if (disabled) say(session.terminal, `${who} is disabled.`);
  else if (after.disabled) say(session.terminal, `${who} stays out: an identity provider says so.`);
  else say(session.terminal, `${who} is enabled.`);
}

/** Deletes a user. */
export async function deleteUser(session: Session, user: string): Promise<void> {
  await session.client.deleteUser({ params: { userId: await userId(session, user) } });
  say(session.terminal, `User ${user} is deleted. A job takes away the roles that they had.`);
}

/** Shows a user's attributes, or sets and takes away those that are named. */
export async function changeAttributes(
  session: Session,
  user: string,
  assignments: readonly string[],
  { unset = [] }: AttributeChanges,
): Promise<void> {
  const bodies = attributeBodies(assignments);
  const params = { userId: await userId(session, user) };
  for (const name of unset) await session.client.removeUserAttribute({ params: { ...params, name } });
  for (const { name, body } of bodies) {
    await session.client.setUserAttribute({ params: { ...params, name }, body });
  }
  const { attributes } = await session.client.getUser({ params });
  printOne(session, attributes, attributePairs(attributes));
}
