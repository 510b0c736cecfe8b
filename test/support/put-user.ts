import { retryConflict, staleAside } from "#core/call/retry-conflict.ts";
import { administratorWrites } from "#core/people/administrators.ts";
import type { ApiKey, User } from "#core/people/user.ts";
import { listingWrites } from "#core/people/users/user-writes.ts";
import type { Write } from "#core/ports/change.ts";
import type { App } from "./app.ts";

/** What groups list of a user, who is in some of them and then in others. */
function groupListWrites(
  userId: string,
  before: readonly string[],
  after: readonly string[],
): readonly Write[] {
  const listed = (groupId: string) => ({
    kind: "group-member" as const,
    record: {
      groupId,
      userId,
      providerId: null,
      addedBy: "usr_1",
      addedAt: "2026-01-01T00:00:00.000Z",
    },
  });
  return [
    ...before.filter((id) => !after.includes(id)).map((id) => ({ write: "remove" as const, ...listed(id) })),
    ...after.filter((id) => !before.includes(id)).map((id) => ({ write: "put" as const, ...listed(id) })),
  ];
}

/** Changes a user as they are stored, with all by which they are known: groups, attributes, permissions, whether they are out. */
export const changeUser = (
  { store }: Pick<App, "store">,
  { user: { id } }: { readonly user: Pick<User, "id"> },
  change: Partial<User>,
): Promise<User> =>
  retryConflict({ ifMatch: null }, async () => {
    const before = await store.user(id);
    if (before === null) throw new Error("there is no such user");
    const after: User = { ...before, ...change, version: before.version + 1 };
    const administrators = await administratorWrites(store, { before, after });
    await store.commit([
      { write: "replace", kind: "user", record: after, expected: before.version, otherwise: staleAside() },
      ...groupListWrites(id, before.groups, after.groups),
      ...administrators,
    ]);
    return after;
  });

/** Puts a user with a key into the table as they are, with all by which they are known. */
export const putUser = (app: Pick<App, "store">, user: User, key: ApiKey): Promise<void> =>
  retryConflict({ ifMatch: null }, async () => {
    const { id, name, expiresAt, createdAt } = key;
    const listed = { id, name, expiresAt, createdAt, createdBy: user.id };
    const writes: readonly Write[] = [
      { write: "put", kind: "user", record: user },
      ...listingWrites(null, user),
      ...groupListWrites(user.id, [], user.groups),
      { write: "put", kind: "api-key", record: key },
      { write: "put", kind: "key-ring", record: { userId: user.id, keys: [listed], version: 1 } },
    ];
    const administrators = await administratorWrites(app.store, { before: null, after: user });
    await app.store.commit([...writes, ...administrators]);
  });
