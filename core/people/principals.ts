import type { Principal } from "#core/connections/connection.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { PeopleStore } from "#core/ports/store.ts";

/** Refuses principals that are not there, each at its own place of the body. There are no groups yet. */
export async function demandPrincipals(
  store: PeopleStore,
  given: readonly { readonly principal: Principal; readonly pointer: string }[],
): Promise<void> {
  const found = await Promise.all(
    given.map(async ({ principal: { type, id } }) => type === "user" && (await store.user(id)) !== null),
  );
  const missing = given.filter((_, index) => found[index] !== true);
  if (missing.length === 0) return;
  throw new DomainError("principal-not-found", undefined, {
    errors: missing.map(({ principal, pointer }) => ({
      in: "body",
      pointer: `${pointer}/id`,
      detail: `is no ${principal.type}`,
    })),
  });
}
