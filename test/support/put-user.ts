import { retryConflict } from "#core/call/retry-conflict.ts";
import { administratorWrites } from "#core/people/administrators.ts";
import type { ApiKey, User } from "#core/people/user.ts";
import { listingWrites } from "#core/people/users/user-writes.ts";
import type { Write } from "#core/ports/change.ts";
import type { App } from "./app.ts";

/** Puts a user with a key into the table as they are, with all by which they are known. */
export const putUser = (
  app: Pick<App, "store">,
  user: User,
  key: ApiKey,
  more: readonly Write[],
): Promise<void> =>
  retryConflict({ ifMatch: null }, async () => {
    const { id, name, expiresAt, createdAt } = key;
    const listed = { id, name, expiresAt, createdAt, createdBy: user.id };
    const writes: readonly Write[] = [
      { write: "put", kind: "user", record: user },
      ...listingWrites(null, user),
      ...more,
      { write: "put", kind: "api-key", record: key },
      { write: "put", kind: "key-ring", record: { userId: user.id, keys: [listed], version: 1 } },
    ];
    const administrators = await administratorWrites(app.store, { before: null, after: user });
    await app.store.commit([...writes, ...administrators]);
  });
