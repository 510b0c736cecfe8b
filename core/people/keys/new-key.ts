import { maxApiKeys } from "#contracts/resources/api-key.ts";
import { staleAside } from "#core/call/retry-conflict.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { KeyRing, ListedKey } from "#core/people/keys/key-ring.ts";
import type { ApiKey, User } from "#core/people/user.ts";
import type { Write } from "#core/ports/change.ts";
import type { Ids } from "#core/ports/clock.ts";
import type { KeyHasher } from "#core/ports/keys.ts";

const isExpired = ({ expiresAt }: Pick<ListedKey, "expiresAt">, at: Date): boolean =>
  expiresAt !== null && Date.parse(expiresAt) <= at.getTime();

/** The keys that are accepted. */
export const standingKeys = ({ keys }: KeyRing, at: Date): readonly ListedKey[] =>
  keys.filter((key) => !isExpired(key, at));

/** The write that stores a ring's keys over those that were read. */
export const ringWrite = (before: KeyRing, keys: readonly ListedKey[]): Write => ({
  write: "replace",
  kind: "key-ring",
  record: { userId: before.userId, keys, version: before.version + 1 },
  expected: before.version,
  otherwise: staleAside(),
});

/** The write that takes a key away, known by its id alone. */
export const keyRemoval = (
  { userId }: Pick<KeyRing, "userId">,
  key: Pick<ApiKey, "id" | "name" | "expiresAt" | "createdAt">,
  otherwise?: DomainError,
): Write => ({
  write: "remove",
  kind: "api-key",
  record: {
    id: key.id,
    userId,
    name: key.name,
    hash: "",
    expiresAt: key.expiresAt,
    createdAt: key.createdAt,
  },
  ...(otherwise === undefined ? {} : { otherwise }),
});

/** A key that is to be: what is told once, what is listed, and the writes that make it. */
export interface NewKey {
  readonly token: string;
  readonly listed: ListedKey;
  readonly writes: readonly Write[];
}

/** Whose key it will be, and what it is called. */
export interface KeyWish {
  readonly user: Pick<User, "id">;
  readonly ring: KeyRing;
  readonly name: string;
  readonly expiresAt: string | null;
  readonly createdBy: string;
}

/**
 * Makes a key of 32 random bytes; only its hash is stored. Keys that have expired go with it. Fails as `too-many-keys`
 * at the bound.
 */
export function newKey(
  { ids, keys }: { readonly ids: Ids; readonly keys: KeyHasher },
  at: Date,
  { user, ring, name, expiresAt, createdBy }: KeyWish,
): NewKey {
  const standing = standingKeys(ring, at);
  if (standing.length >= maxApiKeys) throw new DomainError("too-many-keys");
  const id = ids.next("apiKey");
  const token = `rv_${id}_${keys.secret()}`;
  const listed: ListedKey = { id, name, expiresAt, createdAt: at.toISOString(), createdBy };
  const { hash } = keys.identify(token);
  const record: ApiKey = { id, userId: user.id, name, hash, expiresAt, createdAt: listed.createdAt };
  return {
    token,
    listed,
    writes: [
      { write: "create", kind: "api-key", record },
      ringWrite(ring, [...standing, listed]),
      ...ring.keys.filter((key) => isExpired(key, at)).map((key) => keyRemoval(ring, key)),
    ],
  };
}
