import type { Permission } from "#contracts/resources/system.ts";
import { staleAside } from "#core/call/retry-conflict.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { isOut } from "#core/people/caller.ts";
import type { User } from "#core/people/user.ts";
import type { Write } from "#core/ports/change.ts";
import type { PeopleStore } from "#core/ports/store.ts";
import type { PrincipalStore } from "#core/ports/principal-store.ts";
import type { UserStore } from "#core/ports/user-store.ts";

/** The permissions of which it is known at any time who has them. */
export const listedPermissions = [
  "USER_ADMIN",
  "APPLICATION_ADMIN",
  "GOVERNANCE",
] as const satisfies readonly Permission[];
export type ListedPermission = (typeof listedPermissions)[number];

/** Without somebody who has these nobody could put things right any more. */
const needed = ["USER_ADMIN", "APPLICATION_ADMIN"] as const satisfies readonly ListedPermission[];

/** So many users may have one of these permissions: all of them are one item, which few changes rewrite. */
const mostHolders = 1000;

/**
 * Who has the permissions on which the deployment rests, of those who are not disabled in Reeve. One record: every
 * change of it excludes every other, so that of two administrators who take each other's rights away one fails.
 */
export interface Administrators {
  readonly holders: Readonly<Record<ListedPermission, readonly string[]>>;
  /** 0 where it was never stored. */
  readonly version: number;
}

/** A user, before and after; null where there is none. */
export interface UserChange {
  readonly before: User | null;
  readonly after: User | null;
}

type AdministratorStore = Pick<PeopleStore, "user"> &
  Pick<PrincipalStore, "people"> &
  Pick<UserStore, "administrators">;

/** The first administrator's id is fixed, so that bootstrapping again finds the same user. */
export const firstAdministratorId = "usr_first_administrator";

/** The permissions by which a user stands in the list. */
const listedOf = (user: User | null): readonly ListedPermission[] =>
  user === null || user.disabled
    ? []
    : listedPermissions.filter((permission) => user.permissions.includes(permission));

/** Who has them now. Before there was a list there was nobody but the first administrator. */
export async function administratorsNow(store: AdministratorStore): Promise<Administrators> {
  const stored = await store.administrators();
  if (stored !== null) return stored;
  const first = listedOf(await store.user(firstAdministratorId));
  const held = (permission: ListedPermission) => (first.includes(permission) ? [firstAdministratorId] : []);
  return {
    holders: {
      USER_ADMIN: held("USER_ADMIN"),
      APPLICATION_ADMIN: held("APPLICATION_ADMIN"),
      GOVERNANCE: held("GOVERNANCE"),
    },
    version: 0,
  };
}

/**
 * The writes that keep the list in step with a change of a user, none where it stays as it is. Fails as
 * `last-administrator` where nobody who can act would be left with USER_ADMIN or APPLICATION_ADMIN: a person who is
 * disabled neither in Reeve nor by a provider. Somebody who changes the list meanwhile makes the commit a stale read.
 */
export async function administratorWrites(
  store: AdministratorStore,
  { before, after }: UserChange,
): Promise<readonly Write[]> {
  const [held, kept] = [listedOf(before), listedOf(after)];
  const id = (after ?? before)?.id;
  if (id === undefined || sameOf(held, kept)) return [];
  const current = await administratorsNow(store);
  const lost = needed.filter((permission) => held.includes(permission) && !kept.includes(permission));
  for (const permission of lost) await demandAnother(store, current, permission, id);
  return [listWrite(current, holdersAfter(current, id, kept))];
}

const sameOf = (one: readonly string[], other: readonly string[]): boolean => one.join() === other.join();

function holdersAfter(
  { holders }: Administrators,
  id: string,
  kept: readonly ListedPermission[],
): Administrators["holders"] {
  const after = (permission: ListedPermission): readonly string[] => {
    const others = holders[permission].filter((holder) => holder !== id);
    if (!kept.includes(permission)) return others;
    if (others.length >= mostHolders) {
      throw new DomainError("too-many-administrators", `${mostHolders} users have ${permission} already.`);
    }
    return [...others, id];
  };
  return {
    USER_ADMIN: after("USER_ADMIN"),
    APPLICATION_ADMIN: after("APPLICATION_ADMIN"),
    GOVERNANCE: after("GOVERNANCE"),
  };
}

/** The write that stores the list over the one that was read. */
export const listWrite = (before: Administrators, holders: Administrators["holders"]): Write => ({
  write: "replace",
  kind: "administrators",
  record: { holders, version: before.version + 1 },
  expected: before.version,
  otherwise: staleAside(),
});

const readAtOnce = 25;

/** Refuses unless somebody else can act by the permission. */
async function demandAnother(
  store: AdministratorStore,
  { holders }: Administrators,
  permission: ListedPermission,
  id: string,
): Promise<void> {
  const others = holders[permission].filter((holder) => holder !== id);
  for (let start = 0; start < others.length; start += readAtOnce) {
    const people = await store.people(others.slice(start, start + readAtOnce));
    const acts = [...people.values()].some(
      (one) => one.user.kind === "person" && one.user.permissions.includes(permission) && !isOut(one),
    );
    if (acts) return;
  }
  throw new DomainError(
    "last-administrator",
    `No other person who is not disabled has ${permission}: give it to somebody first.`,
  );
}
