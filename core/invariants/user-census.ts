import type { Administrators } from "#core/people/administrators.ts";
import type { KeyRing } from "#core/people/keys/key-ring.ts";
import type { User, UserPlace } from "#core/people/user.ts";
import type { Fact } from "#core/ports/table-facts.ts";

type CountedUser = Pick<User, "name" | "email" | "kind" | "permissions" | "disabled" | "externalUsernames">;

/** What the invariants need to know of users. */
export class UserCensus {
  readonly users = new Map<string, CountedUser>();
  readonly places = new Map<string, Pick<UserPlace, "name" | "email">>();
  readonly rings = new Map<string, KeyRing["keys"]>();
  /** Keys, and whose they are. */
  readonly keys = new Map<string, string>();
  /** Who has an invitation. */
  readonly invited = new Set<string>();
  /** Of whom providers say something. */
  readonly stated = new Set<string>();
  administrators: Administrators | null = null;

  private readonly see: { readonly [K in Fact["kind"]]?: (fact: Extract<Fact, { kind: K }>) => void } = {
    user: ({ record: { id, name, email, kind, permissions, disabled, externalUsernames } }) =>
      this.users.set(id, { name, email, kind, permissions, disabled, externalUsernames }),
    "user-place": ({ record: { userId, name, email } }) => this.places.set(userId, { name, email }),
    "user-facts": ({ record }) => this.stated.add(record.userId),
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

  /** Takes one thing in. */
  count(fact: Fact): void {
    // Each entry takes the facts of its own kind, which the compiler cannot follow through a lookup.
    const see = this.see[fact.kind] as ((fact: Fact) => void) | undefined;
    see?.(fact);
  }
}
