import { authorize, type Action } from "#core/access/can.ts";
import { deployment } from "#core/access/resource.ts";
import type { Call } from "#core/call/call.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { IdentityProvider } from "#core/identity/identity-provider.ts";
import { OidcIssuerError } from "#core/ports/oidc-issuers.ts";
import type { PeopleStore } from "#core/ports/store.ts";

/** A provider as it stands now, if the caller may take the action; `not-found` where there is none. */
export async function readProvider(
  store: Pick<PeopleStore, "directory">,
  { user }: Pick<Call, "user">,
  providerId: string,
  action: Action,
): Promise<IdentityProvider> {
  authorize(user, action, deployment);
  const found = (await store.directory()).provider(providerId);
  if (found === undefined) throw new DomainError("not-found");
  return found;
}

/** Asks an issuer; why it could not be asked is told as `identity-provider-unreachable`. */
export async function askIssuer<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof OidcIssuerError)) throw error;
    throw new DomainError("identity-provider-unreachable", `${error.message}.`, { cause: error });
  }
}
