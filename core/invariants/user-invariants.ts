import { listedPermissions } from "#core/people/administrators.ts";
import { isPrivilegedService } from "#core/people/users/user-rules.ts";
import { finding, type Finding } from "./finding.ts";
import type { UserCensus } from "./user-census.ts";

/** A user stands in the list as they are, and nobody else does. */
function* places({ users, places: listed }: UserCensus): Iterable<Finding> {
  for (const [id, { name, email }] of users) {
    const place = listed.get(id);
    if (place?.name === name && place.email === email) continue;
    yield finding("user-is-listed", id, place === undefined ? "it is in no list" : `it is listed as another`);
  }
  for (const id of listed.keys()) {
    if (!users.has(id)) yield finding("user-is-listed", id, "it is listed, and gone");
  }
}

/** A key is its user's, who knows of it; and what they know of is there. */
function* keys({ users, keys: stored, rings }: UserCensus): Iterable<Finding> {
  const known = new Map([...rings].flatMap(([userId, ring]) => ring.map(({ id }) => [id, userId] as const)));
  for (const [id, userId] of stored) {
    if (!users.has(userId)) yield finding("key-has-its-user", id, `its user ${userId} is gone`);
    else if (known.get(id) !== userId) yield finding("key-is-listed", id, `${userId} does not know of it`);
  }
  for (const [id, userId] of known) {
    if (!stored.has(id)) yield finding("key-is-listed", id, `${userId} knows of it, and it is gone`);
  }
}

/** What lies with a user has one. */
function* belongings({ users, rings, invited, stated }: UserCensus): Iterable<Finding> {
  const of = { "list of keys": rings.keys(), invitation: invited, "provider's word": stated };
  for (const [what, userIds] of Object.entries(of)) {
    for (const id of userIds) {
      if (!users.has(id)) yield finding("nothing-without-its-user", id, `it is gone, and has an ${what}`);
    }
  }
}

/** Who has the permissions on which the deployment rests is written down. */
function* administrators({ users, administrators: listed }: UserCensus): Iterable<Finding> {
  for (const permission of listed === null ? [] : listedPermissions) {
    const holders = new Set(listed?.holders[permission]);
    for (const [id, user] of users) {
      const holds = !user.disabled && user.permissions.includes(permission);
      if (holds === holders.has(id)) continue;
      yield finding("administrators-are-known", id, `${permission}: ${holds ? "not listed" : "listed"}`);
    }
    for (const id of holders) {
      if (!users.has(id)) yield finding("administrators-are-known", id, `${permission}: gone, and listed`);
    }
  }
}

/** Nobody holds a key to what nobody gave them. */
function* services({ users, rings }: UserCensus): Iterable<Finding> {
  for (const [id, user] of users) {
    if (!isPrivilegedService(user) || (rings.get(id)?.length ?? 0) === 0) continue;
    yield finding("privileged-service-has-no-key", id, `it has keys and ${user.permissions.join(", ")}`);
  }
}

/** Users with their keys, and what is known of them. */
export function* userInvariants(census: UserCensus): Iterable<Finding> {
  yield* places(census);
  yield* keys(census);
  yield* belongings(census);
  yield* administrators(census);
  yield* services(census);
}
