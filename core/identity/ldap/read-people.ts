import { maxGroups } from "#contracts/resources/group.ts";
import type { LdapConfig } from "#core/identity/identity-provider.ts";
import type { DirectoryContent, Known } from "#core/identity/ldap/plan.ts";
import {
  DirectoryReadError,
  type DirectoryGroup,
  type DirectoryUser,
  type LdapDirectory,
} from "#core/ports/ldap-directory.ts";
import type { PrincipalStore } from "#core/ports/principal-store.ts";
import type { UserStore } from "#core/ports/user-store.ts";

/** So many people of one directory. */
export const maxDirectoryUsers = 10_000;

/** Everything in a directory. One that holds more than Reeve takes is refused as a whole: a part of it would remove people. */
export async function readDirectory(
  ldap: LdapDirectory,
  config: LdapConfig,
  bindPassword: string,
  signal: AbortSignal,
): Promise<DirectoryContent> {
  const [users, groups]: [DirectoryUser[], DirectoryGroup[]] = [[], []];
  for await (const entry of ldap.read(config, bindPassword, signal)) {
    signal.throwIfAborted();
    if (entry.kind === "user") users.push(entry);
    else groups.push(entry);
    if (users.length > maxDirectoryUsers || groups.length > maxGroups) {
      throw new DirectoryReadError(
        `the directory holds more than ${maxDirectoryUsers} users or ${maxGroups} groups: narrow the filters`,
        false,
      );
    }
  }
  return { users, groups };
}

const placesAtOnce = 1000;
/** Each user is two items, a hundred are a read, and so few reads go at once. */
const peopleAtOnce = 200;

/** Everybody of whom a provider has said something. */
export async function knownPeople(
  store: Pick<UserStore, "userPlaces"> & Pick<PrincipalStore, "people">,
  providerId: string,
): Promise<readonly Known[]> {
  const known: Known[] = [];
  let after: string | null = null;
  do {
    const places: Awaited<ReturnType<typeof store.userPlaces>> = await store.userPlaces(after, placesAtOnce);
    const ids = places.items.map(({ userId }) => userId);
    for (let start = 0; start < ids.length; start += peopleAtOnce) {
      const people = await store.people(ids.slice(start, start + peopleAtOnce));
      for (const { user, facts } of people.values()) {
        const of = facts.providers.find((one) => one.providerId === providerId);
        if (of !== undefined) known.push({ userId: user.id, facts: of });
      }
    }
    after = places.next;
  } while (after !== null);
  return known;
}
