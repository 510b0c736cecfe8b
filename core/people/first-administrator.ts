import { permission } from "#contracts/resources/system.ts";
import { principalWords } from "#core/people/principal-directory.ts";
import type { ApiKey, User } from "#core/people/user.ts";
import type { Write } from "#core/ports/change.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { Committer, PeopleStore } from "#core/ports/store.ts";

/** The first administrator's id is fixed, so that bootstrapping again finds the same user. */
export const firstAdministratorId = "usr_first_administrator";

/** What bootstrapping needs from outside. */
export interface BootstrapDeps {
  readonly store: Committer & PeopleStore;
  readonly clock: Clock;
}

/**
 * Makes the first administrator, with every permission, and gives them a key. Doing it again changes
 * nothing; doing it with another key takes the earlier one away.
 */
export async function bootstrapAdministrator(
  { store, clock }: BootstrapDeps,
  key: Pick<ApiKey, "id" | "hash">,
  earlierKeyId: string | null = null,
): Promise<void> {
  const createdAt = clock.now().toISOString();
  const writes: Write[] = [];
  if ((await store.user(firstAdministratorId)) === null) {
    const record = administrator(createdAt);
    writes.push({ write: "put", kind: "user", record });
    writes.push(...principalWords({ type: "user", id: record.id }, record.name));
  }
  const current = await store.apiKey(key.id);
  if (current === null || current.hash !== key.hash) {
    const record: ApiKey = {
      id: key.id,
      hash: key.hash,
      userId: firstAdministratorId,
      name: "first administrator",
      expiresAt: null,
      createdAt,
    };
    writes.push({ write: "put", kind: "api-key", record });
  }
  const earlier = earlierKeyId === null || earlierKeyId === key.id ? null : await store.apiKey(earlierKeyId);
  if (earlier !== null) writes.push({ write: "remove", kind: "api-key", record: earlier });
  if (writes.length > 0) await store.commit(writes);
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
