import type { Principal } from "#core/connections/connection.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { principalText } from "#core/people/caller.ts";
import type { Write } from "#core/ports/change.ts";
import type { PrincipalStore } from "#core/ports/principal-store.ts";
import type { PeopleStore } from "#core/ports/store.ts";

/** A user or group that somebody names, and where in the body. */
interface GivenPrincipal {
  readonly principal: Principal;
  readonly pointer: string;
}

/** Refuses principals that are not there, each at its own place of the body: two requests, however many there are. */
export async function demandPrincipals(
  store: Pick<PrincipalStore, "people"> & Pick<PeopleStore, "directory">,
  given: readonly GivenPrincipal[],
): Promise<void> {
  const userIds = given.flatMap(({ principal: { type, id } }) => (type === "user" ? [id] : []));
  const [people, directory] = await Promise.all([store.people([...new Set(userIds)]), store.directory()]);
  const missing = given.filter(({ principal: { type, id } }) =>
    type === "user" ? !people.has(id) : directory.group(id) === undefined,
  );
  if (missing.length > 0) throw notFound(missing);
}

const notFound = (missing: readonly GivenPrincipal[]): DomainError =>
  new DomainError("principal-not-found", undefined, {
    errors: missing.map(({ principal, pointer }) => ({
      in: "body",
      pointer: `${pointer}/id`,
      detail: `is no ${principal.type}`,
    })),
  });

/**
 * Demands once more that those who are given something are there, in the transaction that gives it: who is deleted
 * meanwhile comes to have nothing that their removal would not find.
 */
export const principalsAtCommit = (given: readonly GivenPrincipal[]): readonly Write[] =>
  [...new Map(given.map((one) => [principalText(one.principal), one])).values()].map((one) => ({
    write: "require-principal",
    principal: one.principal,
    otherwise: notFound([one]),
  }));
