import { permission } from "#contracts/resources/system.ts";
import { retryConflict } from "#core/call/retry-conflict.ts";
import { administratorsNow, firstAdministratorId, listWrite } from "#core/people/administrators.ts";
import type { KeyRing, ListedKey } from "#core/people/keys/key-ring.ts";
import { keyRemoval, ringWrite } from "#core/people/keys/new-key.ts";
import type { ApiKey, User } from "#core/people/user.ts";
import { creationWrites, listingWrites } from "#core/people/users/user-writes.ts";
import type { Write } from "#core/ports/change.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { PrincipalStore } from "#core/ports/principal-store.ts";
import type { Committer, PeopleStore } from "#core/ports/store.ts";
import type { UserStore } from "#core/ports/user-store.ts";

/** What bootstrapping needs from outside. */
export interface BootstrapDeps {
  readonly store: Committer & PeopleStore & PrincipalStore & UserStore;
  readonly clock: Clock;
}

type Given = Pick<ApiKey, "id" | "hash">;

/**
 * Makes the first administrator, with every permission, and gives them a key. Doing it again changes
 * nothing; doing it with another key takes the earlier one away. What a deployment of before knows nothing of (that
 * they are listed, and among the administrators) is made up for.
 */
export const bootstrapAdministrator = (
  { store, clock }: BootstrapDeps,
  key: Given,
  earlierKeyId: string | null = null,
): Promise<void> =>
  retryConflict({ ifMatch: null }, async () => {
    const createdAt = clock.now().toISOString();
    const writes = [
      ...(await administratorIn(store, createdAt)),
      ...(await keyIn(store, key, earlierKeyId, createdAt)),
    ];
    if (writes.length > 0) await store.commit(writes);
  });

/** The writes that make the administrator, or what is missing of them. */
async function administratorIn(store: BootstrapDeps["store"], createdAt: string): Promise<readonly Write[]> {
  const [user, listed] = await Promise.all([store.user(firstAdministratorId), store.administrators()]);
  if (user !== null && listed !== null) return [];
  const current = await administratorsNow(store);
  if (user !== null) return [...listingWrites(null, user), listWrite(current, current.holders)];
  const withThem = (holders: readonly string[]) => [...new Set([...holders, firstAdministratorId])];
  return [
    ...creationWrites(administrator(createdAt)),
    listWrite(current, {
      USER_ADMIN: withThem(current.holders.USER_ADMIN),
      APPLICATION_ADMIN: withThem(current.holders.APPLICATION_ADMIN),
      GOVERNANCE: withThem(current.holders.GOVERNANCE),
    }),
  ];
}

/** The writes that let this key in, list it, and take an earlier one away. */
async function keyIn(
  store: BootstrapDeps["store"],
  { id, hash }: Given,
  earlierKeyId: string | null,
  createdAt: string,
): Promise<readonly Write[]> {
  const goes = earlierKeyId === null || earlierKeyId === id ? null : earlierKeyId;
  const [ring, current, earlier] = await Promise.all([
    store.keyRing(firstAdministratorId),
    store.apiKey(id),
    goes === null ? null : store.apiKey(goes),
  ]);
  const name = "first administrator";
  const listed: ListedKey = { id, name, expiresAt: null, createdAt, createdBy: firstAdministratorId };
  const record: ApiKey = { id, hash, userId: firstAdministratorId, name, expiresAt: null, createdAt };
  return [
    ...(current === null || current.hash !== hash
      ? [{ write: "put", kind: "api-key", record } satisfies Write]
      : []),
    ...(earlier === null ? [] : [keyRemoval(ring, earlier)]),
    ...ringIn(ring, listed, goes),
  ];
}

function ringIn(ring: KeyRing, listed: ListedKey, goes: string | null): readonly Write[] {
  const kept = ring.keys.filter(({ id }) => id !== goes);
  const isListed = kept.some(({ id }) => id === listed.id);
  if (isListed && kept.length === ring.keys.length) return [];
  return [ringWrite(ring, isListed ? kept : [...kept, listed])];
}

const administrator = (createdAt: string): User => ({
  id: firstAdministratorId,
  name: "First administrator",
  email: "",
  kind: "person",
  permissions: [...permission.options],
  groups: [],
  attributes: {},
  externalUsernames: {},
  disabled: false,
  createdAt,
  version: 1,
});
