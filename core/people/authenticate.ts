import { DomainError } from "#core/errors/domain-error.ts";
import type { Caller } from "#core/people/caller.ts";
import { findCaller } from "#core/people/find-caller.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { KeyHasher } from "#core/ports/keys.ts";
import type { PeopleStore } from "#core/ports/store.ts";

/** What authentication needs from outside. */
export interface AuthenticationDeps {
  readonly store: PeopleStore;
  readonly keys: KeyHasher;
  readonly clock: Clock;
}

const refused = (): DomainError =>
  new DomainError("unauthenticated", "Send `Authorization: Bearer <API key>` with a key that is valid.");

/**
 * The user behind an `Authorization` header. Key and user are read each time anew, so that a revoked key
 * or a disabled user is out at once. All refusals look alike.
 */
export async function authenticate(deps: AuthenticationDeps, header: string | undefined): Promise<Caller> {
  const token = /^Bearer +([\x21-\x7e]{1,512})$/i.exec(header ?? "")?.[1];
  if (token === undefined) throw refused();
  const { id, hash } = deps.keys.identify(token);
  const key = await deps.store.apiKey(id);
  if (key === null || !deps.keys.same(key.hash, hash)) throw refused();
  if (key.expiresAt !== null && Date.parse(key.expiresAt) <= deps.clock.now().getTime()) throw refused();
  const user = await findCaller(deps, key.userId);
  if (user === null || user.disabled) throw refused();
  return user;
}
