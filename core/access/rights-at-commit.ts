import type { Connection, ConnectionMember } from "#core/connections/connection.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Caller } from "#core/people/caller.ts";
import type { User } from "#core/people/user.ts";
import type { Write } from "#core/ports/change.ts";

const changed = (): DomainError =>
  new DomainError("forbidden", "Your rights changed while the remote database was asked.");

/** Checks once more that the caller is the user who was let in, with the same permissions. */
export const userAtCommit = (user: User, otherwise = changed()): Write => ({
  write: "require",
  kind: "user",
  record: user,
  otherwise,
});

/** Checks once more that providers say of somebody what they said when they were let in. */
export const factsAtCommit = ({ facts }: Pick<Caller, "facts">, otherwise: DomainError): Write => ({
  write: "require",
  kind: "user-facts",
  record: facts,
  otherwise,
});

/**
 * The writes that check a caller's rights once more when a change commits: the user as they were when they
 * were let in, and the role that the change rests on. For changes that ask a remote database in between.
 */
export const rightsAtCommit = (
  user: User,
  member: ConnectionMember,
  otherwise = changed(),
): readonly Write[] => [userAtCommit(user, otherwise), ...memberAtCommit(member, otherwise)];

/** Checks once more that a user's role stands; that of a group is demanded with the connection, which keeps it. */
export const memberAtCommit = (member: ConnectionMember, otherwise: DomainError): readonly Write[] =>
  member.principal.type === "user"
    ? [{ write: "require", kind: "connection-member", record: member, otherwise }]
    : [];

/** The version of a connection that must stand where what is done rests on the role of a group. */
export const versionForRole = (
  { version }: Pick<Connection, "version">,
  members: readonly ConnectionMember[],
): number | undefined => (members.some(({ principal }) => principal.type === "group") ? version : undefined);
