import type { Administrators } from "#core/people/administrators.ts";
import type { KeyRing } from "#core/people/keys/key-ring.ts";
import type { User, UserPlace } from "#core/people/user.ts";
import type { ProviderFacts } from "#core/people/user-facts.ts";
import type { Fact } from "#core/ports/table-facts.ts";

type CountedUser = Pick<User, "name" | "email" | "kind" | "permissions" | "disabled" | "externalUsernames">;

type Identity = Pick<ProviderFacts, "issuer" | "subject">;

/** What the invariants need to know of users. */
export class UserCensus {
  readonly users = new Map<string, CountedUser>();
  readonly places = new Map<string, Pick<UserPlace, "name" | "email">>();
  readonly rings = new Map<string, KeyRing["keys"]>();
  /** Keys, and whose they are. */
  readonly keys = new Map<string, string>();
  /** Who has an invitation. */
  readonly invited = new Set<string>();
  /** Of whom providers say something, and who they are there. */
  readonly stated = new Map<string, readonly Identity[]>();
  /** Groups by their names. */
  readonly groups = new Map<string, string>();
  administrators: Administrators | null = null;

  readonly see: { readonly [K in Fact["kind"]]?: (fact: Extract<Fact, { kind: K }>) => void } = {
    user: ({ record: { id, name, email, kind, permissions, disabled, externalUsernames } }) =>
      this.users.set(id, { name, email, kind, permissions, disabled, externalUsernames }),
    "user-place": ({ record: { userId, name, email } }) => this.places.set(userId, { name, email }),
    "user-facts": ({ record: { userId, providers } }) =>
      this.stated.set(
        userId,
        providers.map(({ issuer, subject }) => ({ issuer, subject })),
      ),
    group: ({ record: { id, name } }) => this.groups.set(id, name),
    "key-ring": ({ record }) => this.rings.set(record.userId, record.keys),
    "api-key": ({ record: { id, userId, kind } }) => {
      // A session is in no list, and ends by itself after its user.
      if (kind !== "session") this.keys.set(id, userId);
    },
    invitation: ({ record }) => this.invited.add(record.userId),
    administrators: ({ record }) => {
      this.administrators = record;
    },
  };
}
